//! Roles: how the API shows them, and which nobody but their service may change.

use aws_api::iam::{self, errors};
use model::IamRole;
use wire::ApiError;

use super::{View, boundary, document, tags};

/// How long a session lasts at most where nobody says so, in seconds.
pub(super) const MAX_SESSION_SECS_DEFAULT: u32 = 3_600;

/// The path of the roles that are services' own.
pub(super) const SERVICE_LINKED_PATH: &str = "/aws-service-role/";

/// When a role was last used is not kept, so it is not shown.
pub(super) fn render(role: &IamRole, view: View) -> iam::Role {
    let is_whole = view == View::Whole;
    iam::Role {
        path: Some(role.path.clone()),
        role_name: Some(role.name.clone()),
        role_id: Some(role.id.clone()),
        arn: Some(role.arn()),
        create_date: Some(role.created_at),
        assume_role_policy_document: Some(document::encoded(&role.trust_policy)),
        description: role.description.clone(),
        max_session_duration: i32::try_from(role.max_session_secs).ok(),
        permissions_boundary: boundary::render(role.permissions_boundary.as_ref())
            .filter(|_| is_whole),
        tags: is_whole.then(|| tags::render(&role.tags)).filter(|tags| !tags.is_empty()),
        role_last_used: None,
        source_role_template: None,
    }
}

pub(super) fn check_modifiable(role: &IamRole) -> Result<(), ApiError> {
    if role.service_linked.is_none() {
        return Ok(());
    }
    Err(errors::unmodifiable_entity_exception(format!(
        "Cannot perform the operation on the protected role '{}' - this role is only modifiable \
         by AWS",
        role.name
    )))
}

/// How long a session of the role may last, in seconds, as the model lets it be given.
pub(super) fn max_session_secs(given: Option<i32>) -> u32 {
    given.and_then(|secs| u32::try_from(secs).ok()).unwrap_or(MAX_SESSION_SECS_DEFAULT)
}

/// Names are unique without regard to case.
pub(super) fn exists(name: &str) -> ApiError {
    errors::entity_already_exists_exception(format!("Role with name {name} already exists."))
}
