//! Whose keys, password or devices a request is about.

use aws_api::iam::errors;
use model::iam_scope;
use model::principal::Identity;
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

/// A request that names no user is about the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    User(String),
    /// The account's own.
    Root,
}

/// COMPAT: "If you do not specify a user name, IAM determines the user name implicitly based on
/// the Amazon Web Services access key ID signing the request."
pub(super) fn whose(caller: &Caller, user_name: Option<&String>) -> Result<Whose, ApiError> {
    match (user_name, &caller.principal.identity) {
        (Some(name), _) => Ok(Whose::User(name.clone())),
        (None, Identity::Root) => Ok(Whose::Root),
        (None, Identity::User { name, .. }) => Ok(Whose::User(name.clone())),
        (None, Identity::Role { .. }) => Err(super::invalid_value(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// [`whose`] of what the root has none of in IAM.
pub(super) fn user_of(caller: &Caller, user_name: Option<&String>) -> Result<String, ApiError> {
    match whose(caller, user_name)? {
        Whose::User(name) => Ok(name),
        Whose::Root => Err(super::invalid_value(
            "`UserName` is required: the root's own access key is not managed by IAM in Longshore",
        )),
    }
}

/// The user that a request is about, who has to be there; the root is its account's id.
pub(super) fn check(
    api: &Api,
    caller: &Caller,
    user_name: Option<&String>,
) -> Result<String, ApiError> {
    match whose(caller, user_name)? {
        Whose::Root => Ok(caller.scope.account.clone()),
        Whose::User(name) => {
            find::user(&api.snapshot(), &iam_scope(&caller.scope.account), &name)?;
            Ok(name)
        }
    }
}

/// Nobody has a password.
pub(super) fn without_password(name: &str) -> ApiError {
    let message = format!("Login Profile for User {name} cannot be found.");
    errors::no_such_entity_exception(message)
}
