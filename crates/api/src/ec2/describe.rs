//! What the Describe operations have in common: ids, filters and pages.

use aws_api::ec2;
use model::{Entry, Record, Scope, Snapshot, Table, Tags};
use wire::ApiError;

use super::filter::{Filters, Names};
use crate::paging::{self, Page};

/// LIMIT: what a page has at most, and has where nothing is said.
const PAGE_MAX: usize = 1_000;

/// How the ids of a kind of resource look, and what is said of one that is not there.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdKind {
    pub prefix: &'static str,
    pub malformed: &'static str,
    pub not_found: &'static str,
    /// For example `subnet ID`.
    pub noun: &'static str,
}

/// A resource that can be described.
pub(super) trait Resource {
    const ID: IdKind;
    const FILTERS: Names;

    fn id(&self) -> String;

    fn tags(&self) -> &Tags;

    /// What it has under the name of a filter.
    fn values(&self, snapshot: &Snapshot, name: &str) -> Vec<String>;
}

/// What a Describe request asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub ids: Option<&'a [String]>,
    pub filters: Option<&'a [ec2::Filter]>,
    pub max_results: Option<i32>,
    pub next_token: Option<&'a str>,
    pub dry_run: Option<bool>,
}

/// The page of `all` that is asked for, in the order of ids.
pub(super) fn select<R: Resource>(
    snapshot: &Snapshot,
    all: impl IntoIterator<Item = R>,
    wanted: Wanted<'_>,
) -> Result<Page<R>, ApiError> {
    check_dry_run(wanted.dry_run)?;
    let filters = Filters::new(wanted.filters, R::FILTERS)?;
    let ids = wanted.ids.unwrap_or_default();
    if !ids.is_empty() && wanted.max_results.is_some() {
        return Err(ApiError::client(
            "InvalidParameterCombination",
            "The parameter maxResults cannot be used with a list of IDs",
        ));
    }
    let mut all: Vec<R> = all.into_iter().collect();
    all.sort_by_key(Resource::id);
    for id in ids {
        check_id(R::ID, id)?;
        if !all.iter().any(|each| each.id() == *id) {
            return Err(not_found(R::ID, id));
        }
    }
    let passing = all.into_iter().filter(|each| {
        (ids.is_empty() || ids.contains(&each.id()))
            && filters.pass(each.tags(), |name| each.values(snapshot, name))
    });
    page(passing, Resource::id, (wanted.next_token, wanted.max_results))
}

/// One page of `items`, which are in ascending order of their key.
pub(super) fn page<T>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> String,
    (token, max_results): (Option<&str>, Option<i32>),
) -> Result<Page<T>, ApiError> {
    let limit = max_results.map_or(PAGE_MAX, |max| (max.max(1) as usize).min(PAGE_MAX));
    let token = token.filter(|token| !token.is_empty());
    paging::page(items, key, (token, limit))
        .map_err(|_| ApiError::client("InvalidNextToken", "The specified NextToken is not valid."))
}

/// COMPAT: `DryRunOperation` is what a dry run answers that would have been done.
pub(super) fn check_dry_run(dry_run: Option<bool>) -> Result<(), ApiError> {
    match dry_run {
        Some(true) => Err(ApiError::client(
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        )
        .status(412)),
        Some(false) | None => Ok(()),
    }
}

/// Refuses what cannot be the id of this kind of resource.
pub(super) fn check_id(kind: IdKind, id: &str) -> Result<(), ApiError> {
    let digits = id.strip_prefix(kind.prefix).and_then(|rest| rest.strip_prefix('-'));
    let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    if digits.is_some_and(|it| matches!(it.len(), 8 | 17) && it.bytes().all(is_digit)) {
        return Ok(());
    }
    let prefix = kind.prefix;
    Err(ApiError::client(
        kind.malformed,
        format!("Invalid id: \"{id}\" (expecting \"{prefix}-...\")"),
    ))
}

/// The record that a request names by its id.
pub(super) fn find<'a, R: Record>(
    table: &'a Table<R>,
    scope: &Scope,
    (kind, id): (IdKind, &str),
) -> Result<&'a Entry<R>, ApiError> {
    check_id(kind, id)?;
    table.get(scope, id).ok_or_else(|| not_found(kind, id))
}

/// What something else is made of, or is in, cannot be deleted.
pub(super) fn has_dependencies(resource: &str, id: &str) -> ApiError {
    ApiError::client(
        "DependencyViolation",
        format!("The {resource} '{id}' has dependencies and cannot be deleted."),
    )
}

pub(super) fn not_found(kind: IdKind, id: &str) -> ApiError {
    ApiError::client(kind.not_found, format!("The {} '{id}' does not exist", kind.noun))
}

#[cfg(test)]
mod tests;
