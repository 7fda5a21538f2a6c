//! AWS KMS: symmetric keys, their aliases, and what other services seal under them.
//
// COMPAT: the names are those of the AWS KMS API Reference.

use serde::{Deserialize, Serialize};

use super::{Sealed, Tags};
use crate::{Scope, Timestamp};

/// How often keys of AWS's own are rotated, and others that do not say (`EnableKeyRotation`).
pub const KMS_ROTATION_PERIOD_DAYS: u32 = 365;

/// A symmetric key for encryption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KmsKey {
    pub scope: Scope,
    /// A UUID.
    pub id: String,
    pub description: String,
    pub manager: KmsKeyManager,
    pub state: KmsKeyState,
    /// What the material of each generation follows from, one way, sealed for
    /// [`KmsKey::sealing_context`]. So a rotation draws nothing, and planners may make one.
    pub root: Sealed,
    /// In order of time. The material that seals now is of the generation after the last.
    pub rotations: Vec<KmsRotation>,
    pub rotation_schedule: Option<KmsRotationSchedule>,
    /// The policy document called `default`.
    pub policy: String,
    pub tags: Tags,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KmsKeyManager {
    /// Made by `CreateKey`.
    Customer,
    /// Made at the first use of an alias that begins with `alias/aws/`.
    Aws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KmsKeyState {
    Enabled,
    Disabled,
    /// Destroyed when the time has come, unless somebody cancels it.
    PendingDeletion {
        deletion_at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsRotation {
    pub kind: KmsRotationKind,
    pub rotated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KmsRotationKind {
    Automatic,
    OnDemand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsRotationSchedule {
    pub period_days: u32,
    pub next_at: Timestamp,
}

/// Another name of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsAlias {
    pub scope: Scope,
    /// Begins with `alias/`.
    pub name: String,
    pub key_id: String,
    pub created_at: Timestamp,
    /// When it was given to its key.
    pub updated_at: Timestamp,
}

/// A data key under a KMS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsDataKey {
    pub key_arn: String,
    /// What `Decrypt` of that key makes the data key of, in base 64.
    pub sealed: String,
}

/// A value that another service keeps: sealed with a data key of its own, which is sealed with
/// a KMS key. All in base 64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KmsEnvelope {
    pub key_arn: String,
    /// What `Decrypt` of that key makes the data key of.
    pub data_key: String,
    pub ciphertext: String,
}

impl KmsKey {
    pub fn arn(&self) -> String {
        KmsKey::arn_of(&self.scope, &self.id)
    }

    pub fn arn_of(scope: &Scope, id: &str) -> String {
        scope.arn("kms", format_args!("key/{id}"))
    }

    /// What its root is sealed for.
    pub fn sealing_context(&self) -> String {
        format!("kms-key/{}", self.arn())
    }

    /// The generation whose material seals now; the first is 0.
    pub fn generation(&self) -> u32 {
        u32::try_from(self.rotations.len()).unwrap_or(u32::MAX)
    }
}

impl KmsAlias {
    pub fn arn(&self) -> String {
        KmsAlias::arn_of(&self.scope, &self.name)
    }

    pub fn arn_of(scope: &Scope, name: &str) -> String {
        scope.arn("kms", name)
    }
}
