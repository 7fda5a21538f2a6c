//! `DeleteNetworkAcl`: an ACL that no subnet has, and that is not the VPC's default one.

use aws_api::ec2::{DeleteNetworkAclRequest, DeleteNetworkAclResponse};
use wire::ApiError;

use super::{describe, network_acl};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteNetworkAclRequest,
) -> Result<DeleteNetworkAclResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        let known = network_acl::find(turn, &input.network_acl_id)?;
        if known.is_default {
            return Err(super::invalid(format!("cannot delete default network ACL {}", known.id)));
        }
        if !known.associations.is_empty() {
            return Err(describe::has_dependencies("networkAcl", &known.id));
        }
        turn.plan.delete(known);
        Ok(DeleteNetworkAclResponse {})
    })
    .await
}
