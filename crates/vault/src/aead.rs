//! AES-256-GCM with a random nonce in front of what it seals.
//
// LIMIT: with random nonces of 96 bits a key seals at most 2^32 texts (NIST SP 800-38D, 8.3).
// Data keys seal one; the master key seals data keys and tokens, of which there are far fewer.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use zeroize::Zeroizing;

use crate::OpenError;
use crate::random::random_bytes;

pub const KEY_BYTES: usize = 32;

/// A key of AES-256-GCM.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it is a key")]
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl Key {
    pub fn random() -> Key {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(&random_bytes(KEY_BYTES));
        Key(key)
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Key> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if bytes.len() != KEY_BYTES {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Key(key))
    }

    pub fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Another key, which follows from this one and the purpose.
    #[must_use]
    pub fn derived(&self, purpose: &str) -> Key {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.bytes());
        let tag = hmac::sign(&key, purpose.as_bytes());
        Key::from_bytes(tag.as_ref()).expect("a SHA-256 tag is as long as a key")
    }

    /// The nonce, the ciphertext and its tag. `associated` is not in it, and has to be given again.
    pub fn seal(&self, plaintext: &[u8], associated: &[u8]) -> Vec<u8> {
        let nonce = random_bytes(NONCE_LEN);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(plaintext);
        let nonce_value = Nonce::try_assume_unique_for_key(&nonce).expect("it has the length");
        self.cipher()
            .seal_in_place_append_tag(nonce_value, Aad::from(associated), &mut sealed)
            .expect("a text of this size can be sealed");
        sealed.splice(0..0, nonce.iter().copied());
        sealed
    }

    pub fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(OpenError::Tampered)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Tampered)?;
        let mut text = Zeroizing::new(rest.to_vec());
        let opened = self.cipher().open_in_place(nonce, Aad::from(associated), &mut text);
        let length = opened.map_err(|_| OpenError::Tampered)?.len();
        text.truncate(length);
        Ok(text)
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.bytes());
        LessSafeKey::new(key.expect("it has the length"))
    }
}
