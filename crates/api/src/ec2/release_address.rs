//! `ReleaseAddress`: gives an Elastic IP address back.

use aws_api::ec2::{ReleaseAddressRequest, ReleaseAddressResponse};
use model::PublicRange;
use wire::ApiError;

use super::{describe, elastic_ip};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ReleaseAddressRequest,
) -> Result<ReleaseAddressResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ReleaseAddressRequest,
) -> Result<ReleaseAddressResponse, ApiError> {
    let id = match (input.allocation_id.as_deref(), input.public_ip.as_deref()) {
        (Some(id), None) => id,
        (Some(_), Some(_)) => {
            return Err(ApiError::client(
                "InvalidParameterCombination",
                "You may specify public IP or allocation id, but not both in the same call",
            ));
        }
        (None, Some(_)) => {
            return Err(super::invalid(
                "You must specify an allocation id when releasing a VPC elastic IP address",
            ));
        }
        (None, None) => return Err(super::missing("AllocationId")),
    };
    let snapshot = turn.snapshot;
    let known = describe::find(&snapshot.elastic_ips, turn.scope(), (elastic_ip::ID, id))?;
    let address = known.address;
    if input.network_border_group.as_ref().is_some_and(|group| *group != known.scope.region) {
        let message = format!("Address '{address}' not found.");
        return Err(ApiError::client("InvalidAddress.NotFound", message));
    }
    if known.association.is_some() {
        let message = format!("Address {address} is in use.");
        return Err(ApiError::client("InvalidIPAddress.InUse", message));
    }
    turn.plan.delete(known);
    if let Some(taken) = snapshot.public_addresses.get(&PublicRange::scope(), &address.to_string())
    {
        turn.plan.delete(taken);
    }
    Ok(ReleaseAddressResponse {})
}
