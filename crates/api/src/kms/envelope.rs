//! Envelopes: what other services keep, each value sealed with a data key of its own, which is
//! sealed with a KMS key.
//!
//! Nobody is authorized here: `on_behalf` says what the callers of those services have to be
//! allowed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Arn, KmsDataKey, KmsEnvelope, KmsKey, Snapshot};
use vault::{Key, OpenError, Vault};
use zeroize::Zeroizing;

use super::ciphertext::{Ciphertext, EncryptionContext, canonical};
use super::key::{self, KeyError};
use super::managed::{self, ManagedKey};
use crate::Turn;

/// The key that is named, by its id, its ARN, an alias or an alias's ARN; the service's own where
/// none is. The turn's plan holds only while the key is as it is now, and makes the service's own
/// where that is wanted for the first time.
pub(crate) fn choose(
    turn: &mut Turn<'_>,
    vault: &Vault,
    service: ManagedKey,
    named: Option<&str>,
) -> Result<KmsKey, KeyError> {
    let is_own = |named| ManagedKey::named(turn.scope(), named) == Some(service);
    let Some(named) = named.filter(|named| !is_own(named)) else {
        return managed::find_or_make(turn, vault, service);
    };
    let found = key::find(turn.snapshot, turn.scope(), named)?;
    turn.plan.read(found);
    Ok((*found.record).clone())
}

/// Seals a value with a fresh data key.
pub(crate) fn seal(
    vault: &Vault,
    key: &KmsKey,
    (plaintext, context): (&[u8], &EncryptionContext),
) -> Result<KmsEnvelope, KeyError> {
    let data_key = Key::random();
    let KmsDataKey { key_arn, sealed } = wrap(vault, key, &data_key, context)?;
    let ciphertext = seal_with(&data_key, plaintext, context);
    Ok(KmsEnvelope { key_arn, data_key: sealed, ciphertext })
}

/// Opens what was sealed, with the context that it was sealed with.
pub(crate) fn open(
    snapshot: &Snapshot,
    vault: &Vault,
    envelope: &KmsEnvelope,
    context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let KmsEnvelope { key_arn, data_key, ciphertext } = envelope;
    let wrapped = KmsDataKey { key_arn: key_arn.clone(), sealed: data_key.clone() };
    let data_key = unwrap((snapshot, vault), &wrapped, context)?;
    open_with(&data_key, ciphertext, context)
}

/// Seals a value with its data key.
pub(crate) fn seal_with(data_key: &Key, plaintext: &[u8], context: &EncryptionContext) -> String {
    BASE64.encode(data_key.seal(plaintext, &canonical(context)))
}

/// Opens a value with its data key.
pub(crate) fn open_with(
    data_key: &Key,
    ciphertext: &str,
    context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let opened = data_key.open(&decode(ciphertext)?, &canonical(context));
    opened.map_err(|_: OpenError| KeyError::InvalidCiphertext)
}

/// Seals a data key with a KMS key.
pub(crate) fn wrap(
    vault: &Vault,
    key: &KmsKey,
    data_key: &Key,
    context: &EncryptionContext,
) -> Result<KmsDataKey, KeyError> {
    let sealed = BASE64.encode(key::encrypt(vault, key, data_key.bytes(), context)?);
    Ok(KmsDataKey { key_arn: key.arn(), sealed })
}

/// The data key that a KMS key sealed.
pub(crate) fn unwrap(
    (snapshot, vault): (&Snapshot, &Vault),
    wrapped: &KmsDataKey,
    context: &EncryptionContext,
) -> Result<Key, KeyError> {
    let key = find(snapshot, &wrapped.key_arn)?;
    let sealed = decode(&wrapped.sealed)?;
    let sealed = Ciphertext::parse(&sealed).ok_or(KeyError::InvalidCiphertext)?;
    let data_key = key::decrypt(vault, key, &sealed, context)?;
    Key::from_bytes(&data_key).ok_or(KeyError::InvalidCiphertext)
}

