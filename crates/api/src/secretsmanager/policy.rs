//! Policies of secrets: what is one, whether it lets in everyone, and whether it locks out its
//! author.

use aws_api::secretsmanager::errors;
use iam::{Actions, Condition, Effect, Policy, PolicyKind, PrincipalName, Principals, Statement};
use model::Principal;
use wire::ApiError;

/// The one policy that a secret can have.
pub(super) const NAME: &str = "default";

/// What whoever is denied cannot undo.
const CHANGES: [&str; 2] =
    ["secretsmanager:putresourcepolicy", "secretsmanager:deleteresourcepolicy"];

/// Keys whose values are the caller's own, or where it calls from.
//
// COMPAT: after "The meaning of public" (Amazon S3 User Guide), which states the rule.
const NARROWING_KEYS: [&str; 15] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpcsourceip",
    "secretsmanager:rotationlambdaarn",
];

const NARROWING_OPERATORS: [&str; 7] = [
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "ipaddress",
    "foranyvalue:stringequals",
];

/// COMPAT: "You can only attach the `default` policy; if you specify any other name, the
/// operation returns an `InvalidParameterException`" (`PutResourcePolicy`).
pub(super) fn changeable(given: Option<&str>) -> Result<&'static str, ApiError> {
    match given {
        None | Some(NAME) => Ok(NAME),
        Some(other) => Err(super::invalid(format!(
            "The resource policy {other} can't be changed: only the policy {NAME} can."
        ))),
    }
}

pub(super) fn parse(text: &str) -> Result<Policy, ApiError> {
    let refuse =
        |reason: iam::Malformed| errors::malformed_policy_document_exception(reason.to_string());
    Policy::parse(text, PolicyKind::Resource).map_err(refuse)
}

/// Whether it allows something to everyone, with no condition that says to whom.
pub(super) fn is_public(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && is_of_everyone(&statement.principals)
            && !statement.conditions.iter().any(is_narrowing)
    })
}

fn is_of_everyone(principals: &Principals) -> bool {
    match principals {
        Principals::Owner => false,
        Principals::Are(names) => names.contains(&PrincipalName::Everyone),
        // Whoever is not named, and that is nearly everyone.
        Principals::AreNot(_) => true,
    }
}

fn is_narrowing(condition: &Condition) -> bool {
    let is_fixed = |value: &String| !value.contains(['*', '?', '$']) && !value.ends_with("/0");
    NARROWING_KEYS.contains(&condition.key.as_str())
        && NARROWING_OPERATORS.contains(&condition.operator.to_lowercase().as_str())
        && condition.values.iter().all(is_fixed)
}

/// Whether a statement without conditions denies `principal` to change the policy again.
pub(super) fn is_locking_out(policy: &Policy, principal: &Principal) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Deny
            && statement.conditions.is_empty()
            && is_of(&statement.principals, principal)
            && is_of_changes(statement)
    })
}

fn is_of(principals: &Principals, principal: &Principal) -> bool {
    let is_named = |names: &[PrincipalName]| {
        names.iter().any(|name| match name {
            PrincipalName::Everyone => true,
            PrincipalName::Account(account) => *account == principal.account,
            PrincipalName::Arn(arn) => {
                *arn == principal.arn() || principal.role_arn().as_ref() == Some(arn)
            }
            PrincipalName::Service(_) | PrincipalName::Federated(_) => false,
        })
    };
    match principals {
        Principals::Owner => false,
        Principals::Are(names) => is_named(names),
        Principals::AreNot(names) => !is_named(names),
    }
}

fn is_of_changes(statement: &Statement) -> bool {
    let (patterns, is_not) = match &statement.actions {
        Actions::Are(patterns) => (patterns, false),
        Actions::AreNot(patterns) => (patterns, true),
    };
    let is_named =
        |action: &&str| patterns.iter().any(|pattern| matches(&pattern.to_lowercase(), action));
    CHANGES.iter().any(|action| is_named(action) != is_not)
}

/// Whether a pattern with `*` is of the text.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            (0..=left.len()).any(|at| left.get(at..).is_some_and(|end| matches(rest, end)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(effect: &str, principal: &str, rest: &str) -> Policy {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "{effect}", "Resource": "*",
            "Principal": {principal}, {rest}}}}}"#
        );
        parse(&text).expect("it is well formed")
    }

    const READ: &str = r#""Action": "secretsmanager:GetSecretValue""#;

    #[test]
    fn what_lets_in_everyone_is_public() {
        let account = r#"{"AWS": "000000000000"}"#;
        assert!(is_public(&policy("Allow", r#""*""#, READ)));
        assert!(is_public(&policy("Allow", r#"{"AWS": ["*"]}"#, READ)));
        assert!(!is_public(&policy("Deny", r#""*""#, READ)));
        assert!(!is_public(&policy("Allow", account, READ)));
        let with = |condition: &str| {
            let rest = format!(r#"{READ}, "Condition": {condition}"#);
            is_public(&policy("Allow", r#""*""#, &rest))
        };
        assert!(!with(r#"{"StringEquals": {"aws:SourceVpc": "vpc-1"}}"#));
        assert!(!with(r#"{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}"#));
        assert!(with(r#"{"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}"#));
        assert!(with(r#"{"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}"#));
        assert!(with(r#"{"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}"#));
        assert!(with(r#"{"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}"#));
        assert!(with(r#"{"Bool": {"aws:SecureTransport": "true"}}"#));
    }

    #[test]
    fn what_denies_its_author_to_change_it_locks_out() {
        let root = Principal::root("000000000000");
        let account = r#"{"AWS": "000000000000"}"#;
        let is_locked = |effect, principal, action| {
            let rest = format!(r#""Action": "{action}""#);
            is_locking_out(&policy(effect, principal, &rest), &root)
        };
        assert!(is_locked("Deny", r#""*""#, "*"));
        assert!(is_locked("Deny", account, "secretsmanager:*"));
        assert!(is_locked("Deny", account, "secretsmanager:Put*Policy"));
        assert!(is_locked("Deny", r#"{"AWS": "arn:aws:iam::000000000000:root"}"#, "*"));
        assert!(!is_locked("Deny", account, "secretsmanager:GetSecretValue"));
        assert!(!is_locked("Deny", r#"{"AWS": "111111111111"}"#, "*"));
        assert!(!is_locked("Allow", r#""*""#, "*"));
    }
}
