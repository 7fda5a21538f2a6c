//! What is asked: who calls, for which action on what, and what else is known of it; and the
//! answer.

use std::collections::BTreeMap;

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub caller: &'a Caller,
    /// `service:Action`
    pub action: &'a str,
    /// Its ARN, or `*` where the action is on none.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub resource_account: &'a str,
    pub context: &'a Context,
    pub rule: ResourceRule,
}

/// What the resource's own policy is to a caller of the same account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceRule {
    #[default]
    /// Either it allows, or the identity's policies do.
    MayAllow,
    /// Nothing is allowed without it: of a role, its trust policy; of a key, its key policy.
    HasToAllow,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub kind: CallerKind,
    pub account: String,
    /// All ARNs and names that stand for it in a `Principal`: of a session, the session's and its
    /// role's.
    pub arns: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// The account itself: it may do everything in its own account that no resource denies.
    Root,
    User,
    RoleSession,
    /// A service, by its host name in `arns`.
    Service,
}

/// The values of condition keys, of which the names are in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// With one key more, or with other values of it.
    #[must_use]
    pub fn with(mut self, key: &str, values: &[&str]) -> Context {
        self.set(key, values.iter().map(|value| (*value).to_owned()).collect());
        self
    }

    pub fn set(&mut self, key: &str, values: Vec<String>) {
        self.0.insert(key.to_lowercase(), values);
    }

    pub fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// With all of the other's keys, whose values count where both have one.
    pub fn add_all(&mut self, other: Context) {
        self.0.extend(other.0);
    }

    /// `None` where the request does not have the key, which is in lower case.
    pub(crate) fn values(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// The value of a key that has one.
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            Some([value]) => Some(value),
            _ => None,
        }
    }
}

/// What is decided, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// By these statements; by none where the caller is its account's root.
    Allowed(Vec<Grounds>),
    Denied(Denial),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A statement says so.
    Explicit(Grounds),
    /// No policy of this kind allows it, and one has to.
    Implicit(PolicyRole),
}

/// What a policy is to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyRole {
    Identity,
    Boundary,
    Session,
    Resource,
}

/// A statement that took part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grounds {
    pub role: PolicyRole,
    /// The policy's name.
    pub policy: String,
    /// The statement's place in it.
    pub statement: usize,
}

/// The policies that a request is asked of, each with its name. `P` is how they are prepared.
#[derive(Clone, Debug)]
pub struct Policies<'a, P> {
    /// Of the caller and its groups.
    pub identity: Vec<(&'a str, &'a P)>,
    pub boundary: Option<(&'a str, &'a P)>,
    /// `None` is no session policy; an empty list allows nothing.
    pub session: Option<Vec<(&'a str, &'a P)>>,
    /// Of the resource; of a role that is assumed, its trust policy.
    pub resource: Option<(&'a str, &'a P)>,
}

impl<P> Default for Policies<'_, P> {
    fn default() -> Self {
        Policies { identity: Vec::new(), boundary: None, session: None, resource: None }
    }
}

impl<'a, P> Policies<'a, P> {
    /// All of them in the order in which they are asked for denials.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PolicyRole, &'a str, &'a P)> {
        let of = |role| move |(name, policy): &(&'a str, &'a P)| (role, *name, *policy);
        let identity = self.identity.iter().map(of(PolicyRole::Identity));
        let boundary = self.boundary.iter().map(of(PolicyRole::Boundary));
        let session = self.session.iter().flatten().map(of(PolicyRole::Session));
        let resource = self.resource.iter().map(of(PolicyRole::Resource));
        identity.chain(boundary).chain(session).chain(resource)
    }
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        match self {
            Decision::Allowed(_) => true,
            Decision::Denied(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// COMPAT: "AWS global condition context keys": names of keys have no case.
    #[test]
    fn what_is_said_last_of_a_key_counts_whatever_its_case() {
        let mut context = Context::default().with("aws:PrincipalTag/team", &["role"]);
        context.set("aws:PrincipalTag/Team", vec!["session".to_owned()]);
        assert_eq!(context.single("aws:principaltag/team"), Some("session"));
        context.add_all(Context::default().with("AWS:PrincipalTag/TEAM", &["other"]));
        assert_eq!(context.single("aws:principaltag/team"), Some("other"));
    }
}
