//! `DescribeManagedPrefixLists`: the lists of the region.

use aws_api::ec2::{DescribeManagedPrefixListsRequest, DescribeManagedPrefixListsResult};
use wire::ApiError;

use super::describe::{self, Wanted};
use super::prefix_list;
use crate::{Api, Caller};

/// COMPAT: of AWS's own lists there are none here.
pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeManagedPrefixListsRequest,
) -> Result<DescribeManagedPrefixListsResult, ApiError> {
    let snapshot = api.snapshot();
    let wanted = Wanted {
        ids: input.prefix_list_ids.as_deref(),
        filters: input.filters.as_deref(),
        max_results: input.max_results,
        next_token: input.next_token.as_deref(),
        dry_run: input.dry_run,
    };
    let page = describe::select(&snapshot, snapshot.prefix_lists.list(&caller.scope), wanted)?;
    let shown = page.items.into_iter().map(|list| prefix_list::render(list));
    Ok(DescribeManagedPrefixListsResult {
        next_token: page.next_token,
        prefix_lists: Some(shown.collect()),
    })
}
