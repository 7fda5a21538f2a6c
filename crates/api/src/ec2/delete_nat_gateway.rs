//! `DeleteNatGateway`: takes a gateway away, and its interface with it.

use aws_api::ec2::{DeleteNatGatewayRequest, DeleteNatGatewayResult};
use model::{ElasticIp, NatGateway};
use wire::ApiError;

use super::{describe, elastic_ip, nat_gateway};
use crate::{Api, Caller};

/// Routes to it are black holes from now on. Its Elastic IP address stays the account's.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteNatGatewayRequest,
) -> Result<DeleteNatGatewayResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let id = input.nat_gateway_id;
    api.transact(caller, |turn| {
        let gateways = &turn.snapshot.nat_gateways;
        let known = describe::find(gateways, turn.scope(), (nat_gateway::ID, &id))?;
        if known.deleted_at.is_some() {
            return Err(describe::not_found(nat_gateway::ID, &id));
        }
        let interface = format!("{}/{}", known.vpc_id, known.private_address);
        if let Some(interface) = turn.snapshot.interfaces.get(turn.scope(), &interface) {
            if let Some(address) = elastic_ip::of_interface(turn.snapshot, interface) {
                let freed = ElasticIp { association: None, ..(*address.record).clone() };
                turn.plan.update(address, freed);
            }
            turn.plan.delete(interface);
        }
        let deleted = NatGateway { deleted_at: Some(turn.now()), ..(*known.record).clone() };
        turn.plan.update(known, deleted);
        Ok(DeleteNatGatewayResult { nat_gateway_id: Some(id.clone()) })
    })
    .await
}
