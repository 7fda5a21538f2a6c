//! AWS Secrets Manager: secrets, their versions, and the stages that move between these.
//!
//! A version's value is a record of its own, which is not written again as its secret is read,
//! tagged or staged: only another KMS key adds to it.
//!
//! INVARIANT: a stage is of one version at most.
//! INVARIANT: a version has a value in [`SecretValue`] exactly where it has a content.
//
// COMPAT: the names are those of the Secrets Manager API Reference.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{KmsDataKey, Tags, TaskDefinitionRef, TaskKey};
use crate::{Scope, Timestamp};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Secret {
    pub scope: Scope,
    /// Unique in its scope, also while it is scheduled for deletion.
    pub name: String,
    /// Six letters and digits that end its ARN: a secret made anew is another one.
    pub suffix: String,
    pub description: Option<String>,
    /// The KMS key as it was named, which new values are sealed under; `None` is the service's own.
    pub kms_key_id: Option<String>,
    pub tags: Tags,
    pub versions: BTreeMap<String, SecretVersion>,
    /// A policy document.
    pub resource_policy: Option<String>,
    /// `None` until somebody asks for one.
    pub rotation: Option<SecretRotation>,
    pub deletion: Option<SecretDeletion>,
    /// The client request token that it was made with.
    pub creation_token: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    /// The beginning of the day on which a value was last read.
    pub accessed_on: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretVersion {
    pub stages: BTreeSet<String>,
    /// `None` until a value is put: a rotation begins with the version's id alone.
    pub content: Option<SecretContent>,
    pub created_at: Timestamp,
    /// The beginning of the day on which its value was last read.
    pub accessed_on: Option<Timestamp>,
}

/// What a value was given as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretContent {
    Text,
    Binary,
}

/// When a secret was deleted, and until when it can be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretDeletion {
    pub deleted_at: Timestamp,
    pub ends_at: Timestamp,
}

/// How a secret is rotated: a task of this definition puts a new value and makes it current.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretRotation {
    pub task_definition: TaskDefinitionRef,
    pub rules: RotationRules,
    pub is_enabled: bool,
    /// When it is rotated next, where that is enabled and the rules say so.
    pub next: Option<RotationWindow>,
    pub run: Option<RotationRun>,
    /// When a run was last successful.
    pub rotated_at: Option<Timestamp>,
    /// Why the last run was not; `None` where it was.
    pub failure: Option<String>,
}

/// When to rotate, as it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRules {
    pub automatically_after_days: Option<u32>,
    pub schedule_expression: Option<String>,
    pub duration: Option<String>,
}

/// A time in which a rotation may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationWindow {
    pub opens_at: Timestamp,
    pub closes_at: Timestamp,
}

/// A rotation that is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationRun {
    /// The version whose value the task is to put.
    pub version_id: String,
    /// `None` until it is started.
    pub task: Option<TaskKey>,
}

/// The value of one version: sealed with a data key of its own, for its secret's ARN and its
/// version's id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecretValue {
    pub scope: Scope,
    pub secret: String,
    pub suffix: String,
    pub version_id: String,
    /// In base 64.
    pub ciphertext: String,
    /// The data key, under each KMS key that opens the value: the one that it was put under, and
    /// after it those that the secret was given since.
    pub data_keys: Vec<KmsDataKey>,
}

impl Secret {
    pub fn arn(&self) -> String {
        let Secret { scope, name, suffix, .. } = self;
        scope.arn("secretsmanager", format_args!("secret:{name}-{suffix}"))
    }

    pub fn version_at(&self, stage: &str) -> Option<(&String, &SecretVersion)> {
        self.versions.iter().find(|(_, version)| version.stages.contains(stage))
    }

    /// The value of a version, as the table of values knows it.
    pub fn value_id(&self, version_id: &str) -> String {
        value_id((&self.name, &self.suffix), version_id)
    }

