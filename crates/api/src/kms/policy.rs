//! Key policies: what is one, and whether it locks its own author out.

use aws_api::kms::errors;
use iam::{Compiled, Policies, Policy, PolicyKind};
use model::KmsKey;
use model::principal::Identity;
use wire::ApiError;

use crate::{Caller, Turn, principals};

/// The only name that a policy of a key can have.
pub(super) const NAME: &str = "default";

/// LIMIT: bytes of a policy ("Resource quotas").
const BYTES_MAX: usize = 32 * 1024;

/// Whether a policy may make its author unable to change it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LockoutCheck {
    Checked,
    Bypassed,
}

impl LockoutCheck {
    /// `BypassPolicyLockoutSafetyCheck`.
    pub(super) fn of(bypass: Option<bool>) -> LockoutCheck {
        match bypass {
            Some(true) => LockoutCheck::Bypassed,
            Some(false) | None => LockoutCheck::Checked,
        }
    }
}

/// Refuses what may not be the policy of `key`.
//
// COMPAT: AWS KMS also takes statements without actions or resources, which have no effect; here
// such a one is refused, as it cannot be what was meant.
pub(super) fn check(
    turn: &Turn<'_>,
    key: &KmsKey,
    text: &str,
    lockout: LockoutCheck,
) -> Result<(), ApiError> {
    if text.len() > BYTES_MAX {
        return Err(errors::limit_exceeded_exception(format!(
            "The key policy exceeds the maximum size of {BYTES_MAX} bytes."
        )));
    }
    let policy = Policy::parse(text, PolicyKind::Resource)
        .map_err(|reason| errors::malformed_policy_document_exception(reason.to_string()))?;
    if principals::unknown(turn.snapshot, &key.scope.account, &policy).is_some() {
        return Err(errors::malformed_policy_document_exception(
            "Policy contains a statement with one or more invalid principals.",
        ));
    }
    if lockout == LockoutCheck::Checked && !lets_change(&policy, key, turn.caller) {
        return Err(errors::malformed_policy_document_exception(
            "The new key policy will not allow you to update the key policy in the future.",
        ));
    }
    Ok(())
}

/// Whether the policy lets the caller put another, or leaves that to its account.
fn lets_change(policy: &Policy, key: &KmsKey, caller: &Caller) -> bool {
    let principal = &caller.principal;
    let arns = [Some(principal.arn()), principal.role_arn()];
    let asking = iam::Caller {
        // As the root of the account, so that no policy of an identity is missed: it is the key's
        // own policy that is in question.
        kind: iam::CallerKind::Root,
        account: principal.account.clone(),
        arns: arns.into_iter().flatten().collect(),
    };
    let kind = match principal.identity {
        Identity::Root => "Account",
        Identity::User { .. } => "User",
        Identity::Role { .. } => "AssumedRole",
    };
    let context = iam::Context::default()
        .with("aws:PrincipalAccount", &[&principal.account])
        .with("aws:PrincipalArn", &[principal.role_arn().as_ref().unwrap_or(&principal.arn())])
        .with("aws:PrincipalType", &[kind])
        .with("kms:CallerAccount", &[&principal.account])
        .with("kms:PolicyName", &[NAME]);
    let request = iam::Request {
        caller: &asking,
        action: "kms:PutKeyPolicy",
        resource: &key.arn(),
        resource_account: &key.scope.account,
        rule: iam::ResourceRule::HasToAllow,
        context: &context,
    };
    let compiled = Compiled::new(policy);
    let policies = Policies { resource: Some((NAME, &compiled)), ..Policies::default() };
    iam::decide(&request, &policies).is_allowed()
}

/// Refuses any other name than that of the one policy.
pub(super) fn check_name(name: Option<&str>) -> Result<(), ApiError> {
    match name {
        None | Some(NAME) => Ok(()),
        Some(other) => Err(errors::not_found_exception(format!(
            "No such policy exists: {other}. A key has one policy, {NAME}."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use model::{Plan, Rng, Scope, Snapshot, Timestamp};
    use serde_json::{Value, json};
    use vault::{MasterKeys, Vault};

    use super::super::new_key::{self, NewKey};
    use super::*;

    fn told(statement: &Value) -> Result<(), String> {
        let scope = Scope::new("000000000000", "us-east-1");
        let caller = Caller::root(scope, Timestamp::EPOCH);
        let snapshot = Snapshot::default();
        let plan = Plan::new();
        let mut turn = Turn { snapshot: &snapshot, caller: &caller, rng: Rng::seeded(1), plan };
        let new = NewKey {
            manager: model::KmsKeyManager::Customer,
            description: String::new(),
            policy: String::new(),
            tags: model::Tags::new(),
            rotation_schedule: None,
        };
        let key = new_key::make(&mut turn, &Vault::new(MasterKeys::random()), new);
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        let checked = check(&turn, &key, &text, LockoutCheck::Checked);
        let bypassed = check(&turn, &key, &text, LockoutCheck::Bypassed);
        let locked = "The new key policy will not allow you to update the key policy in the \
                      future.";
        checked.map_err(|error| {
            assert_eq!(bypassed.is_ok(), error.message == locked, "{}", error.message);
            error.message
        })
    }

    fn allow(principal: &Value, action: &str) -> Value {
        json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" })
    }

    #[test]
    fn a_policy_lets_its_author_change_it() {
        let root = json!({ "AWS": "arn:aws:iam::000000000000:root" });
        assert_eq!(told(&allow(&root, "kms:*")), Ok(()));
        assert_eq!(told(&allow(&json!("*"), "kms:Put*")), Ok(()));
        let locked =
            "The new key policy will not allow you to update the key policy in the future.";
        assert_eq!(told(&allow(&root, "kms:Encrypt")), Err(locked.to_owned()));
        let other = json!({ "AWS": "arn:aws:iam::111111111111:root" });
        assert_eq!(told(&allow(&other, "kms:*")), Err(locked.to_owned()));
        let mut denied = allow(&root, "kms:PutKeyPolicy");
        denied["Effect"] = json!("Deny");
        let both = json!([allow(&root, "kms:*"), denied]);
        assert_eq!(told(&both), Err(locked.to_owned()));
    }

    #[test]
    fn a_policy_names_whom_there_is() {
        let nobody = json!({ "AWS": "arn:aws:iam::000000000000:user/nobody" });
        let root = json!({ "AWS": "000000000000" });
        assert_eq!(
            told(&json!([allow(&root, "kms:*"), allow(&nobody, "kms:*")])),
            Err("Policy contains a statement with one or more invalid principals.".to_owned())
        );
        assert_eq!(told(&json!([])), Err("Syntax errors in policy.".to_owned()));
    }
}
