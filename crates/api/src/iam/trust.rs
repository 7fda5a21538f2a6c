//! Trust policies: who may assume a role.

use ::iam::{Actions, Policy, PolicyKind};
use aws_api::iam::errors;
use model::{Scope, Snapshot};
use wire::ApiError;

use super::{document, quota};
use crate::principals;

/// Refuses what cannot be a trust policy, and one that names somebody of this account who is not
/// there.
pub(super) fn check(snapshot: &Snapshot, scope: &Scope, text: &str) -> Result<(), ApiError> {
    let policy = document::parse(text, PolicyKind::Trust)?;
    if document::size(text) > quota::TRUST_POLICY_SIZE_MAX {
        return Err(quota::exceeded("ACLSizePerRole", quota::TRUST_POLICY_SIZE_MAX));
    }
    check_actions(&policy)?;
    if let Some(arn) = principals::unknown(snapshot, &scope.account, &policy) {
        return Err(errors::malformed_policy_document_exception(format!(
            "Invalid principal in policy: \"AWS\":\"{arn}\""
        )));
    }
    Ok(())
}

fn check_actions(policy: &Policy) -> Result<(), ApiError> {
    for statement in &policy.statements {
        let is_sts = match &statement.actions {
            Actions::Are(names) => names.iter().all(|name| {
                name.split_once(':').is_some_and(|(vendor, _)| vendor.eq_ignore_ascii_case("sts"))
            }),
            Actions::AreNot(_) => false,
        };
        if !is_sts {
            return Err(errors::malformed_policy_document_exception(
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ));
        }
    }
    Ok(())
}
