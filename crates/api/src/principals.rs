//! Whom the policies of resources name: users and roles, who have to be there.

use iam::{Policy, PrincipalName, Principals};
use model::{Arn, IamRole, KmsKey, Secret, Snapshot, iam_scope};
use serde_json::Value;

use crate::Turn;

/// The first whom a policy names of this account and who is not there. Of other accounts nothing is
/// known here.
pub(crate) fn unknown<'p>(
    snapshot: &Snapshot,
    account: &str,
    policy: &'p Policy,
) -> Option<&'p str> {
    let named = policy.statements.iter().flat_map(|statement| match &statement.principals {
        Principals::Owner => [].as_slice(),
        Principals::Are(names) | Principals::AreNot(names) => names.as_slice(),
    });
    let mut arns = named.filter_map(|name| match name {
        PrincipalName::Arn(arn) => Some(arn.as_str()),
        PrincipalName::Everyone
        | PrincipalName::Account(_)
        | PrincipalName::Service(_)
        | PrincipalName::Federated(_) => None,
    });
    arns.find(|arn| !is_known(snapshot, account, arn))
}

fn is_known(snapshot: &Snapshot, account: &str, arn: &str) -> bool {
    let Some(parsed) = Arn::parse(arn) else { return false };
    if parsed.scope.account != account {
        return true;
    }
    let scope = iam_scope(account);
    let (kind, named) = parsed.resource.split_once('/').unwrap_or_default();
    let last = named.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    match (parsed.service.as_str(), kind) {
        ("iam", "user") => snapshot.iam_users.get(&scope, &last).is_some_and(|it| it.arn() == arn),
        ("iam", "role") => snapshot.iam_roles.get(&scope, &last).is_some_and(|it| it.arn() == arn),
        ("sts", "assumed-role") => {
            let (role, session) = named.split_once('/').unwrap_or_default();
            let role = snapshot.iam_roles.get(&scope, &role.to_ascii_lowercase());
            !session.is_empty() && role.is_some()
        }
        ("sts", "federated-user") => !named.is_empty(),
        _ => false,
    }
}

/// Names a user or role otherwise in every policy that names it: by its new ARN, or, once it is
/// gone, by its unique id, which nobody gets again.
///
/// COMPAT: "AWS JSON policy elements: Principal": who is made again by the same name is not who was
/// trusted.
pub(crate) fn rename(turn: &mut Turn<'_>, from: &str, to: &str) {
    for role in turn.snapshot.iam_roles.all().filter(|role| role.arn() != from) {
        if let Some(trust_policy) = renamed(&role.trust_policy, from, to) {
            turn.plan.update(role, IamRole { trust_policy, ..(*role.record).clone() });
        }
    }
    for key in turn.snapshot.kms_keys.all() {
        if let Some(policy) = renamed(&key.policy, from, to) {
            turn.plan.update(key, KmsKey { policy, ..(*key.record).clone() });
        }
    }
    for secret in turn.snapshot.secrets.all() {
        let policy = secret.resource_policy.as_ref();
        if let Some(policy) = policy.and_then(|policy| renamed(policy, from, to)) {
            let resource_policy = Some(policy);
            turn.plan.update(secret, Secret { resource_policy, ..(*secret.record).clone() });
        }
    }
}

/// `None` where it does not name the principal.
fn renamed(policy: &str, from: &str, to: &str) -> Option<String> {
    if !policy.contains(from) {
        return None;
    }
    let mut document: Value = serde_json::from_str(policy).ok()?;
    let mut is_changed = false;
    let statements = match document.get_mut("Statement")? {
        Value::Array(statements) => statements.iter_mut().collect(),
        one => vec![one],
    };
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let names = statement.get_mut(element).and_then(|names| names.get_mut("AWS"));
            let names = match names {
                Some(Value::Array(names)) => names.iter_mut().collect(),
                Some(one) => vec![one],
                None => Vec::new(),
            };
            for name in names.into_iter().filter(|name| name.as_str() == Some(from)) {
                *name = Value::String(to.to_owned());
                is_changed = true;
            }
        }
    }
    is_changed.then(|| document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_renamed_where_it_is_one_and_nowhere_else() {
        let arn = "arn:aws:iam::1:user/a";
        let text = |name: &str| {
            let condition = format!(r#"{{"ArnEquals":{{"aws:PrincipalArn":"{arn}"}}}}"#);
            let principal = format!(r#"{{"AWS":["{name}","{arn}b"]}}"#);
            format!(r#"{{"Statement":[{{"Principal":{principal},"Condition":{condition}}}]}}"#)
        };
        assert_eq!(renamed(&text(arn), arn, "AIDA1"), Some(text("AIDA1")));
        assert_eq!(renamed(&text("*"), arn, "AIDA1"), None);
        let single = r#"{"Statement":{"NotPrincipal":{"AWS":"arn:aws:iam::1:user/a"}}}"#;
        let told = renamed(single, arn, "AIDA1");
        assert_eq!(told.as_deref(), Some(r#"{"Statement":{"NotPrincipal":{"AWS":"AIDA1"}}}"#));
    }
}
