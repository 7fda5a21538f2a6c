//! Secret keys, the signing keys derived from them, and a bounded cache of those.
//!
//! Deriving a key takes four HMACs and gives the same result all day, so the
//! verifier keeps it.
//!
//! INVARIANT: a cached key serves only the secret it was derived from, so that
//! a changed secret takes effect at once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::TERMINATOR;

/// The secret half of an access key. Wiped from memory when dropped.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a secret is never printed")]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    pub fn new(secret: impl Into<String>) -> SecretKey {
        SecretKey(Zeroizing::new(secret.into()))
    }

    /// For a verifier that is not this crate's own; never to be printed or kept.
    pub fn expose(&self) -> &str {
        self.0.as_str()
    }

    fn is_same(&self, other: &SecretKey) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// The day, region and service that a key is good for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyScope<'a> {
    pub(crate) day: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

/// A key derived for one day, region and service.
#[derive(Clone)]
pub(crate) struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    pub(crate) fn derive(secret: &SecretKey, scope: KeyScope<'_>) -> SigningKey {
        let root = Zeroizing::new(format!("AWS4{}", secret.0.as_str()));
        let day = Zeroizing::new(hmac(root.as_bytes(), scope.day.as_bytes()));
        let region = Zeroizing::new(hmac(day.as_slice(), scope.region.as_bytes()));
        let service = Zeroizing::new(hmac(region.as_slice(), scope.service.as_bytes()));
        SigningKey(Zeroizing::new(hmac(service.as_slice(), TERMINATOR.as_bytes())))
    }

    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 32] {
        hmac(self.0.as_slice(), text)
    }
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// Derived keys by credential (`key/day/region/service/aws4_request`).
///
/// Two generations: when the young one is full it becomes the old one and the
/// old one is dropped, so a key in use survives and the bound holds.
pub(crate) struct KeyCache(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: BTreeMap<Box<str>, CachedKey>,
    old: BTreeMap<Box<str>, CachedKey>,
}

#[derive(Clone)]
struct CachedKey {
    secret: SecretKey,
    signing: SigningKey,
}

/// LIMIT: derived keys in one generation; at most twice as many are kept.
pub(crate) const KEY_GENERATION_MAX: usize = 512;

impl KeyCache {
    pub(crate) fn new() -> KeyCache {
        KeyCache(Mutex::new(Generations::default()))
    }

    pub(crate) fn get(&self, credential: &str, secret: &SecretKey) -> Option<SigningKey> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(credential) {
            return found.secret.is_same(secret).then(|| found.signing.clone());
        }
        let found = generations.old.remove(credential)?;
        let signing = found.secret.is_same(secret).then(|| found.signing.clone())?;
        generations.insert(credential, found);
        Some(signing)
    }

    /// To be called with keys of verified requests only, so that nobody who
    /// merely knows an access key's id can flush the cache.
    pub(crate) fn put(&self, credential: &str, secret: &SecretKey, signing: SigningKey) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(credential, CachedKey { secret: secret.clone(), signing });
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.young.len() + generations.old.len()
    }
}

impl Generations {
    fn insert(&mut self, credential: &str, key: CachedKey) {
        if self.young.len() >= KEY_GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(credential.into(), key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: KeyScope<'_> = KeyScope { day: "20150830", region: "us-east-1", service: "iam" };

    #[test]
    fn derives_the_key_of_the_aws_documentation() {
        let secret = SecretKey::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let key = SigningKey::derive(&secret, SCOPE);
        assert_eq!(
            crate::request::hex(key.0.as_slice()),
            "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
        );
    }

    #[test]
    fn a_changed_secret_misses() {
        let (first, second) = (SecretKey::new("first"), SecretKey::new("second"));
        let cache = KeyCache::new();
        cache.put("credential", &first, SigningKey::derive(&first, SCOPE));
        assert!(cache.get("credential", &first).is_some());
        assert!(cache.get("credential", &second).is_none());
        assert!(cache.get("other", &first).is_none());
    }

    #[test]
    fn keeps_what_is_used_within_its_bound() {
        let secret = SecretKey::new("secret");
        let signing = SigningKey::derive(&secret, SCOPE);
        let cache = KeyCache::new();
        cache.put("used", &secret, signing.clone());
        for number in 0..5 * KEY_GENERATION_MAX {
            cache.put(&format!("other {number}"), &secret, signing.clone());
            assert!(cache.get("used", &secret).is_some(), "dropped after {number}");
            assert!(cache.len() <= 2 * KEY_GENERATION_MAX);
        }
        assert!(cache.get("other 0", &secret).is_none());
    }
}
