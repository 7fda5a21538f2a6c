//! Who calls, as its credentials prove it.

use serde::{Deserialize, Serialize};

use crate::record::{Tags, TaskKey, iam_scope};
use crate::{Scope, Timestamp};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Principal {
    pub account: String,
    pub identity: Identity,
    /// Of temporary credentials.
    pub session: Option<Session>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// The account itself.
    Root,
    User {
        name: String,
        path: String,
        id: String,
    },
    /// A role that somebody assumed. The name is one of the sessions'.
    Role {
        name: String,
        path: String,
        id: String,
        session_name: String,
    },
}

/// What temporary credentials say besides whose they are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// `None` is no session policy.
    pub policies: Option<Vec<SessionPolicy>>,
    pub tags: Tags,
    /// Tags that go on to a role that this session assumes.
    pub transitive_tag_keys: Vec<String>,
    pub source_identity: Option<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// The task that they were given to: they end with it.
    pub task: Option<TaskKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPolicy {
    /// A document.
    Inline(String),
    /// A managed policy, by its ARN.
    Managed(String),
}

impl Principal {
    pub fn root(account: impl Into<String>) -> Principal {
        Principal { account: account.into(), identity: Identity::Root, session: None }
    }

    /// As `GetCallerIdentity` says it.
    pub fn arn(&self) -> String {
        let resource = match &self.identity {
            Identity::Root => "root".to_owned(),
            Identity::User { name, path, .. } => format!("user{path}{name}"),
            Identity::Role { name, session_name, .. } => {
                let scope = Scope::new(self.account.as_str(), "");
                return scope.arn("sts", format!("assumed-role/{name}/{session_name}"));
            }
        };
        iam_scope(&self.account).arn("iam", resource)
    }

    /// The unique id, as `aws:userid` has it.
    pub fn user_id(&self) -> String {
        match &self.identity {
            Identity::Root => self.account.clone(),
            Identity::User { id, .. } => id.clone(),
            Identity::Role { id, session_name, .. } => format!("{id}:{session_name}"),
        }
    }

    /// The ARN of the role that the session is of.
    pub fn role_arn(&self) -> Option<String> {
        match &self.identity {
            Identity::Role { name, path, .. } => {
                Some(iam_scope(&self.account).arn("iam", format!("role{path}{name}")))
            }
            Identity::Root | Identity::User { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_has_the_name_that_aws_gives_it() {
        let named = |identity| {
            let principal = Principal { account: "1".to_owned(), identity, session: None };
            (principal.arn(), principal.user_id())
        };
        let text = str::to_owned;
        let root = (text("arn:aws:iam::1:root"), text("1"));
        assert_eq!(named(Identity::Root), root);
        let (name, path, id) = (text("ann"), text("/eng/"), text("AIDA1"));
        let user = (text("arn:aws:iam::1:user/eng/ann"), text("AIDA1"));
        assert_eq!(named(Identity::User { name, path, id }), user);
        let (name, path, id) = (text("app"), text("/eng/"), text("AROA1"));
        let role = Identity::Role { name, path, id, session_name: text("s") };
        let session = (text("arn:aws:sts::1:assumed-role/app/s"), text("AROA1:s"));
        assert_eq!(named(role), session);
    }
}
