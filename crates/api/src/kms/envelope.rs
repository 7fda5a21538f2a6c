//! Envelopes: what other services keep, each value sealed with a data key of its own, which is
//! sealed with a KMS key.
//!
//! Nobody is authorized here: whoever calls has been let in by the service that it asked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::{Arn, KmsEnvelope, KmsKey, Snapshot};
use vault::{Key, OpenError, Vault};
use zeroize::Zeroizing;

use super::ciphertext::{Ciphertext, EncryptionContext, canonical};
use super::key::{self, KeyError};
use super::managed::{self, ManagedKey};
use crate::Turn;

/// The key that a value is sealed with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyChoice<'a> {
    /// By its id, its ARN, an alias or an alias's ARN.
    Named(&'a str),
    /// The service's own.
    Default(ManagedKey),
}

/// Seals a value. The turn's plan holds only while the key is as it is now, and makes the
/// service's own key where that is wanted for the first time.
pub(crate) fn seal(
    turn: &mut Turn<'_>,
    vault: &Vault,
    choice: KeyChoice<'_>,
    (plaintext, context): (&[u8], &EncryptionContext),
) -> Result<KmsEnvelope, KeyError> {
    let key = chosen(turn, vault, choice)?;
    let data_key = Key::random();
    let wrapped = key::encrypt(vault, &key, data_key.bytes(), context)?;
    let ciphertext = data_key.seal(plaintext, &canonical(context));
    Ok(KmsEnvelope {
        key_arn: key.arn(),
        data_key: BASE64.encode(wrapped),
        ciphertext: BASE64.encode(ciphertext),
    })
}

/// Opens what was sealed, with the context that it was sealed with.
pub(crate) fn open(
    snapshot: &Snapshot,
    vault: &Vault,
    envelope: &KmsEnvelope,
    context: &EncryptionContext,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let decode = |text: &str| BASE64.decode(text).map_err(|_| KeyError::InvalidCiphertext);
    let arn = Arn::parse(&envelope.key_arn).ok_or_else(|| key::not_found(&envelope.key_arn))?;
    let key = key::find_by_id(snapshot, &arn.scope, &envelope.key_arn)?;
    let wrapped = decode(&envelope.data_key)?;
    let wrapped = Ciphertext::parse(&wrapped).ok_or(KeyError::InvalidCiphertext)?;
    let data_key = key::decrypt(vault, key, &wrapped, context)?;
    let data_key = Key::from_bytes(&data_key).ok_or(KeyError::InvalidCiphertext)?;
    let opened = data_key.open(&decode(&envelope.ciphertext)?, &canonical(context));
    opened.map_err(|_: OpenError| KeyError::InvalidCiphertext)
}

fn chosen(turn: &mut Turn<'_>, vault: &Vault, choice: KeyChoice<'_>) -> Result<KmsKey, KeyError> {
    let named = match choice {
        KeyChoice::Default(managed) => return managed::find_or_make(turn, vault, managed),
        KeyChoice::Named(named) => named,
    };
    if let Some(managed) = ManagedKey::named(turn.scope(), named) {
        return managed::find_or_make(turn, vault, managed);
    }
    let found = key::find(turn.snapshot, turn.scope(), named)?;
    turn.plan.read(found);
    Ok((*found.record).clone())
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

    fn sealed(snapshot: &mut Snapshot, vault: &Vault, choice: KeyChoice<'_>) -> KmsEnvelope {
        let caller = Caller::root(Scope::new("000000000000", "us-east-1"), Timestamp::EPOCH);
        let rng = Rng::seeded(snapshot.revision);
        let (envelope, plan) = {
            let mut turn = Turn { snapshot, caller: &caller, rng, plan: Plan::new() };
            let envelope = seal(&mut turn, vault, choice, (b"hunter2", &context()));
            // A second value of the same request is sealed with the same key.
            let again = seal(&mut turn, vault, choice, (b"hunter2", &context()));
            let (envelope, again) = (envelope.expect("sealed"), again.expect("sealed"));
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
        let by_default = KeyChoice::Default(ManagedKey::Ssm);
        let envelope = sealed(&mut snapshot, &vault, by_default);
        let opened = open(&snapshot, &vault, &envelope, &context()).expect("its own");
        assert_eq!(opened.as_slice(), b"hunter2");
        let other = EncryptionContext::new();
        let refused = open(&snapshot, &vault, &envelope, &other);
        assert_eq!(refused, Err(KeyError::InvalidCiphertext));
        let again = sealed(&mut snapshot, &vault, KeyChoice::Named("alias/aws/ssm"));
        assert_eq!(again.key_arn, envelope.key_arn);
        assert_eq!((snapshot.kms_keys.len(), snapshot.kms_aliases.len()), (1, 1));
    }

    #[test]
    fn a_key_that_is_away_opens_nothing() {
        let (mut snapshot, vault) = (Snapshot::default(), Vault::new(MasterKeys::random()));
        let envelope = sealed(&mut snapshot, &vault, KeyChoice::Default(ManagedKey::Ssm));
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