    /// Gives a stage to a version, which is there, and takes it from any other.
    ///
    /// COMPAT: "Whenever you move `AWSCURRENT`, Secrets Manager automatically moves the label
    /// `AWSPREVIOUS` to the version that `AWSCURRENT` was removed from"
    /// (`UpdateSecretVersionStage`).
    pub fn move_stage(&mut self, stage: &str, version_id: &str) {
        let before = self.version_at(stage).map(|(id, _)| id.clone());
        self.place_stage(stage, version_id);
        let left = before.filter(|id| stage == SecretVersion::CURRENT && id != version_id);
        if let Some(left) = left {
            self.place_stage(SecretVersion::PREVIOUS, &left);
        }
    }

    /// Takes a stage from whichever version has it.
    pub fn remove_stage(&mut self, stage: &str) {
        for version in self.versions.values_mut() {
            version.stages.remove(stage);
        }
    }

    fn place_stage(&mut self, stage: &str, version_id: &str) {
        self.remove_stage(stage);
        let version = self.versions.get_mut(version_id);
        version.expect("the version is there").stages.insert(stage.to_owned());
    }

    /// The version that waits to become current.
    pub fn pending(&self) -> Option<&String> {
        let (id, version) = self.version_at(SecretVersion::PENDING)?;
        (!version.stages.contains(SecretVersion::CURRENT)).then_some(id)
    }

    /// Begins a rotation: its version is there from now on, pending, as yet without a value.
    ///
    /// COMPAT: "During rotation, Secrets Manager creates an `AWSPENDING` version ID before
    /// creating the new secret version" (`DescribeSecret`).
    pub fn begin_version(&mut self, id: &str, now: Timestamp) {
        self.versions.entry(id.to_owned()).or_insert_with(|| SecretVersion {
            stages: BTreeSet::new(),
            content: None,
            created_at: now,
            accessed_on: None,
        });
        self.move_stage(SecretVersion::PENDING, id);
    }

    /// The versions to be deleted at `now`: what has no stage and is older than a day, the
    /// oldest first, as long as there are more than are kept.
    pub fn outdated(&self, now: Timestamp) -> Vec<String> {
        let excess = self.versions.len().saturating_sub(SecretVersion::KEPT);
        let is_old = |version: &SecretVersion| {
            version.stages.is_empty() && now.since(version.created_at) >= SecretVersion::KEPT_FOR
        };
        let mut old: Vec<_> = self.versions.iter().filter(|(_, version)| is_old(version)).collect();
        old.sort_by_key(|(id, version)| (version.created_at, *id));
        old.into_iter().take(excess).map(|(id, _)| id.clone()).collect()
    }
}

impl SecretVersion {
    pub const CURRENT: &str = "AWSCURRENT";
    pub const PENDING: &str = "AWSPENDING";
    pub const PREVIOUS: &str = "AWSPREVIOUS";

    /// COMPAT: "Secrets Manager keeps 100 of the most recent versions, but it keeps all secret
    /// versions created in the last 24 hours" (`PutSecretValue`).
    pub const KEPT: usize = 100;
    pub const KEPT_FOR: Duration = Duration::from_hours(24);

    /// LIMIT: versions of a secret, which one every ten minutes for a day does not reach.
    pub const COUNT_MAX: usize = 150;
}

impl SecretValue {
    pub fn id(&self) -> String {
        value_id((&self.secret, &self.suffix), &self.version_id)
    }

    /// Whether a KMS key opens it.
    pub fn is_under(&self, key_arn: &str) -> bool {
        self.data_keys.iter().any(|data_key| data_key.key_arn == key_arn)
    }
}

