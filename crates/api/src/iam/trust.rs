//! Trust policies: who may assume a role.

use ::iam::{Actions, Policy, PolicyKind, PrincipalName, Principals};
use aws_api::iam::errors;
use model::{Arn, Scope, Snapshot, iam_scope};
use wire::ApiError;

use super::{document, find, quota};

/// Refuses what cannot be a trust policy, and one that names somebody of this account who is not
/// there.
pub(super) fn check(snapshot: &Snapshot, scope: &Scope, text: &str) -> Result<(), ApiError> {
    let policy = document::parse(text, PolicyKind::Trust)?;
    if document::size(text) > quota::TRUST_POLICY_SIZE_MAX {
        return Err(quota::exceeded("ACLSizePerRole", quota::TRUST_POLICY_SIZE_MAX));
    }
    check_actions(&policy)?;
    for statement in &policy.statements {
        let names = match &statement.principals {
            Principals::Are(names) | Principals::AreNot(names) => names.as_slice(),
            Principals::Owner => &[],
        };
        for name in names {
            if let PrincipalName::Arn(arn) = name
                && !is_known(snapshot, scope, arn)
            {
                let message = format!("Invalid principal in policy: \"AWS\":\"{arn}\"");
                return Err(errors::malformed_policy_document_exception(message));
            }
        }
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

/// COMPAT: whoever a policy names has to be there. Of other accounts nothing is known here.
fn is_known(snapshot: &Snapshot, scope: &Scope, arn: &str) -> bool {
    let Some(parsed) = Arn::parse(arn) else { return false };
    if parsed.scope.account != scope.account {
        return true;
    }
    let scope = iam_scope(&parsed.scope.account);
    let (kind, named) = parsed.resource.split_once('/').unwrap_or_default();
    let last = named.rsplit('/').next().unwrap_or_default();
    match (parsed.service.as_str(), kind) {
        ("iam", "user") => find::user(snapshot, &scope, last).is_ok_and(|one| one.arn() == arn),
        ("iam", "role") => find::role(snapshot, &scope, last).is_ok_and(|one| one.arn() == arn),
        ("sts", "assumed-role") => {
            let (role, session) = named.split_once('/').unwrap_or_default();
            !session.is_empty() && find::role(snapshot, &scope, role).is_ok()
        }
        ("sts", "federated-user") => !named.is_empty(),
        _ => false,
    }
}
