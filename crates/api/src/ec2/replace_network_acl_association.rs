//! `ReplaceNetworkAclAssociation`: gives a subnet another network ACL.

use aws_api::ec2::{ReplaceNetworkAclAssociationRequest, ReplaceNetworkAclAssociationResult};
use model::NetworkAcl;
use wire::ApiError;

use super::{describe, network_acl};
use crate::{Api, Caller, Turn, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ReplaceNetworkAclAssociationRequest,
) -> Result<ReplaceNetworkAclAssociationResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    let wanted = (input.association_id.as_str(), input.network_acl_id.as_str());
    let made = api.transact(caller, |turn| decide(turn, wanted)).await?;
    Ok(ReplaceNetworkAclAssociationResult { new_association_id: Some(made) })
}

/// COMPAT: "This is an idempotent operation": an association with the ACL that it is with already
/// stays what it is.
///
/// Both ACLs are written, so that nobody deletes the subnet or gives it a third one meanwhile.
fn decide(turn: &mut Turn<'_>, (id, acl_id): (&str, &str)) -> Result<String, ApiError> {
    let (from, subnet_id) = network_acl::find_association(turn.snapshot, turn.scope(), id)?;
    let to = network_acl::find(turn, acl_id)?;
    if from.vpc_id != to.vpc_id {
        return Err(super::invalid(format!(
            "network ACL {acl_id} and subnet {subnet_id} belong to different networks"
        )));
    }
    if from.id == to.id {
        return Ok(id.to_owned());
    }
    let made = planner::network::acl_association_id(&mut turn.rng);
    let mut left = from.associations.clone();
    left.remove(id);
    let mut joined = to.associations.clone();
    joined.insert(made.clone(), subnet_id.clone());
    turn.plan.update(from, NetworkAcl { associations: left, ..(*from.record).clone() });
    turn.plan.update(to, NetworkAcl { associations: joined, ..(*to.record).clone() });
    Ok(made)
}
