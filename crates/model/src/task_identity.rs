//! What a task is given of its roles, on its way from control to the node that holds it.
//!
//! INVARIANT: what is secret here is wiped when it is dropped, and is never in `Debug`.
//! INVARIANT: none of it is ever in a record, a journal or a snapshot.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Timestamp;
use crate::record::TaskKey;

/// A text that nobody is to read on its way.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    pub fn new(text: impl Into<String>) -> SecretText {
        SecretText(Zeroizing::new(text.into()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    pub fn is_same(&self, other: &SecretText) -> bool {
        let (one, two) = (self.0.as_bytes(), other.0.as_bytes());
        let differing = one.iter().zip(two).fold(0, |all, (one, two)| all | (one ^ two));
        one.len() == two.len() && differing == 0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// What a node asks for one of the tasks that it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IdentityRequest {
    pub node: String,
    /// The node's own key: its word is taken for no other's.
    pub key: SecretText,
    pub task: TaskKey,
    pub wanted: Wanted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wanted {
    /// What its containers are started with.
    Start,
    /// Credentials of its task role.
    Credentials,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IdentityAnswer {
    Start(Box<StartValues>),
    Credentials(Box<TaskCredentials>),
    /// In the words that the task's owner is shown.
    Refused {
        reason: String,
    },
}

/// What a task's containers are started with besides their definitions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartValues {
    /// Where the task's credentials are served; `None` without a task role.
    pub credentials_path: Option<String>,
    /// By container, where there is any.
    pub containers: BTreeMap<String, ContainerValues>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerValues {
    /// From environment files; the definition's own variables come over them.
    pub files: Vec<(String, SecretText)>,
    /// From secrets and parameters.
    pub secrets: Vec<(String, SecretText)>,
    /// What its image is pulled with.
    pub registry: Option<RegistryLogin>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryLogin {
    pub username: String,
    pub password: SecretText,
}

/// Temporary credentials of a task's role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCredentials {
    pub role_arn: String,
    pub access_key_id: String,
    pub secret_access_key: SecretText,
    pub token: SecretText,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = SecretText::new("hunter2");
        let login = RegistryLogin { username: "ann".to_owned(), password: secret.clone() };
        assert!(!format!("{secret:?} {login:?}").contains("hunter2"));
    }

    #[test]
    fn secrets_are_the_same_or_not() {
        let same = |one: &str, two: &str| SecretText::new(one).is_same(&SecretText::new(two));
        assert!(same("", "") && same("abc", "abc"));
        assert!(!same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }
}
