//! Whose requests a simulation is about.

use ::iam::{Caller, CallerKind};
use aws_api::iam::errors;
use model::{Arn, Scope};
use wire::ApiError;

/// COMPAT: "You can specify the ARN of an IAM user, group, or role. You cannot specify the ARN of
/// an assumed role, federated user, or a service principal." It need not be there.
pub(super) fn parse(scope: &Scope, arn: Option<&String>) -> Result<Caller, ApiError> {
    let Some(arn) = arn else {
        let account = scope.account.clone();
        return Ok(Caller { kind: CallerKind::User, account, arns: Vec::new() });
    };
    let refused = || {
        let message = format!("The caller ARN {arn} is not that of an IAM user, group or role.");
        errors::invalid_input_exception(message)
    };
    let parsed = Arn::parse(arn).filter(|parsed| parsed.service == "iam").ok_or_else(refused)?;
    let kind = match parsed.resource.split_once('/') {
        Some(("user" | "group", _)) => CallerKind::User,
        Some(("role", _)) => CallerKind::RoleSession,
        _ => return Err(refused()),
    };
    Ok(Caller { kind, account: parsed.scope.account, arns: vec![arn.clone()] })
}

/// The account that a resource's owner is given as, by id or by the ARN of its root.
pub(super) fn account_of(given: &str) -> Result<String, ApiError> {
    let of_root = Arn::parse(given).filter(|arn| arn.service == "iam" && arn.resource == "root");
    let account = of_root.map_or_else(|| given.to_owned(), |arn| arn.scope.account);
    if is_account(&account) {
        return Ok(account);
    }
    Err(errors::invalid_input_exception(format!("The resource owner {given} is not an account.")))
}

/// Whether it is one's own, and not AWS's.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
