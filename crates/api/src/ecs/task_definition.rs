//! Task definitions as the API shows them, and how callers name them.

pub(super) mod container;
pub(super) mod conversion;
mod dependencies;
mod limits;
mod logs;
mod render;
pub(super) mod size;

pub(super) use conversion::role;
pub(super) use render::{compatibilities, render};

use aws_api::ecs::errors;
use model::{Arn, Entry, Scope, Snapshot, TaskDefinition, TaskDefinitionRef, TaskDefinitionStatus};
use wire::ApiError;

/// COMPAT: what `DeregisterTaskDefinition` and `DeleteTaskDefinitions` say.
pub(super) const NOT_FOUND: &str = "The specified task definition does not exist. Specify a \
                                    valid account, family, revision and try again.";

/// What a caller means by `family`, `family:revision` or an ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The latest active revision.
    Latest(String),
    Revision(TaskDefinitionRef),
}

/// The definition that a caller names, whatever its status; of a family alone, the latest
/// that is active.
pub(crate) fn find<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    given: &str,
) -> Option<&'a Entry<TaskDefinition>> {
    match parse(scope, given)? {
        Named::Latest(family) => latest_active(snapshot, scope, &family),
        Named::Revision(reference) => get(snapshot, scope, &reference),
    }
}

/// The definition that tasks are to run: it exists and is active.
pub(super) fn find_active<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    given: &str,
) -> Result<&'a Entry<TaskDefinition>, ApiError> {
    match find(snapshot, scope, given) {
        None => Err(errors::client_exception("TaskDefinition not found.")),
        Some(found) => match found.status {
            TaskDefinitionStatus::Active => Ok(found),
            TaskDefinitionStatus::Inactive | TaskDefinitionStatus::DeleteInProgress => {
                Err(errors::client_exception("TaskDefinition is inactive"))
            }
        },
    }
}

pub(super) fn get<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    reference: &TaskDefinitionRef,
) -> Option<&'a Entry<TaskDefinition>> {
    let id = format!("{}:{:08}", reference.family, reference.revision);
    snapshot.task_definitions.get(scope, &id)
}

/// `None` for what can name no definition of this account and region.
pub(super) fn parse(scope: &Scope, given: &str) -> Option<Named> {
    let name = if given.starts_with("arn:") {
        let arn = Arn::parse(given)?;
        if arn.service != "ecs" || arn.scope != *scope {
            return None;
        }
        arn.resource_id("task-definition")?.to_owned()
    } else {
        given.to_owned()
    };
    match name.split_once(':') {
        None => Some(Named::Latest(name)),
        Some((family, number)) => {
            let reference =
                TaskDefinitionRef { family: family.to_owned(), revision: number.parse().ok()? };
            // A number has one spelling: neither `01` nor `+1` is `1`.
            (reference.revision.to_string() == number).then_some(Named::Revision(reference))
        }
    }
}

/// The one revision that a caller names; a family alone is refused.
pub(super) fn revision(scope: &Scope, given: &str) -> Result<TaskDefinitionRef, ApiError> {
    match parse(scope, given) {
        Some(Named::Revision(reference)) => Ok(reference),
        Some(Named::Latest(_)) => Err(errors::client_exception("Revision is missing.")),
        None => Err(errors::client_exception(NOT_FOUND)),
    }
}

/// The revisions of a family, oldest first, whatever their status.
pub(super) fn revisions<'a>(
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    family: &str,
) -> impl Iterator<Item = &'a Entry<TaskDefinition>> {
    snapshot.task_definitions.list_under(scope, &format!("{family}:"))
}

fn latest_active<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    family: &str,
) -> Option<&'a Entry<TaskDefinition>> {
    let revision = revisions(snapshot, scope, family)
        .filter(|definition| definition.status == TaskDefinitionStatus::Active)
        .map(|definition| definition.record.revision)
        .last()?;
    get(snapshot, scope, &TaskDefinitionRef { family: family.to_owned(), revision })
}

/// Letters, digits, hyphens and underscores: what families and container names are made of.
fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
