//! The rule, as it is written: slow, and easy to compare with "Policy evaluation logic".

use crate::condition::Condition;
use crate::document::{Actions, Effect, Policy, PrincipalName, Principals, Resources, Statement};
use crate::operator::{arn_parts, arn_pattern_parts};
use crate::pattern::{Case, Pattern, Variables, Wildcards};
use crate::request::{
    Caller, CallerKind, Decision, Denial, Grounds, Policies, PolicyRole, Request, ResourceRule,
};

/// Decides on a request by the policies that it is asked of.
pub fn decide(request: &Request<'_>, policies: &Policies<'_, Policy>) -> Decision {
    let asked = Asked {
        is_bounded: policies.boundary.is_some(),
        has_session_policies: policies.session.is_some(),
    };
    let matching = |effect: Effect| {
        let mut found = Vec::new();
        for (role, name, policy) in policies.all() {
            for (index, statement) in policy.statements.iter().enumerate() {
                let is_it = statement.effect == effect;
                if is_it && matches(statement, request, (asked, policy.variables())) {
                    let grounds = Grounds { role, policy: name.to_owned(), statement: index };
                    found.push((grounds, grant(&statement.principals, request.caller)));
                }
            }
        }
        found
    };
    if let Some((grounds, _)) = matching(Effect::Deny).into_iter().next() {
        return Decision::Denied(Denial::Explicit(grounds));
    }
    let allowing = matching(Effect::Allow);
    let by: Vec<_> = allowing.iter().map(|(grounds, grant)| (grounds.role, *grant)).collect();
    match missing(request, asked, &by) {
        Some(role) => Decision::Denied(Denial::Implicit(role)),
        None => Decision::Allowed(allowing.into_iter().map(|(grounds, _)| grounds).collect()),
    }
}

/// Which policies have to allow a request besides the identity's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) is_bounded: bool,
    pub(crate) has_session_policies: bool,
}

/// How a statement of a resource's policy names the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    /// By its account, which leaves it to the identity's policies.
    Account,
    /// By its role, or as everyone: boundaries and session policies still count.
    Role,
    /// By itself: nothing else is asked.
    Itself,
}

/// The kind of policy that would have to allow it and does not, by the statements that allow; where
/// none denies, that decides.
pub(crate) fn missing(
    request: &Request<'_>,
    asked: Asked,
    allowing: &[(PolicyRole, Grant)],
) -> Option<PolicyRole> {
    let caller = request.caller;
    let is_at_home = caller.account == request.resource_account;
    let is_allowed = |role| allowing.iter().any(|(by, _)| *by == role);
    let by_resource = allowing.iter().filter(|(by, _)| *by == PolicyRole::Resource);
    let by_resource = by_resource.map(|(_, grant)| *grant).max();
    let is_identity_allowed = match caller.kind {
        CallerKind::Root => true,
        CallerKind::User | CallerKind::RoleSession => is_allowed(PolicyRole::Identity),
        CallerKind::Service => false,
    };
    let limits = [
        (asked.is_bounded, PolicyRole::Boundary),
        (asked.has_session_policies, PolicyRole::Session),
    ];
    let limit = limits.into_iter().find(|(is_asked, role)| *is_asked && !is_allowed(*role));
    let limit = limit.map(|(_, role)| role);
    match by_resource {
        None if request.rule == ResourceRule::HasToAllow => Some(PolicyRole::Resource),
        // A service has no policies of its own.
        Some(_) if caller.kind == CallerKind::Service => None,
        None if caller.kind == CallerKind::Service => Some(PolicyRole::Resource),
        Some(Grant::Itself) if is_at_home => None,
        Some(Grant::Role) if is_at_home => limit,
        _ if !is_identity_allowed => Some(PolicyRole::Identity),
        None if !is_at_home => limit.or(Some(PolicyRole::Resource)),
        _ => limit,
    }
}

