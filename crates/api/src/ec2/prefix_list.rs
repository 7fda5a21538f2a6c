//! Managed prefix lists as the API shows them, their entries, and what refers to them.

use std::collections::BTreeSet;

use aws_api::ec2;
use model::{
    Entry, PrefixList, PrefixListChange, PrefixListEntry, SecurityGroup, Snapshot, Tags,
    TrafficPeer,
};
use wire::ApiError;

use super::describe::{self, IdKind, Resource};
use super::filter::Names;
use super::{permission, security_group, tags};
use crate::Turn;

pub(super) const ID: IdKind = IdKind {
    prefix: "pl",
    malformed: "InvalidPrefixListId.Malformed",
    not_found: "InvalidPrefixListID.NotFound",
    noun: "prefix list ID",
};

/// COMPAT: the only family of addresses that a VPC here has.
pub(super) const ADDRESS_FAMILY: &str = "IPv4";

/// LIMIT: COMPAT: entries of a list ("Amazon VPC quotas").
const ENTRIES_MAX: u32 = 1_000;

/// LIMIT: COMPAT: characters of a list's name, and of an entry's description; of the latter
/// bytes, so that a list fits into a record.
const LENGTH_MAX: usize = 255;

/// What AWS keeps for its own lists.
const RESERVED_PREFIX: &str = "com.amazonaws";

impl Resource for &Entry<PrefixList> {
    const ID: IdKind = ID;

    const FILTERS: Names =
        Names { known: &["owner-id", "prefix-list-id", "prefix-list-name"], absent: &[] };

    fn id(&self) -> String {
        self.record.id.clone()
    }

    fn tags(&self) -> &Tags {
        &self.record.tags
    }

    fn values(&self, _snapshot: &Snapshot, name: &str) -> Vec<String> {
        match name {
            "owner-id" => vec![self.scope.account.clone()],
            "prefix-list-id" => vec![self.record.id.clone()],
            "prefix-list-name" => vec![self.name.clone()],
            _ => Vec::new(),
        }
    }
}

pub(super) fn find<'a>(turn: &Turn<'a>, id: &str) -> Result<&'a Entry<PrefixList>, ApiError> {
    describe::find(&turn.snapshot.prefix_lists, turn.scope(), (ID, id))
}

/// COMPAT: what AWS does in the background is done when it is answered.
pub(super) fn render(list: &PrefixList) -> ec2::ManagedPrefixList {
    let state = match list.last_change {
        PrefixListChange::Created => ec2::PrefixListState::CreateComplete,
        PrefixListChange::Modified => ec2::PrefixListState::ModifyComplete,
        PrefixListChange::Restored => ec2::PrefixListState::RestoreComplete,
    };
    ec2::ManagedPrefixList {
        prefix_list_id: Some(list.id.clone()),
        address_family: Some(ADDRESS_FAMILY.to_owned()),
        state: Some(state),
        prefix_list_arn: Some(list.scope.arn("ec2", format_args!("prefix-list/{}", list.id))),
        prefix_list_name: Some(list.name.clone()),
        max_entries: i32::try_from(list.max_entries).ok(),
        version: i64::try_from(list.version).ok(),
        tags: Some(tags::render(&list.tags)),
        owner_id: Some(list.scope.account.clone()),
        ..ec2::ManagedPrefixList::default()
    }
}

/// The groups that have a rule which refers to the list.
pub(super) fn referring<'a>(
    snapshot: &'a Snapshot,
    list: &'a PrefixList,
) -> impl Iterator<Item = &'a Entry<SecurityGroup>> {
    security_group::referring(snapshot, &list.scope, TrafficPeer::PrefixList(list.id.clone()))
}

pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    if name.is_empty() || name.chars().count() > LENGTH_MAX || name.starts_with(RESERVED_PREFIX) {
        return Err(super::invalid(format!(
            "Value ({name}) for parameter PrefixListName is invalid. Names are strings less than \
             256 characters that do not start with {RESERVED_PREFIX}"
        )));
    }
    Ok(())
}

pub(super) fn max_entries(given: i32) -> Result<u32, ApiError> {
    let wanted = u32::try_from(given).ok().filter(|wanted| (1..=ENTRIES_MAX).contains(wanted));
    wanted.ok_or_else(|| {
        super::invalid(format!(
            "Value ({given}) for parameter MaxEntries is invalid. Expecting a value from 1 to \
             {ENTRIES_MAX}"
        ))
    })
}

/// Entries that a request adds, in order, each range once.
pub(super) fn entries(given: &[ec2::AddPrefixListEntry]) -> Result<Vec<PrefixListEntry>, ApiError> {
    let mut ranges = BTreeSet::new();
    let mut entries = Vec::new();
    for one in given {
        let range = permission::range(&one.cidr)?;
        if !ranges.insert(range) {
            return Err(super::invalid(format!("Request contains duplicate Cidr {range}")));
        }
        let description = one.description.clone().filter(|text| !text.is_empty());
        if description.as_ref().is_some_and(|text| text.len() > LENGTH_MAX) {
            return Err(super::invalid(format!(
                "The description of entry {range} is longer than {LENGTH_MAX} characters"
            )));
        }
        entries.push(PrefixListEntry { range, description });
    }
    entries.sort();
    Ok(entries)
}

/// Refuses more entries than a list may have.
pub(super) fn check_room(entries: &[PrefixListEntry], max_entries: u32) -> Result<(), ApiError> {
    if entries.len() > max_entries as usize {
        return Err(ApiError::client(
            "PrefixListMaxEntriesExceeded",
            format!(
                "The maximum number of entries of the prefix list ({max_entries}) has been reached"
            ),
        ));
    }
    Ok(())
}

/// Refuses a change of a version that is not the current one.
pub(super) fn check_version(list: &PrefixList, given: Option<i64>) -> Result<(), ApiError> {
    let is_current = |given| u64::try_from(given) == Ok(list.version);
    if given.is_none_or(is_current) {
        return Ok(());
    }
    Err(ApiError::client(
        "PrefixListVersionMismatch",
        "The prefix list has the incorrect version number.",
    ))
}

/// The entries of a version of the list.
pub(super) fn entries_of(list: &PrefixList, version: i64) -> Result<&[PrefixListEntry], ApiError> {
    let entries = u64::try_from(version).ok().and_then(|version| list.entries_of(version));
    entries.ok_or_else(|| {
        super::invalid(format!(
            "The version {version} of the prefix list {} does not exist, or is kept no more",
            list.id
        ))
    })
}
