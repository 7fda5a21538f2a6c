//! Deletes secrets whose recovery window is over, with all their values.
//
// COMPAT: "At the end of the recovery window, Secrets Manager deletes the secret permanently"
// (`DeleteSecret`).

use model::{Entry, Plan, Secret, Snapshot, Timestamp};

/// LIMIT: records deleted by one plan, but for the last secret's; the rest go in the next.
const DELETED_MAX: usize = 500;

pub fn plan(snapshot: &Snapshot, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    for secret in snapshot.secrets.all() {
        let Some(deletion) = secret.deletion else { continue };
        if now < deletion.ends_at {
            plan.wake_at(deletion.ends_at);
        } else if plan.changes.len() < DELETED_MAX {
            delete(snapshot, secret, &mut plan);
        } else {
            plan.wake_at(now);
        }
    }
    plan
}

/// Deletes a secret now: there is no value without its secret.
pub fn delete(snapshot: &Snapshot, secret: &Entry<Secret>, plan: &mut Plan) {
    for version_id in secret.versions.keys() {
        let value = snapshot.secret_values.get(&secret.scope, &secret.value_id(version_id));
        if let Some(value) = value {
            plan.delete(value);
        }
    }
    plan.delete(secret);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use model::{AnyRecord, Change, Scope, SecretDeletion, SecretValue, SecretVersion, Tags};

    use super::*;

    const WINDOW: Duration = Duration::from_hours(7 * 24);
    const DELETION: SecretDeletion = SecretDeletion {
        deleted_at: Timestamp::EPOCH,
        ends_at: Timestamp::from_secs(7 * 24 * 3600),
    };

    fn records(name: &str, deletion: Option<SecretDeletion>) -> [AnyRecord; 2] {
        let scope = Scope::new("000000000000", "us-east-1");
        let version = SecretVersion {
            stages: [SecretVersion::CURRENT.to_owned()].into(),
            content: None,
            created_at: Timestamp::EPOCH,
            accessed_on: None,
        };
        let secret = Secret {
            scope: scope.clone(),
            name: name.to_owned(),
            suffix: "AbCdEf".to_owned(),
            description: None,
            kms_key_id: None,
            tags: Tags::new(),
            versions: BTreeMap::from([("v1".to_owned(), version)]),
            resource_policy: None,
            rotation: None,
            deletion,
            creation_token: None,
            created_at: Timestamp::EPOCH,
            changed_at: Timestamp::EPOCH,
            accessed_on: None,
        };
        let value = SecretValue {
            scope,
            secret: name.to_owned(),
            suffix: "AbCdEf".to_owned(),
            version_id: "v1".to_owned(),
            ciphertext: String::new(),
            data_keys: Vec::new(),
        };
        [secret.into(), value.into()]
    }

    #[test]
    fn a_secret_goes_with_its_values_when_its_window_is_over() {
        let mut snapshot = Snapshot::default();
        let records = [records("kept", None), records("gone", Some(DELETION))];
        let changes: Vec<Change> = records.into_iter().flatten().map(Change::Put).collect();
        snapshot.apply(1, &changes);
        let end = Timestamp::EPOCH + WINDOW;
        let before = plan(&snapshot, Timestamp::from_millis(end.as_millis() - 1));
        assert_eq!((before.changes.len(), before.wake_at), (0, Some(end)));
        let due = plan(&snapshot, end);
        assert!(crate::lint::lint(&snapshot, &due).is_empty());
        snapshot.apply(2, &due.changes);
        assert_eq!((snapshot.secrets.len(), snapshot.secret_values.len()), (1, 1));
        assert!(snapshot.secrets.all().all(|secret| secret.name == "kept"));
        assert_eq!(plan(&snapshot, end), Plan::new());
    }

    #[test]
    fn many_go_in_several_plans() {
        let mut snapshot = Snapshot::default();
        let all = (0..DELETED_MAX).flat_map(|number| records(&number.to_string(), Some(DELETION)));
        snapshot.apply(1, &all.map(Change::Put).collect::<Vec<_>>());
        let end = Timestamp::EPOCH + WINDOW;
        for revision in 2..4 {
            let due = plan(&snapshot, end);
            assert_eq!(due.changes.len(), DELETED_MAX);
            assert_eq!(due.wake_at.is_some(), revision == 2);
            snapshot.apply(revision, &due.changes);
        }
        assert!(snapshot.secrets.is_empty() && snapshot.secret_values.is_empty());
    }
}
