//! `DisassociateAddress`: an Elastic IP address stands for nothing from then on.

use aws_api::ec2::{DisassociateAddressRequest, DisassociateAddressResponse};
use model::{ElasticIp, Entry};
use wire::ApiError;

use super::describe::{self, IdKind};
use super::elastic_ip;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

/// COMPAT: no code is documented for an id that is malformed.
const ID: IdKind = IdKind {
    prefix: "eipassoc",
    malformed: "InvalidAssociationID.NotFound",
    not_found: "InvalidAssociationID.NotFound",
    noun: "association ID",
};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DisassociateAddressRequest,
) -> Result<DisassociateAddressResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    refuse_given(&[("PublicIp", input.public_ip.is_some())], super::unsupported)?;
    let id = input.association_id.as_ref().ok_or_else(|| super::missing("AssociationId"))?;
    describe::check_id(ID, id)?;
    api.transact(caller, |turn| {
        let is_named = |address: &&Entry<ElasticIp>| {
            address.association.as_ref().is_some_and(|association| association.id == *id)
        };
        let found = turn.snapshot.elastic_ips.list(turn.scope()).find(is_named);
        let known = found.ok_or_else(|| describe::not_found(ID, id))?;
        if let Some(association) = &known.association {
            elastic_ip::check_movable(turn.snapshot, turn.scope(), association)?;
        }
        turn.plan.update(known, ElasticIp { association: None, ..(*known.record).clone() });
        Ok(DisassociateAddressResponse {})
    })
    .await
}
