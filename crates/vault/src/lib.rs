//! Secrets at rest: each value is sealed under a data key of its own, which is sealed under the
//! master key; session tokens are sealed under a key that follows from it.
//!
//! The master key is a file that only its owner can read, made at the first start or given. It
//! holds every master key that there was, the newest last: what was sealed under an older one
//! stays readable, until somebody takes that one away.
//!
//! INVARIANT: no plaintext and no key is in `Debug`, in an error or in a log, and each is wiped
//! from memory when it is dropped.

#![forbid(unsafe_code)]

mod aead;
mod master;
mod random;

use std::fmt::{self, Write as _};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::Sealed;
use zeroize::Zeroizing;

pub use aead::{KEY_BYTES, Key};
pub use master::{MasterError, MasterKeys};
pub use random::{random_bytes, random_text};

/// What a token begins with, so that one is told from any other text.
const TOKEN_VERSION: u8 = 1;

/// Seals and unseals under the master keys.
pub struct Vault {
    masters: RwLock<MasterKeys>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Vault").finish_non_exhaustive()
    }
}

/// Why something does not open. It says no more: a caller could learn from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("it was sealed under a master key that is not here")]
    NoMasterKey,
    #[error("it is not what was sealed, or not for this use")]
    Tampered,
}

impl Vault {
    pub fn new(masters: MasterKeys) -> Vault {
        Vault { masters: RwLock::new(masters) }
    }

    /// Seals under the newest of these from now on. Refused where one is missing that there was:
    /// something may be sealed under it.
    pub fn adopt(&self, masters: MasterKeys) -> Result<(), OpenError> {
        let mut known = self.masters.write().unwrap_or_else(PoisonError::into_inner);
        if !known.ids().all(|id| masters.find(id).is_some()) {
            return Err(OpenError::NoMasterKey);
        }
        *known = masters;
        Ok(())
    }

    /// Seals a value under a fresh data key. `context` says what it is of, and has to be said
    /// again to open it, so that no record's value passes for another's.
    pub fn seal(&self, plaintext: &[u8], context: &str) -> Sealed {
        let data_key = Key::random();
        let masters = self.masters();
        let newest = masters.newest();
        let wrapped = newest.key.seal(data_key.bytes(), context.as_bytes());
        Sealed {
            master_key: newest.id.clone(),
            data_key: BASE64.encode(wrapped),
            ciphertext: BASE64.encode(data_key.seal(plaintext, context.as_bytes())),
        }
    }

    pub fn open(&self, sealed: &Sealed, context: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let data_key = self.masters().open_data_key(sealed, context)?;
        data_key.open(&decode(&sealed.ciphertext)?, context.as_bytes())
    }

    /// The same value with its data key under the newest master key; `None` where it is already.
    pub fn rewrap(&self, sealed: &Sealed, context: &str) -> Result<Option<Sealed>, OpenError> {
        let masters = self.masters();
        let newest = masters.newest();
        if sealed.master_key == newest.id {
            return Ok(None);
        }
        let data_key = masters.open_data_key(sealed, context)?;
        let wrapped = newest.key.seal(data_key.bytes(), context.as_bytes());
        Ok(Some(Sealed {
            master_key: newest.id.clone(),
            data_key: BASE64.encode(wrapped),
            ciphertext: sealed.ciphertext.clone(),
        }))
    }

