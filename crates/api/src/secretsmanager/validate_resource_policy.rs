//! `ValidateResourcePolicy`: whether a policy is one, opens a secret to everyone, or locks its
//! caller out.

use aws_api::secretsmanager::{
    ValidateResourcePolicyRequest, ValidateResourcePolicyResponse, ValidationErrorsEntry,
};
use wire::ApiError;

use super::{find, policy};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ValidateResourcePolicyRequest,
) -> Result<ValidateResourcePolicyResponse, ApiError> {
    let parsed = policy::parse(&input.resource_policy)?;
    if let Some(id) = &input.secret_id {
        find::active(&api.snapshot(), &caller.scope, id)?;
    }
    let checks = [
        ("BroadAccess", policy::is_public(&parsed), "The policy allows broad access."),
        (
            "CallerLockout",
            policy::is_locking_out(&parsed, &caller.principal),
            "The policy denies the caller to change it.",
        ),
    ];
    let failed = checks.into_iter().filter(|(_, has_failed, _)| *has_failed);
    let entry = |(name, _, message): (&str, bool, &str)| ValidationErrorsEntry {
        check_name: Some(name.to_owned()),
        error_message: Some(message.to_owned()),
    };
    let errors: Vec<ValidationErrorsEntry> = failed.map(entry).collect();
    Ok(ValidateResourcePolicyResponse {
        policy_validation_passed: Some(errors.is_empty()),
        validation_errors: Some(errors),
    })
}