fn matches(
    statement: &Statement,
    request: &Request<'_>,
    (asked, variables): (Asked, Variables),
) -> bool {
    let context = request.context;
    let is_action = |name: &String| {
        let kind = (Wildcards::Are, Variables::AreText);
        Pattern::new(name, Case::Ignored, kind).matches(request.action, context)
    };
    let is_resource = |name: &String| {
        if name == "*" {
            return true;
        }
        let (wanted, given) = (arn_pattern_parts(name, variables), arn_parts(request.resource));
        wanted.len() == given.len()
            && wanted.iter().zip(given).all(|(wanted, given)| {
                let kind = (Wildcards::Are, variables);
                Pattern::new(wanted, Case::Sensitive, kind).matches(given, context)
            })
    };
    let are_actions = match &statement.actions {
        Actions::Are(names) => names.iter().any(is_action),
        Actions::AreNot(names) => !names.iter().any(is_action),
    };
    let are_resources = match &statement.resources {
        Resources::Owner => true,
        Resources::Are(names) => names.iter().any(is_resource),
        Resources::AreNot(names) => !names.iter().any(is_resource),
    };
    let mut conditions = statement.conditions.iter();
    are_actions
        && are_resources
        && is_principal(&statement.principals, request.caller, asked)
        && conditions.all(|one: &Condition| one.is_met(context))
}

pub(crate) fn is_principal(principals: &Principals, caller: &Caller, asked: Asked) -> bool {
    match principals {
        Principals::Owner => true,
        Principals::Are(names) => names.iter().any(|name| stands_for(name, caller)),
        Principals::AreNot(names) => !is_exempt(names, caller, asked),
    }
}

/// Whether a denial of everyone but these leaves the caller alone.
///
/// COMPAT: "AWS JSON policy elements: `NotPrincipal`". The account, the role and the session or
/// user are looked for one after the other, and each has to be listed; the account alone stands for
/// its root only. A caller with a boundary is denied whatever is listed.
fn is_exempt(names: &[PrincipalName], caller: &Caller, asked: Asked) -> bool {
    if asked.is_bounded {
        return false;
    }
    let has_account = names.contains(&PrincipalName::Account(caller.account.clone()));
    let has = |arn: &String| {
        let is_root = arn_parts(arn).get(5) == Some(&"root");
        is_root || names.contains(&PrincipalName::Arn(arn.clone()))
    };
    match caller.kind {
        CallerKind::Service => names.iter().any(|name| stands_for(name, caller)),
        CallerKind::Root | CallerKind::User | CallerKind::RoleSession => {
            let has_all = has_account && !caller.arns.is_empty() && caller.arns.iter().all(has);
            has_all || names.contains(&PrincipalName::Everyone)
        }
    }
}

fn stands_for(name: &PrincipalName, caller: &Caller) -> bool {
    match name {
        PrincipalName::Everyone => true,
        PrincipalName::Account(account) => {
            caller.kind != CallerKind::Service && caller.account == *account
        }
        PrincipalName::Arn(name) => caller.arns.contains(name),
        PrincipalName::Service(name) | PrincipalName::Federated(name) => {
            caller.kind == CallerKind::Service && caller.arns.contains(name)
        }
    }
}

/// The closest way in which an allowing statement names the caller.
pub(crate) fn grant(principals: &Principals, caller: &Caller) -> Grant {
    let Principals::Are(names) = principals else { return Grant::Role };
    let naming = names.iter().filter(|name| stands_for(name, caller));
    let grants = naming.map(|name| match name {
        PrincipalName::Everyone => Grant::Role,
        PrincipalName::Account(_) => Grant::Account,
        PrincipalName::Arn(arn) if caller.arns.first() == Some(arn) => Grant::Itself,
        PrincipalName::Arn(_) => Grant::Role,
        PrincipalName::Service(_) | PrincipalName::Federated(_) => Grant::Itself,
    });
    grants.max().unwrap_or(Grant::Account)
}
