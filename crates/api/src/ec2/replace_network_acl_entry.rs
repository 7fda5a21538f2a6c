//! `ReplaceNetworkAclEntry`: has another rule under the number of one that is there.

use aws_api::ec2::{ReplaceNetworkAclEntryRequest, ReplaceNetworkAclEntryResponse};
use wire::ApiError;

use super::network_acl_entry::{self, Wanted};
use super::{describe, network_acl};
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ReplaceNetworkAclEntryRequest,
) -> Result<ReplaceNetworkAclEntryResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let wanted = Wanted::from(&input);
    let entry = wanted.entry()?;
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| {
        let acl = network_acl::find(turn, wanted.acl_id)?;
        let identity = network_acl_entry::identity(&entry);
        let rest = network_acl_entry::without(acl, identity)
            .ok_or_else(|| network_acl_entry::not_found(identity))?;
        turn.plan.update(acl, network_acl_entry::with(&rest, entry.clone()));
        Ok(ReplaceNetworkAclEntryResponse {})
    })
    .await
}
