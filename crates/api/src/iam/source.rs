//! The policies that count for a user, group or role, each with where it comes from.

use ::iam::{Compiled, Policy, PolicyKind};
use aws_api::iam::{PolicySourceType, errors};
use model::{Arn, Entry, IamGroup, IamPolicies, IamRole, IamUser, Scope, Snapshot, iam_scope};
use wire::ApiError;

use super::find;
use super::policy::{self, Managed};

/// A policy, and where it comes from.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) kind: PolicySourceType,
    pub(super) name: String,
    /// Of a managed policy.
    pub(super) arn: Option<String>,
    /// Whose an inline policy is.
    pub(super) holder: Option<String>,
    pub(super) text: String,
    pub(super) policy: Policy,
    pub(super) compiled: Compiled,
}

/// A user, group or role that an ARN names.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entity<'a> {
    User(&'a Entry<IamUser>),
    Group(&'a Entry<IamGroup>),
    Role(&'a Entry<IamRole>),
}

/// Who an ARN names; of any account.
pub(super) fn find_entity<'a>(snapshot: &'a Snapshot, arn: &str) -> Option<Entity<'a>> {
    let parsed = Arn::parse(arn).filter(|parsed| parsed.service == "iam")?;
    let scope = iam_scope(&parsed.scope.account);
    let (kind, named) = parsed.resource.split_once('/')?;
    let name = named.rsplit('/').next().unwrap_or_default();
    let found = match kind {
        "user" => Entity::User(find::user(snapshot, &scope, name).ok()?),
        "group" => Entity::Group(find::group(snapshot, &scope, name).ok()?),
        "role" => Entity::Role(find::role(snapshot, &scope, name).ok()?),
        _ => return None,
    };
    Some(found).filter(|found| found.arn() == arn)
}

/// The one whose policies a request is about, of the caller's account.
pub(super) fn entity_of<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<Entity<'a>, ApiError> {
    let parsed = Arn::parse(arn).filter(|parsed| {
        let kind = parsed.resource.split('/').next().unwrap_or_default();
        parsed.service == "iam" && ["user", "group", "role"].contains(&kind)
    });
    let Some(parsed) = parsed else {
        let message = format!("{arn} is not the ARN of an IAM user, group or role.");
        return Err(errors::invalid_input_exception(message));
    };
    let found = find_entity(snapshot, arn).filter(|_| parsed.scope.account == scope.account);
    found.ok_or_else(|| {
        errors::no_such_entity_exception(format!("The entity {arn} cannot be found."))
    })
}

impl<'a> Entity<'a> {
    pub(super) fn arn(&self) -> String {
        match self {
            Entity::User(one) => one.arn(),
            Entity::Group(one) => one.arn(),
            Entity::Role(one) => one.arn(),
        }
    }

    /// The ARN of the policy that bounds what it may do.
    pub(super) fn boundary(&self) -> Option<&'a String> {
        match self {
            Entity::User(one) => one.record.permissions_boundary.as_ref(),
            Entity::Group(_) => None,
            Entity::Role(one) => one.record.permissions_boundary.as_ref(),
        }
    }

    /// All that it has, and of a user all that its groups have.
    pub(super) fn sources(&self, snapshot: &Snapshot) -> Vec<Source> {
        match self {
            Entity::User(user) => {
                let holder = Holder { account: &user.account, kind: HOLDS_USER, name: &user.name };
                let mut sources = sources_of(snapshot, &holder, &user.policies);
                let scope = iam_scope(&user.account);
                for name in &user.groups {
                    if let Ok(group) = find::group(snapshot, &scope, name) {
                        sources.extend(Entity::Group(group).sources(snapshot));
                    }
                }
                sources
            }
            Entity::Group(group) => {
                let holder =
                    Holder { account: &group.account, kind: HOLDS_GROUP, name: &group.name };
                sources_of(snapshot, &holder, &group.policies)
            }
            Entity::Role(role) => {
                let holder = Holder { account: &role.account, kind: HOLDS_ROLE, name: &role.name };
                sources_of(snapshot, &holder, &role.policies)
            }
        }
    }
}

type HolderKind = (&'static str, PolicySourceType);

const HOLDS_USER: HolderKind = ("user", PolicySourceType::User);
const HOLDS_GROUP: HolderKind = ("group", PolicySourceType::Group);
const HOLDS_ROLE: HolderKind = ("role", PolicySourceType::Role);

struct Holder<'a> {
    account: &'a str,
    kind: HolderKind,
    name: &'a str,
}

/// COMPAT: an inline policy is named after who has it and itself, as `user_ann_reading`.
fn sources_of(snapshot: &Snapshot, holder: &Holder<'_>, policies: &IamPolicies) -> Vec<Source> {
    let (word, kind) = holder.kind;
    let inline = policies.inline.iter().filter_map(|(name, text)| {
        let source = Source::new((format!("{word}_{}_{name}", holder.name), kind), text)?;
        Some(Source { name: name.clone(), holder: Some(holder.name.to_owned()), ..source })
    });
    let scope = iam_scope(holder.account);
    let attached = policies.attached.iter();
    let attached = attached.filter_map(|arn| Source::managed(snapshot, &scope, arn));
    inline.chain(attached).collect()
}

impl Source {
    /// What a policy that was kept says; one that was kept is well formed.
    fn new((id, kind): (String, PolicySourceType), text: &str) -> Option<Source> {
        let policy = Policy::parse(text, PolicyKind::Identity).ok()?;
        Some(Source::of((id, kind), text, policy))
    }

    pub(super) fn of((id, kind): (String, PolicySourceType), text: &str, policy: Policy) -> Source {
        Source {
            name: id.clone(),
            id,
            kind,
            arn: None,
            holder: None,
            text: text.to_owned(),
            compiled: Compiled::new(&policy),
            policy,
        }
    }

    /// A managed policy, by its ARN.
    pub(super) fn managed(snapshot: &Snapshot, scope: &Scope, arn: &str) -> Option<Source> {
        let found = policy::get(snapshot, scope, arn)?;
        let kind = match found {
            Managed::Own(_) => PolicySourceType::UserManaged,
            Managed::Ready(_) => PolicySourceType::AwsManaged,
        };
        let source = Source::new((found.name().to_owned(), kind), found.document())?;
        Some(Source { arn: Some(arn.to_owned()), ..source })
    }
}
