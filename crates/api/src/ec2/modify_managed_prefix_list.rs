//! `ModifyManagedPrefixList`: other entries of a list, another name, or another size.

use std::collections::BTreeSet;

use aws_api::ec2::{ModifyManagedPrefixListRequest, ModifyManagedPrefixListResult};
use model::{Cidr, PrefixList, PrefixListChange, PrefixListEntry, Snapshot};
use wire::ApiError;

use super::{describe, group_rules, hold, permission, prefix_list};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyManagedPrefixListRequest,
) -> Result<ModifyManagedPrefixListResult, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    let syncs = input.ipam_prefix_list_resolver_sync_enabled == Some(true);
    refuse_given(&[("IpamPrefixListResolverSyncEnabled", syncs)], super::unsupported)?;
    let edit = Edit::of(&input)?;
    let max_entries = input.max_entries.map(prefix_list::max_entries).transpose()?;
    if max_entries.is_some() && !edit.is_empty() {
        return Err(ApiError::client(
            "InvalidParameterCombination",
            "You cannot modify the entries of a prefix list and modify the size of a prefix list \
             at the same time.",
        ));
    }
    if max_entries.is_none() && edit.is_empty() && input.prefix_list_name.is_none() {
        return Err(ApiError::client("InvalidRequest", "The request received was invalid."));
    }
    if let Some(name) = &input.prefix_list_name {
        prefix_list::check_name(name)?;
    }
    api.transact(caller, |turn| decide(turn, &input, (&edit, max_entries))).await
}

/// What becomes of the entries.
struct Edit {
    added: Vec<PrefixListEntry>,
    removed: BTreeSet<Cidr>,
}

impl Edit {
    fn of(input: &ModifyManagedPrefixListRequest) -> Result<Edit, ApiError> {
        let added = prefix_list::entries(input.add_entries.as_deref().unwrap_or_default())?;
        let removed = input.remove_entries.as_deref().unwrap_or_default();
        let removed: BTreeSet<Cidr> =
            removed.iter().map(|one| permission::range(&one.cidr)).collect::<Result<_, _>>()?;
        if let Some(both) = added.iter().find(|one| removed.contains(&one.range)) {
            return Err(super::invalid(format!(
                "Request cannot contain Cidr {} in both AddPrefixListEntries and \
                 RemovePrefixListEntries",
                both.range
            )));
        }
        Ok(Edit { added, removed })
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    /// COMPAT: what is added is not there, and what is removed is.
    fn apply(&self, list: &PrefixList) -> Result<Vec<PrefixListEntry>, ApiError> {
        let known: BTreeSet<Cidr> = list.entries.iter().map(|one| one.range).collect();
        if let Some(range) = self.removed.iter().find(|range| !known.contains(range)) {
            return Err(ApiError::client(
                "InvalidPrefixListModification",
                format!("The prefix list {} has no entry {range}", list.id),
            ));
        }
        if self.added.iter().any(|one| known.contains(&one.range)) {
            return Err(ApiError::client("InvalidRequest", "The request received was invalid."));
        }
        let kept = list.entries.iter().filter(|one| !self.removed.contains(&one.range));
        let mut entries: Vec<PrefixListEntry> = kept.chain(&self.added).cloned().collect();
        entries.sort();
        prefix_list::check_room(&entries, list.max_entries)?;
        Ok(entries)
    }
}

fn decide(
    turn: &mut Turn<'_>,
    input: &ModifyManagedPrefixListRequest,
    (edit, max_entries): (&Edit, Option<u32>),
) -> Result<ModifyManagedPrefixListResult, ApiError> {
    let known = prefix_list::find(turn, &input.prefix_list_id)?;
    prefix_list::check_version(known, input.current_version)?;
    let mut changed = (*known.record).clone();
    changed.last_change = PrefixListChange::Modified;
    if !edit.is_empty() {
        let entries = edit.apply(known)?;
        changed.replace_entries(entries);
    }
    if let Some(name) = &input.prefix_list_name {
        changed.name.clone_from(name);
    }
    if let Some(max_entries) = max_entries {
        prefix_list::check_room(&changed.entries, max_entries)?;
        changed.max_entries = max_entries;
        resize(turn, &changed)?;
    }
    let shown = prefix_list::render(&changed);
    turn.plan.update(known, changed);
    Ok(ModifyManagedPrefixListResult { prefix_list: Some(shown) })
}

/// Refuses a size that a group with rules about the list has no room for.
///
/// COMPAT: AWS then lets the modification fail afterwards, and says so in the list's state.
fn resize(turn: &mut Turn<'_>, changed: &PrefixList) -> Result<(), ApiError> {
    let mut resized: Snapshot = turn.snapshot.clone();
    resized.apply(resized.revision + 1, &[model::Change::Put(changed.clone().into())]);
    for group in prefix_list::referring(turn.snapshot, changed) {
        group_rules::check_count(&resized, group)?;
        hold(&mut turn.plan, group);
    }
    Ok(())
}
