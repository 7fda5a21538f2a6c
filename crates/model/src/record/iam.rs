//! AWS IAM: users, groups, roles, policies, and the keys that requests are signed with.
//!
//! IAM has no regions: the scope of its records has an empty one.
//
// COMPAT: the names are those of the IAM API Reference.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Tags;
use crate::{Scope, Timestamp};

/// The scope of an account's IAM records.
pub fn iam_scope(account: &str) -> Scope {
    Scope::new(account, "")
}

/// What users, groups and roles have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamPolicies {
    /// Documents by their names.
    pub inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub attached: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IamUser {
    pub account: String,
    pub name: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// `AIDA` and seventeen letters and digits.
    pub id: String,
    pub policies: IamPolicies,
    /// The ARN of the managed policy that bounds what it may do.
    pub permissions_boundary: Option<String>,
    /// The names of the groups that it is in.
    pub groups: BTreeSet<String>,
    pub tags: Tags,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IamGroup {
    pub account: String,
    pub name: String,
    pub path: String,
    /// `AGPA` and seventeen letters and digits.
    pub id: String,
    pub policies: IamPolicies,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IamRole {
    pub account: String,
    pub name: String,
    pub path: String,
    /// `AROA` and seventeen letters and digits.
    pub id: String,
    pub description: Option<String>,
    /// Who may assume it.
    pub trust_policy: String,
    pub policies: IamPolicies,
    pub permissions_boundary: Option<String>,
    /// How long a session may last.
    pub max_session_secs: u32,
    /// The service whose role it is, by its host name; only that service may change it.
    pub service_linked: Option<String>,
    pub tags: Tags,
    pub created_at: Timestamp,
}

/// A managed policy of an account's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IamPolicy {
    pub account: String,
    pub name: String,
    pub path: String,
    /// `ANPA` and seventeen letters and digits.
    pub id: String,
    pub description: Option<String>,
    /// By number, from 1 on; a number is given once.
    pub versions: BTreeMap<u32, IamPolicyVersion>,
    pub default_version: u32,
    /// The number of the next version.
    pub next_version: u32,
    pub tags: Tags,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamPolicyVersion {
    pub document: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstanceProfile {
    pub account: String,
    pub name: String,
    pub path: String,
    /// `AIPA` and seventeen letters and digits.
    pub id: String,
    pub role: Option<String>,
    pub tags: Tags,
    pub created_at: Timestamp,
}

/// Another name of an account. No two accounts have the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAlias {
    pub alias: String,
    pub account: String,
}

/// A lasting key of a user. Its id alone tells whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessKey {
    /// `AKIA` and sixteen letters and digits.
    pub id: String,
    pub account: String,
    pub user: String,
    /// The secret, sealed for [`AccessKey::sealing_context`].
    pub secret: Sealed,
    pub is_active: bool,
    pub created_at: Timestamp,
}

/// A value that only the vault can read: ciphertext, and the data key that it is sealed with,
/// sealed itself. All in base 64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The id of the master key.
    pub master_key: String,
    pub data_key: String,
    pub ciphertext: String,
}

impl IamUser {
    pub fn arn(&self) -> String {
        iam_scope(&self.account).arn("iam", format!("user{}{}", self.path, self.name))
    }
}

impl IamGroup {
    pub fn arn(&self) -> String {
        iam_scope(&self.account).arn("iam", format!("group{}{}", self.path, self.name))
    }
}

impl IamRole {
    pub fn arn(&self) -> String {
        iam_scope(&self.account).arn("iam", format!("role{}{}", self.path, self.name))
    }
}

impl IamPolicy {
    pub fn arn(&self) -> String {
        iam_scope(&self.account).arn("iam", format!("policy{}{}", self.path, self.name))
    }

    /// The document that is in force.
    pub fn document(&self) -> &str {
        self.versions.get(&self.default_version).map_or("", |version| &version.document)
    }
}

impl InstanceProfile {
    pub fn arn(&self) -> String {
        let resource = format!("instance-profile{}{}", self.path, self.name);
        iam_scope(&self.account).arn("iam", resource)
    }
}

impl AccountAlias {
    pub fn scope() -> Scope {
        Scope::new("", "")
    }
}

impl AccessKey {
    /// Keys of all accounts are found in one place.
    pub fn scope() -> Scope {
        Scope::new("", "")
    }

    /// What its secret is sealed for.
    pub fn sealing_context(id: &str) -> String {
        format!("access-key/{id}")
    }
}
