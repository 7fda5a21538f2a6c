//! `DescribeAddresses`: the Elastic IP addresses of the region, by id, by address or by filter.

use std::net::Ipv4Addr;

use aws_api::ec2::{DescribeAddressesRequest, DescribeAddressesResult};
use model::{Scope, Snapshot};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::elastic_ip;
use crate::{Api, Caller};

/// COMPAT: it has no pages: a region has fewer addresses than one page holds.
pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeAddressesRequest,
) -> Result<DescribeAddressesResult, ApiError> {
    let snapshot = api.snapshot();
    let named = input.public_ips.as_deref().unwrap_or_default();
    for text in named {
        check_public(&snapshot, &caller.scope, text)?;
    }
    let wanted = Wanted {
        ids: input.allocation_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: None,
        next_token: None,
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.elastic_ips.list(&caller.scope), wanted)?;
    let is_named = |address: Ipv4Addr| named.is_empty() || named.contains(&address.to_string());
    let shown = page.items.into_iter().filter(|each| is_named(each.address));
    let shown = shown.map(|each| elastic_ip::render(each)).collect();
    Ok(DescribeAddressesResult { addresses: Some(shown) })
}

fn check_public(snapshot: &Snapshot, scope: &Scope, text: &str) -> Result<(), ApiError> {
    let address: Ipv4Addr = text.parse().map_err(|_| {
        super::invalid(format!("Value ({text}) for parameter publicIp is invalid."))
    })?;
    if snapshot.elastic_ips.list(scope).any(|known| known.address == address) {
        return Ok(());
    }
    Err(ApiError::client("InvalidAddress.NotFound", format!("Address '{address}' not found.")))
}
