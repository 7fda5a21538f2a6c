//! Keys of AWS's own: one a service, made where it is first used.
//
// COMPAT: "AWS managed keys" (AWS KMS Developer Guide): they are rotated each year, and nobody
// but the service changes anything of them.

use std::time::Duration;

use model::{
    AnyRecord, Change, KMS_ROTATION_PERIOD_DAYS, KmsAlias, KmsKey, KmsKeyManager,
    KmsRotationSchedule, Scope, Tags,
};
use serde_json::json;
use vault::Vault;

use super::key::{self, KeyError};
use super::new_key::{self, NewKey};
use crate::Turn;

/// Aliases that nobody gives.
pub(crate) const RESERVED_PREFIX: &str = "alias/aws/";

/// A service that seals what it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ManagedKey {
    SecretsManager,
    Ssm,
}

impl ManagedKey {
    pub(crate) const ALL: [ManagedKey; 2] = [ManagedKey::SecretsManager, ManagedKey::Ssm];

    pub(crate) const fn alias(self) -> &'static str {
        match self {
            ManagedKey::SecretsManager => "alias/aws/secretsmanager",
            ManagedKey::Ssm => "alias/aws/ssm",
        }
    }

    /// The one whose alias is named, by itself or by its ARN.
    pub(crate) fn named(scope: &Scope, named: &str) -> Option<ManagedKey> {
        let name = key::alias_name(scope, named).ok().flatten()?;
        ManagedKey::ALL.into_iter().find(|one| one.alias() == name)
    }

    const fn service(self) -> &'static str {
        match self {
            ManagedKey::SecretsManager => "secretsmanager",
            ManagedKey::Ssm => "ssm",
        }
    }

    /// As `kms:ViaService` has it.
    pub(crate) fn endpoint(self, region: &str) -> String {
        format!("{}.{region}.amazonaws.com", self.service())
    }

    fn description(self) -> String {
        let kept = match self {
            ManagedKey::SecretsManager => "Secrets Manager secrets",
            ManagedKey::Ssm => "SSM parameters",
        };
        format!("Default key that protects my {kept} when no other key is defined")
    }

    /// Whoever may use the service in the account may use the key through it.
    fn policy(self, scope: &Scope) -> String {
        let (service, account) = (self.service(), &scope.account);
        let policy = json!({
            "Version": "2012-10-17",
            "Id": format!("auto-{service}-1"),
            "Statement": [
                {
                    "Sid": format!("Allow access through {service}"),
                    "Effect": "Allow",
                    "Principal": { "AWS": "*" },
                    "Action": [
                        "kms:Encrypt",
                        "kms:Decrypt",
                        "kms:ReEncrypt*",
                        "kms:GenerateDataKey*",
                        "kms:DescribeKey",
                    ],
                    "Resource": "*",
                    "Condition": {
                        "StringEquals": {
                            "kms:CallerAccount": account,
                            "kms:ViaService": self.endpoint(&scope.region),
                        },
                    },
                },
                {
                    "Sid": "Allow direct access to key metadata to the account",
                    "Effect": "Allow",
                    "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
                    "Action": ["kms:Describe*", "kms:Get*", "kms:List*"],
                    "Resource": "*",
                },
            ],
        });
        format!("{policy:#}")
    }
}

/// The service's key, which the turn's plan makes where there is none.
pub(crate) fn find_or_make(
    turn: &mut Turn<'_>,
    vault: &Vault,
    managed: ManagedKey,
) -> Result<KmsKey, KeyError> {
    if let Some(alias) = turn.snapshot.kms_aliases.get(turn.scope(), managed.alias()) {
        let found = key::find_by_id(turn.snapshot, turn.scope(), &alias.key_id)?;
        turn.plan.read(found);
        return Ok((*found.record).clone());
    }
    Ok(planned(turn, managed).unwrap_or_else(|| make(turn, vault, managed)))
}

/// The key that this turn has made already.
fn planned(turn: &Turn<'_>, managed: ManagedKey) -> Option<KmsKey> {
    let alias = turn.plan.changes.iter().find_map(|change| match change {
        Change::Put(AnyRecord::KmsAlias(alias)) if alias.name == managed.alias() => Some(alias),
        _ => None,
    })?;
    turn.plan.changes.iter().find_map(|change| match change {
        Change::Put(AnyRecord::KmsKey(key)) if key.id == alias.key_id => Some((**key).clone()),
        _ => None,
    })
}

fn make(turn: &mut Turn<'_>, vault: &Vault, managed: ManagedKey) -> KmsKey {
    let year = Duration::from_hours(u64::from(KMS_ROTATION_PERIOD_DAYS) * 24);
    let new = NewKey {
        manager: KmsKeyManager::Aws,
        description: managed.description(),
        policy: managed.policy(turn.scope()),
        tags: Tags::new(),
        rotation_schedule: Some(KmsRotationSchedule {
            period_days: KMS_ROTATION_PERIOD_DAYS,
            next_at: turn.now() + year,
        }),
    };
    let key = new_key::make(turn, vault, new);
    turn.plan.insert(key.clone());
    turn.plan.insert(KmsAlias {
        scope: key.scope.clone(),
        name: managed.alias().to_owned(),
        key_id: key.id.clone(),
        created_at: key.created_at,
        updated_at: key.created_at,
    });
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn their_policies_are_policies() {
        let scope = Scope::new("000000000000", "us-east-1");
        for one in ManagedKey::ALL {
            let parsed = iam::Policy::parse(&one.policy(&scope), iam::PolicyKind::Resource);
            assert_eq!(parsed.map(|policy| policy.statements.len()), Ok(2));
            assert!(one.alias().starts_with(RESERVED_PREFIX));
            let arn = KmsAlias::arn_of(&scope, one.alias());
            assert_eq!(ManagedKey::named(&scope, &arn), Some(one));
        }
        assert_eq!(ManagedKey::named(&scope, "alias/mine"), None);
    }
}
