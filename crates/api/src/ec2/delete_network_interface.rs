//! `DeleteNetworkInterface`: frees the address of an interface that the account made.

use aws_api::ec2::{DeleteNetworkInterfaceRequest, DeleteNetworkInterfaceResponse};
use model::ElasticIp;
use wire::ApiError;

use super::{describe, elastic_ip, network_interface};
use crate::{Api, Caller};

/// An Elastic IP address that stood for it stands for nothing then.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteNetworkInterfaceRequest,
) -> Result<DeleteNetworkInterfaceResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let id = input.network_interface_id.as_str();
    api.transact(caller, |turn| {
        let known = network_interface::find(turn.snapshot, turn.scope(), id)?;
        // COMPAT: what a service holds is in use ("InvalidNetworkInterface.InUse" says that
        // InvalidParameterValue may be answered as well, and it is).
        if network_interface::is_managed(known) {
            let message = format!("Network interface '{id}' is currently in use.");
            return Err(super::invalid(message));
        }
        if let Some(address) = elastic_ip::of_interface(turn.snapshot, known) {
            turn.plan.update(address, ElasticIp { association: None, ..(*address.record).clone() });
        }
        turn.plan.delete(known);
        Ok(DeleteNetworkInterfaceResponse {})
    })
    .await
}
