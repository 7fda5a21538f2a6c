//! Groups: how the API shows them.

use aws_api::iam::{self, errors};
use model::IamGroup;
use wire::ApiError;

pub(super) fn render(group: &IamGroup) -> iam::Group {
    iam::Group {
        path: Some(group.path.clone()),
        group_name: Some(group.name.clone()),
        group_id: Some(group.id.clone()),
        arn: Some(group.arn()),
        create_date: Some(group.created_at),
    }
}

/// Names are unique without regard to case.
pub(super) fn exists(name: &str) -> ApiError {
    errors::entity_already_exists_exception(format!("Group with name {name} already exists."))
}
