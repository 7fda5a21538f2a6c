//! The policies that a principal has, prepared once and kept until a record of IAM's changes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use iam::{
    Actions, Compiled, Effect, Policy, PolicyKind, PolicyRole, Principals, Resources, Statement,
};
use model::principal::{Identity, SessionPolicy};
use model::{
    IamGroup, IamPolicies, IamPolicy, IamRole, IamUser, Principal, Snapshot, Table, Tags, iam_scope,
};

use super::explain::Text;

/// LIMIT: principals whose policies are kept prepared.
const PRINCIPALS_MAX: usize = 2_000;
/// LIMIT: documents of resources and sessions that are kept prepared.
const DOCUMENTS_MAX: usize = 2_000;

/// A policy with the name that a decision calls it by.
pub(crate) type Named = (String, Arc<Compiled>);

/// What a principal's own policies are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held {
    pub(crate) identity: Vec<Named>,
    pub(crate) boundary: Option<Named>,
}

/// Prepared policies. What it says is as the snapshot says it; it is only faster.
#[derive(Default)]
pub(crate) struct PolicyCache(Mutex<Kept>);

impl fmt::Debug for PolicyCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PolicyCache").finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Kept {
    /// The tables that `held` follows from.
    users: Table<IamUser>,
    groups: Table<IamGroup>,
    roles: Table<IamRole>,
    policies: Table<IamPolicy>,
    /// By the principal's lasting ARN.
    held: BTreeMap<String, Arc<Held>>,
    documents: BTreeMap<(Kind, String), Arc<Compiled>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Identity,
    Resource,
    Trust,
}

impl PolicyCache {
    /// The policies of a user or role, of its groups, and what bounds it; by its lasting ARN.
    pub(crate) fn held(
        &self,
        snapshot: &Snapshot,
        (principal, key): (&Principal, &String),
    ) -> Arc<Held> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kept.is_of(snapshot) {
            kept.follow(snapshot);
        }
        if let Some(held) = kept.held.get(key) {
            return Arc::clone(held);
        }
        let held = Arc::new(gather(snapshot, principal));
        if kept.held.len() >= PRINCIPALS_MAX {
            kept.held.clear();
        }
        kept.held.insert(key.clone(), Arc::clone(&held));
        held
    }

    /// The session's own policies; `None` where it has none, and its identity's alone count.
    pub(crate) fn session(&self, snapshot: &Snapshot, principal: &Principal) -> Option<Vec<Named>> {
        let policies = principal.session.as_ref()?.policies.as_ref()?;
        let prepared = policies.iter().map(|policy| match policy {
            SessionPolicy::Inline(text) => {
                ("session policy".to_owned(), self.document(PolicyKind::Identity, text))
            }
            SessionPolicy::Managed(arn) => {
                let text = managed(snapshot, arn).unwrap_or_default();
                (arn.clone(), self.document(PolicyKind::Identity, &text))
            }
        });
        Some(prepared.collect())
    }

    /// A document by itself. What is malformed allows nothing.
    pub(crate) fn document(&self, kind: PolicyKind, text: &str) -> Arc<Compiled> {
        let key = (Kind::of(kind), text.to_owned());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = kept.documents.get(&key) {
            return Arc::clone(found);
        }
        let prepared = Arc::new(prepared(kind, text));
        if kept.documents.len() >= DOCUMENTS_MAX {
            kept.documents.clear();
        }
        kept.documents.insert(key, Arc::clone(&prepared));
        prepared
    }
}

impl Kept {
    fn is_of(&self, snapshot: &Snapshot) -> bool {
        self.users.is_same(&snapshot.iam_users)
            && self.groups.is_same(&snapshot.iam_groups)
            && self.roles.is_same(&snapshot.iam_roles)
            && self.policies.is_same(&snapshot.iam_policies)
    }

    fn follow(&mut self, snapshot: &Snapshot) {
        self.users = snapshot.iam_users.clone();
        self.groups = snapshot.iam_groups.clone();
        self.roles = snapshot.iam_roles.clone();
        self.policies = snapshot.iam_policies.clone();
        self.held.clear();
    }
}

impl Kind {
    fn of(kind: PolicyKind) -> Kind {
        match kind {
            PolicyKind::Identity => Kind::Identity,
            PolicyKind::Resource => Kind::Resource,
            PolicyKind::Trust => Kind::Trust,
        }
    }
}

/// The tags of a principal: its record's, and over them its session's.
pub(super) fn principal_tags(snapshot: &Snapshot, principal: &Principal) -> Tags {
    let mut tags = match &principal.identity {
        Identity::Root => Tags::new(),
        Identity::User { .. } => {
            user(snapshot, principal).map_or_else(Tags::new, |it| it.tags.clone())
        }
        Identity::Role { .. } => {
            role(snapshot, principal).map_or_else(Tags::new, |it| it.tags.clone())
        }
    };
    if let Some(session) = &principal.session {
        // COMPAT: a session's tag is in place of the role's, whatever the case of its key.
        let is_given = |key: &str| session.tags.keys().any(|it| it.eq_ignore_ascii_case(key));
        tags.retain(|key, _| !is_given(key));
        tags.extend(session.tags.clone());
    }
    tags
}