/// The key of this ARN, wherever it is.
pub(crate) fn find<'a>(snapshot: &'a Snapshot, key_arn: &str) -> Result<&'a KmsKey, KeyError> {
    let arn = Arn::parse(key_arn).ok_or_else(|| key::not_found(key_arn))?;
    key::find_by_id(snapshot, &arn.scope, key_arn).map(|found| &*found.record)
}

fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    BASE64.decode(text).map_err(|_| KeyError::InvalidCiphertext)
}

#[cfg(test)]
mod tests {
    use model::{KmsKeyState, Plan, Rng, Scope, Timestamp};
    use vault::MasterKeys;

    use super::*;
    use crate::Caller;

    fn context() -> EncryptionContext {
        EncryptionContext::from([("of".to_owned(), "a test".to_owned())])
    }

    fn sealed(snapshot: &mut Snapshot, vault: &Vault, named: Option<&str>) -> KmsEnvelope {
        let caller = Caller::root(Scope::new("000000000000", "us-east-1"), Timestamp::EPOCH);
        let rng = Rng::seeded(snapshot.revision);
        let (envelope, plan) = {
            let mut turn = Turn { snapshot, caller: &caller, rng, plan: Plan::new() };
            let mut sealed = || {
                let key = choose(&mut turn, vault, ManagedKey::Ssm, named).expect("it is there");
                seal(vault, &key, (b"hunter2", &context())).expect("it is sealed")
            };
            // A second value of the same request is sealed with the same key.
            let (envelope, again) = (sealed(), sealed());
            assert_eq!(envelope.key_arn, again.key_arn);
            assert_ne!(envelope.data_key, again.data_key);
            (envelope, turn.plan)
        };
        assert_eq!(plan.key_written_twice(), None);
        snapshot.apply(snapshot.revision + 1, &plan.changes);
        envelope
    }

    #[test]
    fn a_value_is_sealed_with_the_services_key_and_opens_with_its_context() {
        let (mut snapshot, vault) = (Snapshot::default(), Vault::new(MasterKeys::random()));
        let envelope = sealed(&mut snapshot, &vault, None);
        let opened = open(&snapshot, &vault, &envelope, &context()).expect("its own");
        assert_eq!(opened.as_slice(), b"hunter2");
        let other = EncryptionContext::new();
        let refused = open(&snapshot, &vault, &envelope, &other);
        assert_eq!(refused, Err(KeyError::InvalidCiphertext));
        let again = sealed(&mut snapshot, &vault, Some("alias/aws/ssm"));
        assert_eq!(again.key_arn, envelope.key_arn);
        assert_eq!((snapshot.kms_keys.len(), snapshot.kms_aliases.len()), (1, 1));
    }

    #[test]
    fn a_key_that_is_away_opens_nothing() {
        let (mut snapshot, vault) = (Snapshot::default(), Vault::new(MasterKeys::random()));
        let envelope = sealed(&mut snapshot, &vault, None);
        let key = snapshot.kms_keys.all().next().expect("it was made").clone();
        let mut in_state = |state| {
            let changed = KmsKey { state, ..(*key.record).clone() };
            let mut plan = Plan::new();
            plan.update(&key, changed);
            snapshot.apply(snapshot.revision + 1, &plan.changes);
            open(&snapshot, &vault, &envelope, &context()).map(|_| ())
        };
        let arn = key.arn();
        assert_eq!(in_state(KmsKeyState::Disabled), Err(KeyError::Disabled(arn.clone())));
        let pending = KmsKeyState::PendingDeletion { deletion_at: Timestamp::EPOCH };
        assert_eq!(in_state(pending), Err(KeyError::PendingDeletion(arn)));
        assert_eq!(in_state(KmsKeyState::Enabled), Ok(()));
        let (gone, other) = (Snapshot::default(), Vault::new(MasterKeys::random()));
        let refused = open(&gone, &vault, &envelope, &context());
        assert!(matches!(refused, Err(KeyError::NotFound(_))));
        let refused = open(&snapshot, &other, &envelope, &context());
        assert!(matches!(refused, Err(KeyError::Unreadable { .. })));
    }
}
