//! Destroys KMS keys whose time has come, and gives others new material.
//
// COMPAT: "Deleting AWS KMS keys", "Rotate AWS KMS keys": the aliases of a key go with it; a key
// that is disabled or to be deleted is not rotated, and makes up for it once it is enabled.

use std::time::Duration;

use model::{
    Entry, KmsKey, KmsKeyState, KmsRotation, KmsRotationKind, KmsRotationSchedule, Plan, Snapshot,
    Timestamp,
};

/// LIMIT: keys that one plan changes; the rest are changed by the next.
const CHANGED_MAX: usize = 100;

pub fn plan(snapshot: &Snapshot, now: Timestamp) -> Plan {
    let mut plan = Plan::new();
    let mut changed = 0;
    for key in snapshot.kms_keys.all() {
        let due = match key.state {
            KmsKeyState::PendingDeletion { deletion_at } => deletion_at,
            KmsKeyState::Disabled => continue,
            KmsKeyState::Enabled => match key.rotation_schedule {
                Some(schedule) => schedule.next_at,
                None => continue,
            },
        };
        if now < due || changed == CHANGED_MAX {
            plan.wake_at(due);
            continue;
        }
        changed += 1;
        match (key.state, key.rotation_schedule) {
            (KmsKeyState::PendingDeletion { .. }, _) => destroy(snapshot, key, &mut plan),
            (_, Some(schedule)) => rotate(key, schedule, now, &mut plan),
            (_, None) => {}
        }
    }
    plan
}

fn destroy(snapshot: &Snapshot, key: &Entry<KmsKey>, plan: &mut Plan) {
    let aliases = snapshot.kms_aliases.list(&key.scope);
    for alias in aliases.filter(|alias| alias.key_id == key.id) {
        plan.delete(alias);
    }
    plan.delete(key);
}

fn rotate(key: &Entry<KmsKey>, schedule: KmsRotationSchedule, now: Timestamp, plan: &mut Plan) {
    let mut rotated = (*key.record).clone();
    rotated.rotations.push(KmsRotation { kind: KmsRotationKind::Automatic, rotated_at: now });
    let period = Duration::from_hours(u64::from(schedule.period_days) * 24);
    let next_at = now + period;
    rotated.rotation_schedule = Some(KmsRotationSchedule { next_at, ..schedule });
    plan.wake_at(next_at);
    plan.update(key, rotated);
}

#[cfg(test)]
mod tests {
    use model::{Change, KmsAlias, KmsKeyManager, Scope, Sealed, Tags};

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn key(id: &str, state: KmsKeyState, next_at: Option<Timestamp>) -> KmsKey {
        let text = String::new;
        KmsKey {
            scope: Scope::new("000000000000", "us-east-1"),
            id: id.to_owned(),
            description: text(),
            manager: KmsKeyManager::Customer,
            state,
            root: Sealed { master_key: text(), data_key: text(), ciphertext: text() },
            rotations: Vec::new(),
            rotation_schedule: next_at
                .map(|next_at| KmsRotationSchedule { period_days: 90, next_at }),
            policy: text(),
            tags: Tags::new(),
            created_at: Timestamp::EPOCH,
        }
    }

    fn alias(name: &str, key: &str) -> Change {
        let scope = Scope::new("000000000000", "us-east-1");
        let (created_at, updated_at) = (Timestamp::EPOCH, Timestamp::EPOCH);
        let (name, key_id) = (name.to_owned(), key.to_owned());
        Change::Put(KmsAlias { scope, name, key_id, created_at, updated_at }.into())
    }

    fn after(changes: &[Change], now: Timestamp) -> (Snapshot, Option<Timestamp>) {
        let mut snapshot = Snapshot::default();
        snapshot.apply(1, changes);
        let made = plan(&snapshot, now);
        assert!(crate::lint::lint(&snapshot, &made).is_empty());
        snapshot.apply(2, &made.changes);
        let again = plan(&snapshot, now);
        assert!(again.is_empty(), "it was done once");
        assert_eq!(made.wake_at, again.wake_at);
        (snapshot, again.wake_at)
    }

    #[test]
    fn a_key_is_destroyed_with_its_aliases_when_its_time_has_come() {
        let deletion_at = Timestamp::EPOCH + 7 * DAY;
        let pending = KmsKeyState::PendingDeletion { deletion_at };
        let changes = [
            Change::Put(key("a", pending, Some(Timestamp::EPOCH)).into()),
            Change::Put(key("b", KmsKeyState::Enabled, None).into()),
            alias("alias/a", "a"),
            alias("alias/b", "b"),
        ];
        let (before, wake_at) = after(&changes, Timestamp::EPOCH + 6 * DAY);
        assert_eq!((before.kms_keys.len(), wake_at), (2, Some(deletion_at)));
        let (gone, wake_at) = after(&changes, deletion_at);
        let left: Vec<_> = gone.kms_aliases.all().map(|alias| alias.name.clone()).collect();
        assert_eq!((gone.kms_keys.len(), wake_at, left), (1, None, vec!["alias/b".to_owned()]));
    }

    #[test]
    fn a_key_is_rotated_once_for_each_period_and_only_while_it_is_enabled() {
        let next_at = Timestamp::EPOCH + 90 * DAY;
        let enabled = [Change::Put(key("a", KmsKeyState::Enabled, Some(next_at)).into())];
        let (before, wake_at) = after(&enabled, Timestamp::EPOCH);
        let rotations = |snapshot: &Snapshot| {
            let key = snapshot.kms_keys.all().next().expect("it is there");
            key.rotations.iter().map(|it| (it.kind, it.rotated_at)).collect::<Vec<_>>()
        };
        assert_eq!((rotations(&before), wake_at), (Vec::new(), Some(next_at)));
        // However late it is, it is one rotation.
        let late = next_at + 300 * DAY;
        let (rotated, wake_at) = after(&enabled, late);
        assert_eq!(rotations(&rotated), [(KmsRotationKind::Automatic, late)]);
        assert_eq!(wake_at, Some(late + 90 * DAY));
        let disabled = [Change::Put(key("a", KmsKeyState::Disabled, Some(next_at)).into())];
        let (kept, wake_at) = after(&disabled, late);
        assert_eq!((rotations(&kept), wake_at), (Vec::new(), None));
    }
}
