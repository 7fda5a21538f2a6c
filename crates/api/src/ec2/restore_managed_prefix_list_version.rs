//! `RestoreManagedPrefixListVersion`: an earlier version's entries, as a new version.

use aws_api::ec2::{RestoreManagedPrefixListVersionRequest, RestoreManagedPrefixListVersionResult};
use model::PrefixListChange;
use wire::ApiError;

use super::{describe, prefix_list};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RestoreManagedPrefixListVersionRequest,
) -> Result<RestoreManagedPrefixListVersionResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| decide(turn, &input)).await
}

fn decide(
    turn: &mut Turn<'_>,
    input: &RestoreManagedPrefixListVersionRequest,
) -> Result<RestoreManagedPrefixListVersionResult, ApiError> {
    let known = prefix_list::find(turn, &input.prefix_list_id)?;
    prefix_list::check_version(known, Some(input.current_version))?;
    if input.previous_version == input.current_version {
        return Err(super::invalid("The previous version must not be the current version"));
    }
    let entries = prefix_list::entries_of(known, input.previous_version)?;
    prefix_list::check_room(entries, known.max_entries)?;
    let mut changed = (*known.record).clone();
    changed.replace_entries(entries.to_vec());
    changed.last_change = PrefixListChange::Restored;
    let shown = prefix_list::render(&changed);
    turn.plan.update(known, changed);
    Ok(RestoreManagedPrefixListVersionResult { prefix_list: Some(shown) })
}
