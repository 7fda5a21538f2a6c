//! Stickiness cookies: an opaque value that names a target or a group, until a time.
//!
//! INVARIANT: a value that this balancer's key did not sign for that cookie name, or whose time
//! is over, names nothing.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key under which cookies are signed.
#[derive(Clone)]
pub(crate) struct CookieKey([u8; KEY_LENGTH]);

pub(crate) const KEY_LENGTH: usize = 32;
const MAC_LENGTH: usize = 16;
const PAYLOAD_LENGTH: usize = 16;

impl CookieKey {
    pub(crate) fn new(key: [u8; KEY_LENGTH]) -> Self {
        Self(key)
    }

    /// A value that names `fingerprint` until `expires` (seconds since the epoch).
    pub(crate) fn sign(&self, name: &str, fingerprint: u64, expires: u64) -> String {
        let mut bytes = Vec::with_capacity(PAYLOAD_LENGTH + MAC_LENGTH);
        bytes.extend_from_slice(&fingerprint.to_be_bytes());
        bytes.extend_from_slice(&expires.to_be_bytes());
        let mac = self.mac(name, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac[..MAC_LENGTH]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a value names, if it is genuine and its time is not over at `now`.
    pub(crate) fn verify(&self, name: &str, value: &str, now: u64) -> Option<u64> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (payload, mac) = bytes.split_at_checked(PAYLOAD_LENGTH)?;
        if mac.len() != MAC_LENGTH {
            return None;
        }
        self.mac(name, payload).verify_truncated_left(mac).ok()?;
        let number = |part: &[u8]| Some(u64::from_be_bytes(part.try_into().ok()?));
        let (fingerprint, expires) = (number(&payload[..8])?, number(&payload[8..])?);
        (now < expires).then_some(fingerprint)
    }

    fn mac(&self, name: &str, payload: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.chain_update(name.as_bytes()).chain_update([0]).chain_update(payload)
    }
}

impl std::fmt::Debug for CookieKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("CookieKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_for_this_name_and_time_counts() {
        let key = CookieKey::new([7; KEY_LENGTH]);
        let value = key.sign("AWSALB", 42, 1_000);
        assert_eq!(key.verify("AWSALB", &value, 999), Some(42));
        assert_eq!(key.verify("AWSALB", &value, 1_000), None);
        assert_eq!(key.verify("AWSALBTG", &value, 999), None);
        assert_eq!(CookieKey::new([8; KEY_LENGTH]).verify("AWSALB", &value, 999), None);
        let mut forged = URL_SAFE_NO_PAD.decode(&value).expect("base64");
        forged[0] ^= 1;
        assert_eq!(key.verify("AWSALB", &URL_SAFE_NO_PAD.encode(forged), 999), None);
        for value in ["", "AA", "!", &value[..40]] {
            assert_eq!(key.verify("AWSALB", value, 999), None, "{value}");
        }
    }
}
