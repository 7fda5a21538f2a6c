//! Users: how the API shows them.

use aws_api::iam::{self, errors};
use model::IamUser;
use wire::ApiError;

use super::{View, boundary, tags};

pub(super) fn render(user: &IamUser, view: View) -> iam::User {
    let is_whole = view == View::Whole;
    iam::User {
        path: Some(user.path.clone()),
        user_name: Some(user.name.clone()),
        user_id: Some(user.id.clone()),
        arn: Some(user.arn()),
        create_date: Some(user.created_at),
        // There are no passwords.
        password_last_used: None,
        permissions_boundary: boundary::render(user.permissions_boundary.as_ref())
            .filter(|_| is_whole),
        tags: is_whole.then(|| tags::render(&user.tags)).filter(|tags| !tags.is_empty()),
    }
}

/// Names are unique without regard to case.
pub(super) fn exists(name: &str) -> ApiError {
    errors::entity_already_exists_exception(format!("User with name {name} already exists."))
}