/// The documents of a principal, as they are written.
pub(super) fn texts(snapshot: &Snapshot, principal: &Principal) -> Vec<Text> {
    let text = |role, name: &str, document: String| Text {
        role,
        name: name.to_owned(),
        kind: PolicyKind::Identity,
        document,
    };
    let (policies, boundary) = match &principal.identity {
        Identity::Root => return Vec::new(),
        Identity::User { .. } => {
            let Some(user) = user(snapshot, principal) else { return Vec::new() };
            let scope = iam_scope(&principal.account);
            let groups = user
                .groups
                .iter()
                .filter_map(|name| snapshot.iam_groups.get(&scope, &name.to_ascii_lowercase()));
            let groups = groups.map(|group| group.policies.clone());
            let all = std::iter::once(user.policies.clone()).chain(groups).collect();
            (all, user.permissions_boundary.clone())
        }
        Identity::Role { .. } => {
            let Some(role) = role(snapshot, principal) else { return Vec::new() };
            (vec![role.policies.clone()], role.permissions_boundary.clone())
        }
    };
    let policies: Vec<IamPolicies> = policies;
    let mut texts = Vec::new();
    for one in &policies {
        let inline = one.inline.iter();
        texts.extend(inline.map(|(name, it)| text(PolicyRole::Identity, name, it.clone())));
        let attached = one.attached.iter();
        texts.extend(attached.map(|arn| {
            text(PolicyRole::Identity, arn, managed(snapshot, arn).unwrap_or_default())
        }));
    }
    texts.extend(
        boundary.map(|arn| {
            text(PolicyRole::Boundary, &arn, managed(snapshot, &arn).unwrap_or_default())
        }),
    );
    texts
}

fn gather(snapshot: &Snapshot, principal: &Principal) -> Held {
    let mut held = Held::default();
    for text in texts(snapshot, principal) {
        let named = (text.name, Arc::new(prepared(text.kind, &text.document)));
        match text.role {
            PolicyRole::Identity => held.identity.push(named),
            PolicyRole::Boundary => held.boundary = Some(named),
            // They are the session's and the resource's, not the principal's.
            PolicyRole::Session | PolicyRole::Resource => {}
        }
    }
    held
}

/// A policy that is gone says nothing. One that cannot be read, which none that is kept should be,
/// may have denied anything, and so denies all.
fn prepared(kind: PolicyKind, text: &str) -> Compiled {
    let everything = Statement {
        sid: None,
        effect: Effect::Deny,
        principals: Principals::Owner,
        actions: Actions::Are(vec!["*".to_owned()]),
        resources: Resources::Owner,
        conditions: Vec::new(),
    };
    let statements = if text.is_empty() { Vec::new() } else { vec![everything] };
    let unread = Policy { version: iam::Version::V2012, statements };
    Compiled::new(&Policy::parse(text, kind).unwrap_or(unread))
}

/// Whether there is a managed policy of this ARN.
pub(crate) fn is_managed(snapshot: &Snapshot, arn: &str) -> bool {
    managed(snapshot, arn).is_some()
}

/// The document of a managed policy, the account's own or one of AWS's.
fn managed(snapshot: &Snapshot, arn: &str) -> Option<String> {
    if let Some(ready) = iam::managed(arn) {
        return Some(ready.document.to_owned());
    }
    snapshot.iam_policy(arn).map(|found| found.document().to_owned())
}

/// The record behind a principal, if it is still the one that the credentials were given for.
fn user(snapshot: &Snapshot, principal: &Principal) -> Option<Arc<IamUser>> {
    let Identity::User { name, id, .. } = &principal.identity else { return None };
    let scope = iam_scope(&principal.account);
    let found = snapshot.iam_users.get(&scope, &name.to_ascii_lowercase())?;
    (found.id == *id).then(|| Arc::clone(&found.record))
}

fn role(snapshot: &Snapshot, principal: &Principal) -> Option<Arc<IamRole>> {
    let Identity::Role { name, id, .. } = &principal.identity else { return None };
    let scope = iam_scope(&principal.account);
    let found = snapshot.iam_roles.get(&scope, &name.to_ascii_lowercase())?;
    (found.id == *id).then(|| Arc::clone(&found.record))
}

#[cfg(test)]
mod tests {
    use iam::{Caller, CallerKind, Context, Denial, Policies, Request, ResourceRule, permit};

    use super::*;

    #[test]
    fn what_cannot_be_read_denies_all_and_what_is_gone_nothing() {
        let all = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let (kind, account) = (CallerKind::User, "000000000000".to_owned());
        let arns = vec!["arn:aws:iam::000000000000:user/ann".to_owned()];
        let caller = Caller { kind, account, arns };
        let request = Request {
            caller: &caller,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::b/k",
            resource_account: "000000000000",
            context: &Context::default(),
            rule: ResourceRule::MayAllow,
        };
        let told = |beside: &str| {
            let [one, other] = [all, beside].map(|text| prepared(PolicyKind::Identity, text));
            let identity = vec![("all", &one), ("beside", &other)];
            permit(&request, &Policies { identity, ..Policies::default() })
        };
        assert_eq!(told(""), Ok(()));
        assert!(matches!(told("{"), Err(Denial::Explicit(_))));
    }
}
