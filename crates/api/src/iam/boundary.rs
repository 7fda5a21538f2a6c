//! Permissions boundaries: how the API shows them.

use aws_api::iam::{AttachedPermissionsBoundary, PermissionsBoundaryAttachmentType, errors};
use wire::ApiError;

pub(super) fn render(arn: Option<&String>) -> Option<AttachedPermissionsBoundary> {
    arn.map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some(PermissionsBoundaryAttachmentType::Policy),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

/// A user or a role that has none to delete.
pub(super) fn missing(kind: &str, name: &str) -> ApiError {
    errors::no_such_entity_exception(format!(
        "The {kind} with name {name} has no permissions boundary."
    ))
}
