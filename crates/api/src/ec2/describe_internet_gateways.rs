//! `DescribeInternetGateways`: the default VPC's, and those that were made.

use aws_api::ec2::{DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::internet_gateway;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeInternetGatewaysRequest,
) -> Result<DescribeInternetGatewaysResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.internet_gateway_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let gateways = snapshot.internet_gateways.list(&caller.scope);
    let page = describe::select(&snapshot, gateways, wanted)?;
    let shown = page.items.into_iter().map(|each| internet_gateway::render(each));
    Ok(DescribeInternetGatewaysResult {
        internet_gateways: Some(shown.collect()),
        next_token: page.next_token,
    })
}
