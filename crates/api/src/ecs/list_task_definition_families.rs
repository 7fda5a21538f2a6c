//! `ListTaskDefinitionFamilies`: the families that have a definition of the status.

use std::collections::BTreeMap;

use aws_api::ecs::{
    ListTaskDefinitionFamiliesRequest, ListTaskDefinitionFamiliesResponse,
    TaskDefinitionFamilyStatus,
};
use model::TaskDefinitionStatus;
use wire::ApiError;

use super::listing::{self, Asked};
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListTaskDefinitionFamilies`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTaskDefinitionFamiliesRequest,
) -> Result<ListTaskDefinitionFamiliesResponse, ApiError> {
    let snapshot = api.snapshot();
    let prefix = input.family_prefix.as_deref().unwrap_or_default();
    let mut is_active: BTreeMap<&str, bool> = BTreeMap::new();
    for definition in snapshot.task_definitions.list_under(&caller.scope, prefix) {
        *is_active.entry(&definition.record.family).or_default() |=
            definition.status == TaskDefinitionStatus::Active;
    }
    let is_listed = |is_active: bool| match input.status {
        Some(TaskDefinitionFamilyStatus::Active) => is_active,
        Some(TaskDefinitionFamilyStatus::Inactive) => !is_active,
        Some(TaskDefinitionFamilyStatus::All) | None => true,
    };
    let families = is_active
        .into_iter()
        .filter(|(family, is_active)| family.starts_with(prefix) && is_listed(*is_active))
        .map(|(family, _)| family.to_owned());
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let page = listing::page(families, String::clone, asked)?;
    Ok(ListTaskDefinitionFamiliesResponse {
        families: Some(page.items),
        next_token: page.next_token,
    })
}
