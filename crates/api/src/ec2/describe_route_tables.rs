//! `DescribeRouteTables`: the route tables of the region's VPCs.

use aws_api::ec2::{DescribeRouteTablesRequest, DescribeRouteTablesResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::route_table;
use crate::{Api, Caller, default_network};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeRouteTablesRequest,
) -> Result<DescribeRouteTablesResult, ApiError> {
    let snapshot = default_network::ensure(api, caller).await?;
    let wanted = Wanted {
        ids: input.route_table_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.route_tables.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| route_table::render(&snapshot, each));
    Ok(DescribeRouteTablesResult {
        route_tables: Some(shown.collect()),
        next_token: page.next_token,
    })
}
