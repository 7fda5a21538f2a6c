//! `DescribeNetworkInterfaces`: those that services hold, and the account's own.

use aws_api::ec2::{DescribeNetworkInterfacesRequest, DescribeNetworkInterfacesResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::network_interface;
use crate::{Api, Caller};

/// `IncludeManagedResources` adds those that a managed provider holds; there are none.
pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeNetworkInterfacesRequest,
) -> Result<DescribeNetworkInterfacesResult, ApiError> {
    let snapshot = api.snapshot();
    let wanted = Wanted {
        ids: input.network_interface_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.interfaces.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|each| network_interface::render(&snapshot, each));
    Ok(DescribeNetworkInterfacesResult {
        next_token: page.next_token,
        network_interfaces: Some(shown.collect()),
    })
}
