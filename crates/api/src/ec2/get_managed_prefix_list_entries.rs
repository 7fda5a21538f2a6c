//! `GetManagedPrefixListEntries`: the entries of a list, of its current or an earlier version.

use aws_api::ec2::{
    GetManagedPrefixListEntriesRequest, GetManagedPrefixListEntriesResult, PrefixListEntry,
};
use wire::ApiError;

use super::{describe, prefix_list};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetManagedPrefixListEntriesRequest,
) -> Result<GetManagedPrefixListEntriesResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let snapshot = api.snapshot();
    let named = (prefix_list::ID, input.prefix_list_id.as_str());
    let list = describe::find(&snapshot.prefix_lists, &caller.scope, named)?;
    let entries = match input.target_version {
        None => &list.entries,
        Some(version) => prefix_list::entries_of(list, version)?,
    };
    // The order of entries is that of their ranges, which as texts have another.
    let key = |entry: &&model::PrefixListEntry| {
        format!("{:08x}/{:02}", u32::from(entry.range.base()), entry.range.prefix())
    };
    let page = describe::page(entries, key, (input.next_token.as_deref(), input.max_results))?;
    let shown = page.items.into_iter().map(|entry| PrefixListEntry {
        cidr: Some(entry.range.to_string()),
        description: entry.description.clone(),
    });
    Ok(GetManagedPrefixListEntriesResult {
        entries: Some(shown.collect()),
        next_token: page.next_token,
    })
}
