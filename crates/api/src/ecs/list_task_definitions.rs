//! `ListTaskDefinitions`: the ARNs of revisions, by family, then by number.

use std::collections::BTreeMap;

use aws_api::ecs::{self, ListTaskDefinitionsRequest, ListTaskDefinitionsResponse};
use model::{TaskDefinition, TaskDefinitionStatus};
use wire::ApiError;

use super::listing::{self, Asked};
use crate::paging::Order;
use crate::{Api, Caller};

/// LIMIT: "This value can be between 1 and 100" (`ListTaskDefinitions`).
const RESULTS_MAX: usize = 100;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTaskDefinitionsRequest,
) -> Result<ListTaskDefinitionsResponse, ApiError> {
    let status = match input.status {
        None | Some(ecs::TaskDefinitionStatus::Active) => TaskDefinitionStatus::Active,
        Some(ecs::TaskDefinitionStatus::Inactive) => TaskDefinitionStatus::Inactive,
        Some(ecs::TaskDefinitionStatus::DeleteInProgress) => TaskDefinitionStatus::DeleteInProgress,
    };
    // COMPAT: `familyPrefix` is "the full family name".
    let family = input.family_prefix.as_deref().filter(|family| !family.is_empty());
    let is_match = |definition: &TaskDefinition| {
        definition.status == status && family.is_none_or(|family| definition.family == family)
    };
    let snapshot = api.snapshot();
    let definitions: BTreeMap<String, &TaskDefinition> = snapshot
        .task_definitions
        .list(&caller.scope)
        .map(|entry| &*entry.record)
        .filter(|definition| is_match(definition))
        .map(|definition| (key(definition), definition))
        .collect();
    let asked = Asked {
        next_token: input.next_token.as_deref(),
        max_results: input.max_results,
        max: RESULTS_MAX,
    };
    let ascending = definitions.into_values();
    let key = |definition: &&TaskDefinition| key(definition);
    let page = match input.sort.unwrap_or(ecs::SortOrder::Asc) {
        ecs::SortOrder::Asc => listing::page(ascending, key, asked)?,
        ecs::SortOrder::Desc => listing::page_in(Order::Descending, ascending.rev(), key, asked)?,
    };
    Ok(ListTaskDefinitionsResponse {
        task_definition_arns: Some(page.items.iter().map(|definition| definition.arn()).collect()),
        next_token: page.next_token,
    })
}

/// Sorts by family alone first: a family may be the beginning of another's name.
fn key(definition: &TaskDefinition) -> String {
    format!("{}\0{:08}", definition.family, definition.revision)
}
