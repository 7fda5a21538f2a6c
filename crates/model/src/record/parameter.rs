//! Parameters of AWS Systems Manager: each with its versions, the last of which is what it is.
//
// COMPAT: the names are those of the Systems Manager API Reference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{KmsEnvelope, Tags};
use crate::{Scope, Timestamp};

/// INVARIANT: there is at least one version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub scope: Scope,
    pub name: String,
    /// By number, which is given once. Of the oldest ones there may be no more.
    pub versions: BTreeMap<u64, ParameterVersion>,
    pub tags: Tags,
    /// When it is deleted by itself: its `Expiration` policy.
    pub expires: Option<ParameterExpiration>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterVersion {
    pub value: ParameterValue,
    pub description: Option<String>,
    /// A regular expression that the value matches.
    pub allowed_pattern: Option<String>,
    pub data_type: String,
    pub tier: ParameterTier,
    /// A label is on one version of a parameter only.
    pub labels: BTreeSet<String>,
    pub modified_at: Timestamp,
    /// The ARN of who put it.
    pub modified_by: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterValue {
    String(String),
    /// Items are separated by commas.
    StringList(String),
    SecureString {
        /// The key as it was named.
        key_id: String,
        envelope: KmsEnvelope,
    },
}

/// INVARIANT: no value is shown, as people keep secrets in plain parameters as well.
impl fmt::Debug for ParameterValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct(self.kind()).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterTier {
    Standard,
    Advanced,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterExpiration {
    pub at: Timestamp,
    /// The policy in JSON, as it was given.
    pub text: String,
}

impl Parameter {
    pub fn arn(&self) -> String {
        Parameter::arn_of(&self.scope, &self.name)
    }

    /// COMPAT: `parameter/a` for `a`, and for `/a` as well.
    pub fn arn_of(scope: &Scope, name: &str) -> String {
        let slash = if name.starts_with('/') { "" } else { "/" };
        scope.arn("ssm", format_args!("parameter{slash}{name}"))
    }

    /// The last version and its number.
    pub fn latest(&self) -> (u64, &ParameterVersion) {
        let (number, version) = self.versions.last_key_value().expect("there is always one");
        (*number, version)
    }
}

impl ParameterValue {
    /// `String`, `StringList` or `SecureString`.
    pub const fn kind(&self) -> &'static str {
        match self {
            ParameterValue::String(_) => "String",
            ParameterValue::StringList(_) => "StringList",
            ParameterValue::SecureString { .. } => "SecureString",
        }
    }

    /// The key that a secure one is sealed with, as it was named.
    pub fn key_id(&self) -> Option<&str> {
        match self {
            ParameterValue::SecureString { key_id, .. } => Some(key_id),
            ParameterValue::String(_) | ParameterValue::StringList(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_shown() {
        let plain = ParameterValue::String("hunter2".to_owned());
        let list = ParameterValue::StringList("hunter2,b".to_owned());
        assert_eq!(format!("{plain:?} {list:?}"), "String { .. } StringList { .. }");
    }

    #[test]
    fn a_name_with_and_without_a_slash_has_one_arn() {
        let scope = Scope::new("1", "r");
        for name in ["a", "/a"] {
            assert_eq!(Parameter::arn_of(&scope, name), "arn:aws:ssm:r:1:parameter/a");
        }
    }
}
