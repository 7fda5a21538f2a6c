//! `DescribeNetworkAcls`: the network ACLs of the region's VPCs.

use aws_api::ec2::{DescribeNetworkAclsRequest, DescribeNetworkAclsResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::network_acl;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeNetworkAclsRequest,
) -> Result<DescribeNetworkAclsResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.network_acl_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.network_acls.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| network_acl::render(each));
    Ok(DescribeNetworkAclsResult {
        network_acls: Some(shown.collect()),
        next_token: page.next_token,
    })
}
