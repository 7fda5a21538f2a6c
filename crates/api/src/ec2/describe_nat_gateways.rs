//! `DescribeNatGateways`: those that are there, and for an hour those that were deleted.

use aws_api::ec2::{DescribeNatGatewaysRequest, DescribeNatGatewaysResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::nat_gateway;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeNatGatewaysRequest,
) -> Result<DescribeNatGatewaysResult, ApiError> {
    let snapshot = api.snapshot();
    let wanted = Wanted {
        ids: input.nat_gateway_ids.as_deref(),
        filters: input.filter.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.nat_gateways.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| nat_gateway::render(&snapshot, each));
    Ok(DescribeNatGatewaysResult {
        nat_gateways: Some(shown.collect()),
        next_token: page.next_token,
    })
}
