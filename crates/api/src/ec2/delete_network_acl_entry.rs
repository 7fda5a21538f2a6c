//! `DeleteNetworkAclEntry`: takes a numbered rule out of a network ACL.

use aws_api::ec2::{DeleteNetworkAclEntryRequest, DeleteNetworkAclEntryResponse};
use wire::ApiError;

use super::{describe, network_acl, network_acl_entry};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteNetworkAclEntryRequest,
) -> Result<DeleteNetworkAclEntryResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let identity = network_acl_entry::deleted(&input)?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        let acl = network_acl::find(turn, &input.network_acl_id)?;
        let changed = network_acl_entry::without(acl, identity)
            .ok_or_else(|| network_acl_entry::not_found(identity))?;
        turn.plan.update(acl, changed);
        Ok(DeleteNetworkAclEntryResponse {})
    })
    .await
}
