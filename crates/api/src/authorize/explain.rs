//! Why an identity may or may not do something: the decision, and what it was made of.

use iam::{Context, Decision, Denial, Effect, Grounds, Policy, PolicyKind, PolicyRole};
use model::principal::Identity;
use model::{Arn, Principal, Scope, Snapshot, Timestamp, iam_scope};
use serde::{Deserialize, Serialize};

use super::denial::{Refused, role_name};
use super::{Ask, resource, scene};
use crate::{Api, Caller};

/// A question: may this identity do this to that?
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AccessQuestion {
    /// The ARN of a user, a role or a session of it, of the root; or `user/NAME`, `role/NAME`.
    pub principal: String,
    /// For example `s3:GetObject`.
    pub action: String,
    /// An ARN, or `*`.
    pub resource: String,
    /// Condition keys and their values, besides those that follow from the principal.
    pub context: Vec<(String, String)>,
}

/// The decision, and what made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessExplanation {
    pub is_allowed: bool,
    /// The sentence that the caller would be told, or that it is allowed.
    pub sentence: String,
    /// The statements that decided, each with its policy and its text.
    pub statements: Vec<String>,
    /// Every policy that was asked, by what it is to the request.
    pub policies: Vec<String>,
}

impl Api {
    /// Answers as the same request would be decided on now.
    pub fn explain_access(
        &self,
        scope: &Scope,
        question: &AccessQuestion,
        now: Timestamp,
    ) -> Result<AccessExplanation, String> {
        let snapshot = self.snapshot();
        let principal = named(&snapshot, scope, &question.principal)?;
        if !question.action.contains(':') {
            return Err(format!("`{}` is no action: SERVICE:ACTION", question.action));
        }
        if question.resource != "*" && Arn::parse(&question.resource).is_none() {
            return Err(format!("`{}` is neither an ARN nor `*`", question.resource));
        }
        let mut caller = Caller::root(scope.clone(), now);
        caller.principal = principal.clone().into();
        let mut context = scene::of_caller(&caller, &snapshot);
        for (key, value) in &question.context {
            context.set(key, vec![value.clone()]);
        }
        Ok(self.explained(&snapshot, (&principal, question), &context))
    }

    fn explained(
        &self,
        snapshot: &Snapshot,
        (principal, question): (&Principal, &AccessQuestion),
        context: &Context,
    ) -> AccessExplanation {
        let ask = Ask {
            principal: Some(principal),
            action: &question.action,
            resource: &question.resource,
            context: &|| context.clone(),
            resource_policy: None,
            owner: &principal.account,
        };
        let texts = texts(snapshot, &ask);
        let (is_allowed, sentence, grounds) = match self.decision(snapshot, &ask) {
            Decision::Allowed(grounds) if grounds.is_empty() => {
                (true, "allowed: it is the account's root".to_owned(), grounds)
            }
            Decision::Allowed(grounds) => (true, "allowed".to_owned(), grounds),
            Decision::Denied(denial) => {
                let grounds = match &denial {
                    Denial::Explicit(grounds) => vec![grounds.clone()],
                    Denial::Implicit(_) => Vec::new(),
                };
                let refused = Refused {
                    principal: principal.arn(),
                    action: question.action.clone(),
                    resource: question.resource.clone(),
                    denial,
                };
                (false, refused.sentence(), grounds)
            }
        };
        let statements = grounds.iter().map(|one| statement(one, &texts)).collect();
        let policies =
            texts.iter().map(|text| format!("{} `{}`", role_name(text.role), text.name)).collect();
        AccessExplanation { is_allowed, sentence, statements, policies }
    }
}

/// The documents that are asked, as they are written.
fn texts(snapshot: &Snapshot, ask: &Ask<'_>) -> Vec<Text> {
    let mut texts =
        ask.principal.map(|it| super::policies::texts(snapshot, it)).unwrap_or_default();
    let arn = Arn::parse(ask.resource);
    let own = arn.and_then(|arn| resource::policy(snapshot, ask.action, &arn));
    texts.extend(own.map(|own| Text {
        role: PolicyRole::Resource,
        name: "resource policy".to_owned(),
        kind: own.kind,
        document: own.text,
    }));
    texts
}

/// A document, and what it is to a request.
pub(super) struct Text {
    pub(super) role: PolicyRole,
    pub(super) name: String,
    pub(super) kind: PolicyKind,
    pub(super) document: String,
}

/// The statement by its policy, its place and its name.
fn statement(grounds: &Grounds, texts: &[Text]) -> String {
    let place = format!(
        "{} `{}`, statement {}",
        role_name(grounds.role),
        grounds.policy,
        grounds.statement + 1
    );
    let of_it = |text: &&Text| text.role == grounds.role && text.name == grounds.policy;
    let policy = texts.iter().find(of_it).and_then(|it| Policy::parse(&it.document, it.kind).ok());
    let Some(found) = policy.and_then(|it| it.statements.into_iter().nth(grounds.statement)) else {
        return place;
    };
    let sid = found.sid.map(|sid| format!(" ({sid})")).unwrap_or_default();
    let effect = match found.effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    };
    format!("{place}{sid} {effect} it")
}

/// The identity that a question names.
fn named(snapshot: &Snapshot, scope: &Scope, given: &str) -> Result<Principal, String> {
    let parsed = Arn::parse(given);
    let account = parsed.as_ref().map_or(scope.account.as_str(), |arn| &arn.scope.account);
    let resource = parsed.as_ref().map_or(given, |arn| &arn.resource);
    if resource == "root" {
        return Ok(Principal::root(account));
    }
    let of = iam_scope(account);
    let unknown = || format!("there is no user or role `{given}`");
    let (kind, rest) = resource.split_once('/').ok_or_else(unknown)?;
    let identity = match kind {
        "user" => {
            let name = rest.rsplit('/').next().unwrap_or(rest);
            let user = snapshot.iam_users.get(&of, &name.to_ascii_lowercase());
            let user = user.ok_or_else(unknown)?;
            let (name, path, id) = (user.name.clone(), user.path.clone(), user.id.clone());
            Identity::User { name, path, id }
        }
        "role" | "assumed-role" => {
            let mut parts = rest.rsplit('/');
            let last = parts.next().unwrap_or(rest);
            let (name, session) = match (kind, parts.next()) {
                ("assumed-role", Some(name)) => (name, last),
                _ => (last, "explained"),
            };
            let role = snapshot.iam_roles.get(&of, &name.to_ascii_lowercase());
            let role = role.ok_or_else(unknown)?;
            Identity::Role {
                name: role.name.clone(),
                path: role.path.clone(),
                id: role.id.clone(),
                session_name: session.to_owned(),
            }
        }
        _ => return Err(unknown()),
    };
    Ok(Principal { account: account.to_owned(), identity, session: None })
}
