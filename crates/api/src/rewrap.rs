//! Puts what older master keys protect under the newest: of each record that the vault sealed, the
//! data key is sealed again, and the value stays as it is.
//!
//! All else that is sealed follows from these: values of secrets and parameters are under KMS keys,
//! of which the roots are here.

use std::convert::Infallible;

use model::{AccessKey, KmsKey, Plan, Snapshot};
use serde::{Deserialize, Serialize};
use store::{Store, TransactError};
use vault::{OpenError, Vault};

/// LIMIT: records of one plan.
const BATCH: usize = 1_000;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewrapped {
    /// Records whose data key is under the newest master key now, and was not.
    pub records: usize,
    /// Records that do not open; they stay as they are.
    pub unreadable: usize,
}

/// Leaves nothing that opens under an older master key. Where nothing is, it commits nothing.
pub async fn rewrap(store: &Store, vault: &Vault) -> Result<Rewrapped, TransactError<Infallible>> {
    let mut done = Rewrapped::default();
    loop {
        let batch = store.transact(|snapshot| Ok(batch(snapshot, vault))).await?;
        done = Rewrapped { records: done.records + batch.records, ..batch };
        if batch.records == 0 {
            return Ok(done);
        }
    }
}

fn batch(snapshot: &Snapshot, vault: &Vault) -> (Plan, Rewrapped) {
    let (mut plan, mut done) = (Plan::new(), Rewrapped::default());
    for key in snapshot.access_keys.all() {
        let context = AccessKey::sealing_context(&key.id);
        match vault.rewrap(&key.secret, &context) {
            Ok(None) => {}
            Ok(Some(secret)) if plan.changes.len() < BATCH => {
                plan.update(key, AccessKey { secret, ..(*key.record).clone() });
            }
            Ok(Some(_)) => break,
            Err(error) => done.leave(&key.id, error),
        }
    }
    for key in snapshot.kms_keys.all() {
        match vault.rewrap(&key.root, &key.sealing_context()) {
            Ok(None) => {}
            Ok(Some(root)) if plan.changes.len() < BATCH => {
                plan.update(key, KmsKey { root, ..(*key.record).clone() });
            }
            Ok(Some(_)) => break,
            Err(error) => done.leave(&key.arn(), error),
        }
    }
    done.records = plan.changes.len();
    (plan, done)
}

impl Rewrapped {
    fn leave(&mut self, record: &str, error: OpenError) {
        tracing::error!(record, %error, "what it holds cannot be read");
        self.unreadable += 1;
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use store::MemoryEngine;
    use vault::MasterKeys;

    use super::*;

    fn access_key(id: &str, vault: &Vault) -> AccessKey {
        AccessKey {
            id: id.to_owned(),
            account: "000000000000".to_owned(),
            user: "ann".to_owned(),
            secret: vault.seal(b"hunter2", &AccessKey::sealing_context(id)),
            is_active: true,
            created_at: Timestamp::EPOCH,
        }
    }

    #[tokio::test]
    async fn what_is_under_an_older_key_is_put_under_the_newest() {
        let mut masters = MasterKeys::random();
        let vault = Vault::new(masters.clone());
        let store = Store::open(MemoryEngine::new()).expect("an empty store opens");
        let mut plan = Plan::new();
        for number in 0..=BATCH {
            plan.insert(access_key(&format!("AKIA{number}"), &vault));
        }
        plan.insert(access_key("AKIAOTHER", &Vault::new(MasterKeys::random())));
        store.commit(plan).await.expect("it is committed");
        let none = Rewrapped { records: 0, unreadable: 1 };
        assert_eq!(rewrap(&store, &vault).await.expect("committed"), none);
        masters.rotate();
        vault.adopt(masters.clone()).expect("it has the older as well");
        let all = Rewrapped { records: BATCH + 1, unreadable: 1 };
        assert_eq!(rewrap(&store, &vault).await.expect("committed"), all);
        let revision = store.snapshot().revision;
        assert_eq!(rewrap(&store, &vault).await.expect("committed"), none);
        assert_eq!(store.snapshot().revision, revision);
        masters.forget_older();
        let (vault, snapshot) = (Vault::new(masters), store.snapshot());
        let opens =
            |key: &AccessKey| vault.open(&key.secret, &AccessKey::sealing_context(&key.id)).is_ok();
        let opened = snapshot.access_keys.all().filter(|key| opens(key)).count();
        assert_eq!(opened, BATCH + 1);
    }
}
