//! `DescribeVpcs`: the region's VPCs.

use aws_api::ec2::{DescribeVpcsRequest, DescribeVpcsResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::vpc;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeVpcsRequest,
) -> Result<DescribeVpcsResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.vpc_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.vpcs.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| vpc::render(each));
    Ok(DescribeVpcsResult { next_token: page.next_token, vpcs: Some(shown.collect()) })
}
