//! `DescribeSubnets`: the subnets of the region's VPCs.

use aws_api::ec2::{DescribeSubnetsRequest, DescribeSubnetsResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::subnet;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeSubnetsRequest,
) -> Result<DescribeSubnetsResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.subnet_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.subnets.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| subnet::render(&snapshot, each));
    Ok(DescribeSubnetsResult { next_token: page.next_token, subnets: Some(shown.collect()) })
}