/// A name has no colon.
fn value_id((name, suffix): (&str, &str), version_id: &str) -> String {
    format!("{name}:{suffix}:{version_id}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(versions: &[&str]) -> Secret {
        let version = |id: &&str| ((*id).to_owned(), version(0));
        Secret {
            scope: Scope::new("000000000000", "us-east-1"),
            name: "db".to_owned(),
            suffix: "AbCdEf".to_owned(),
            description: None,
            kms_key_id: None,
            tags: Tags::new(),
            versions: versions.iter().map(version).collect(),
            resource_policy: None,
            rotation: None,
            deletion: None,
            creation_token: None,
            created_at: Timestamp::EPOCH,
            changed_at: Timestamp::EPOCH,
            accessed_on: None,
        }
    }

    fn version(secs: i64) -> SecretVersion {
        SecretVersion {
            stages: BTreeSet::new(),
            content: Some(SecretContent::Text),
            created_at: Timestamp::from_secs(secs),
            accessed_on: None,
        }
    }

    /// `a=AWSCURRENT,b=`
    fn stages(secret: &Secret) -> String {
        let one = |(id, version): (&String, &SecretVersion)| {
            let stages: Vec<&str> = version.stages.iter().map(String::as_str).collect();
            format!("{id}={}", stages.join("+"))
        };
        secret.versions.iter().map(one).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn what_was_current_is_previous() {
        let mut secret = secret(&["a", "b", "c"]);
        secret.move_stage(SecretVersion::CURRENT, "a");
        assert_eq!(stages(&secret), "a=AWSCURRENT,b=,c=");
        secret.move_stage(SecretVersion::PENDING, "b");
        secret.move_stage(SecretVersion::CURRENT, "b");
        assert_eq!(stages(&secret), "a=AWSPREVIOUS,b=AWSCURRENT+AWSPENDING,c=");
        secret.move_stage(SecretVersion::CURRENT, "b");
        assert_eq!(stages(&secret), "a=AWSPREVIOUS,b=AWSCURRENT+AWSPENDING,c=");
        secret.move_stage(SecretVersion::CURRENT, "c");
        assert_eq!(stages(&secret), "a=,b=AWSPENDING+AWSPREVIOUS,c=AWSCURRENT");
        secret.move_stage(SecretVersion::CURRENT, "b");
        assert_eq!(stages(&secret), "a=,b=AWSCURRENT+AWSPENDING,c=AWSPREVIOUS");
        secret.remove_stage(SecretVersion::PENDING);
        secret.move_stage("mine", "a");
        assert_eq!(stages(&secret), "a=mine,b=AWSCURRENT,c=AWSPREVIOUS");
    }

    proptest! {
        #[test]
        fn a_stage_is_of_one_version(
            moves in prop::collection::vec((0..4usize, 0..4usize), 0..40),
        ) {
            let ids = ["a", "b", "c", "d"];
            let names = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "x"];
            let mut secret = secret(&ids);
            for (stage, id) in moves {
                let before = secret.version_at(SecretVersion::CURRENT).map(|(id, _)| id.clone());
                secret.move_stage(names[stage], ids[id]);
                prop_assert_eq!(secret.version_at(names[stage]).expect("moved").0, ids[id]);
                for name in names {
                    let holders = secret.versions.values().filter(|it| it.stages.contains(name));
                    prop_assert!(holders.count() <= 1, "{name}");
                }
                let after = secret.version_at(SecretVersion::CURRENT).map(|(id, _)| id.clone());
                if let Some(before) = before.filter(|before| Some(before) != after.as_ref()) {
                    prop_assert!(secret.versions[&before].stages.contains(SecretVersion::PREVIOUS));
                }
            }
        }
    }

    #[test]
    fn what_has_no_stage_goes_when_there_are_too_many() {
        let mut secret = secret(&[]);
        for number in 0..=SecretVersion::KEPT {
            let secs = i64::try_from(number).expect("a small number");
            secret.versions.insert(format!("v{:03}", 999 - number), version(secs));
        }
        secret.move_stage("kept", "v999");
        let day = Timestamp::EPOCH + SecretVersion::KEPT_FOR;
        assert!(secret.outdated(day).is_empty(), "the oldest that may go is not a day old");
        let later = day + Duration::from_secs(1);
        assert_eq!(secret.outdated(later), ["v998"]);
        secret.versions.remove("v998");
        assert!(secret.outdated(later + SecretVersion::KEPT_FOR).is_empty(), "they may be kept");
    }

    #[test]
    fn a_secret_has_the_name_that_aws_gives_it() {
        let secret = secret(&[]);
        let arn = "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbCdEf";
        assert_eq!(secret.arn(), arn);
    }
}