    /// [`Vault::open`] of what was sealed as text.
    pub fn open_text(
        &self,
        sealed: &Sealed,
        context: &str,
    ) -> Result<Zeroizing<String>, OpenError> {
        let bytes = self.open(sealed, context)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| OpenError::Tampered)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// 64 hexadecimal digits that follow from the name, and that nobody else can find.
    pub fn derived_hex(&self, purpose: &str, name: &str) -> String {
        // The oldest: what is derived stays the same when keys are added.
        let key = self.masters().oldest().key.derived(purpose).derived(name);
        key.bytes().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// A token that holds `content`, which nobody else can read or change. `purpose` keeps tokens
    /// of one use from passing in another.
    pub fn seal_token(&self, content: &[u8], purpose: &str) -> String {
        let masters = self.masters();
        let newest = masters.newest();
        let key = newest.key.derived(purpose);
        let mut token = vec![TOKEN_VERSION, u8::try_from(newest.id.len()).unwrap_or(u8::MAX)];
        token.extend_from_slice(newest.id.as_bytes());
        token.extend(key.seal(content, purpose.as_bytes()));
        BASE64.encode(token)
    }

    pub fn open_token(&self, token: &str, purpose: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let bytes = BASE64.decode(token).map_err(|_| OpenError::Tampered)?;
        let [TOKEN_VERSION, length, rest @ ..] = bytes.as_slice() else {
            return Err(OpenError::Tampered);
        };
        let split = rest.split_at_checked(usize::from(*length)).ok_or(OpenError::Tampered)?;
        let id = std::str::from_utf8(split.0).map_err(|_| OpenError::Tampered)?;
        let masters = self.masters();
        let master = masters.find(id).ok_or(OpenError::NoMasterKey)?;
        master.key.derived(purpose).open(split.1, purpose.as_bytes())
    }

    fn masters(&self) -> RwLockReadGuard<'_, MasterKeys> {
        self.masters.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, OpenError> {
    BASE64.decode(text).map_err(|_| OpenError::Tampered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault::new(MasterKeys::random())
    }

    #[test]
    fn what_is_sealed_opens_for_its_own_use_only() {
        let vault = vault();
        let sealed = vault.seal(b"hunter2", "secret/a");
        assert_eq!(vault.open(&sealed, "secret/a").expect("ours").as_slice(), b"hunter2");
        assert_eq!(vault.open(&sealed, "secret/b"), Err(OpenError::Tampered));
        let other = Vault::new(MasterKeys::random());
        assert_eq!(other.open(&sealed, "secret/a"), Err(OpenError::NoMasterKey));
    }

    #[test]
    fn every_value_has_a_data_key_of_its_own() {
        let vault = vault();
        let (one, two) = (vault.seal(b"same", "a"), vault.seal(b"same", "a"));
        assert_ne!(one.data_key, two.data_key);
        assert_ne!(one.ciphertext, two.ciphertext);
    }

    #[test]
    fn no_byte_of_a_value_or_a_token_can_be_changed() {
        let vault = vault();
        let token = vault.seal_token(b"content", "session");
        assert_eq!(vault.open_token(&token, "session").expect("ours").as_slice(), b"content");
        assert!(vault.open_token(&token, "paging").is_err());
        let bytes = BASE64.decode(&token).expect("base64");
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let changed = BASE64.encode(changed);
            assert!(vault.open_token(&changed, "session").is_err(), "byte {index}");
        }
        assert!(vault.open_token("", "session").is_err());
        assert!(vault.open_token("AQ==", "session").is_err());
    }

    #[test]
    fn an_older_master_key_still_opens() {
        let mut masters = MasterKeys::random();
        let sealed = Vault::new(masters.clone()).seal(b"old", "a");
        masters.rotate();
        let vault = Vault::new(masters);
        assert_eq!(vault.open(&sealed, "a").expect("still here").as_slice(), b"old");
        assert_ne!(vault.seal(b"new", "a").master_key, sealed.master_key);
    }

    #[test]
    fn what_is_rewrapped_needs_the_older_key_no_more() {
        let mut masters = MasterKeys::random();
        let vault = Vault::new(masters.clone());
        let sealed = vault.seal(b"old", "a");
        assert_eq!(vault.rewrap(&sealed, "a"), Ok(None));
        masters.rotate();
        vault.adopt(masters.clone()).expect("it has the older as well");
        let next = vault.rewrap(&sealed, "a").expect("it opens").expect("it is under the older");
        assert_eq!(next.ciphertext, sealed.ciphertext);
        assert_eq!(vault.rewrap(&next, "a"), Ok(None));
        assert_eq!(vault.rewrap(&sealed, "b"), Err(OpenError::Tampered));
        masters.forget_older();
        let vault = Vault::new(masters);
        assert_eq!(vault.open(&next, "a").expect("under the newest").as_slice(), b"old");
        assert_eq!(vault.open(&sealed, "a"), Err(OpenError::NoMasterKey));
    }

    #[test]
    fn keys_of_which_one_is_missing_are_not_adopted() {
        let mut masters = MasterKeys::random();
        let vault = Vault::new(masters.clone());
        let sealed = vault.seal(b"old", "a");
        assert_eq!(vault.adopt(MasterKeys::random()), Err(OpenError::NoMasterKey));
        masters.rotate();
        assert_eq!(vault.adopt(masters), Ok(()));
        assert_eq!(vault.open(&sealed, "a").expect("still here").as_slice(), b"old");
    }
}
