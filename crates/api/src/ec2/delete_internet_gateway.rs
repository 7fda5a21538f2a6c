//! `DeleteInternetGateway`: removes a gateway that is attached to no VPC.

use aws_api::ec2::{DeleteInternetGatewayRequest, DeleteInternetGatewayResponse};
use wire::ApiError;

use super::{describe, internet_gateway};
use crate::{Api, Caller};

/// Routes to it are black holes from now on.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteInternetGatewayRequest,
) -> Result<DeleteInternetGatewayResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let id = input.internet_gateway_id.as_str();
    api.transact(caller, |turn| {
        let gateways = &turn.snapshot.internet_gateways;
        let known = describe::find(gateways, turn.scope(), (internet_gateway::ID, id))?;
        if known.vpc_id.is_some() {
            return Err(ApiError::client(
                "DependencyViolation",
                format!("The internetGateway '{id}' has dependencies and cannot be deleted."),
            ));
        }
        turn.plan.delete(known);
        Ok(DeleteInternetGatewayResponse {})
    })
    .await
}
