//! What was opened lately: a caller sends many requests with one key, and unsealing it for each
//! costs more than the signature.
//!
//! INVARIANT: it says only what a key or token itself is. Whether it is still good, the records
//! say anew at every request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use model::Sealed;
use zeroize::Zeroizing;

use super::Content;

/// LIMIT: secrets of lasting keys that are kept open.
const KEYS_MAX: usize = 1_000;
/// LIMIT: contents of session tokens that are kept open.
const TOKENS_MAX: usize = 1_000;

#[derive(Default)]
pub(crate) struct Opened {
    /// By the key's id, with what was opened: another secret under the id is opened anew.
    keys: Mutex<BTreeMap<String, (Sealed, Zeroizing<String>)>>,
    /// By the token.
    tokens: Mutex<BTreeMap<String, Arc<Content>>>,
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Opened").finish_non_exhaustive()
    }
}

impl Opened {
    /// The secret of a lasting key; `open` is asked where it is not known.
    pub(super) fn secret(
        &self,
        id: &str,
        sealed: &Sealed,
        open: impl FnOnce() -> Option<Zeroizing<String>>,
    ) -> Option<Zeroizing<String>> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, secret)) = keys.get(id).filter(|(known, _)| known == sealed) {
            return Some(secret.clone());
        }
        let secret = open()?;
        put(&mut keys, KEYS_MAX, id, (sealed.clone(), secret.clone()));
        Some(secret)
    }

    /// What a token holds. One that does not open is not kept.
    pub(super) fn content<E>(
        &self,
        token: &str,
        open: impl FnOnce() -> Result<Content, E>,
    ) -> Result<Arc<Content>, E> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(content) = tokens.get(token) {
            return Ok(Arc::clone(content));
        }
        let content = Arc::new(open()?);
        put(&mut tokens, TOKENS_MAX, token, Arc::clone(&content));
        Ok(content)
    }
}

/// Keeps it, and forgets all others where there is no more room.
fn put<T>(kept: &mut BTreeMap<String, T>, max: usize, key: &str, value: T) {
    if kept.len() >= max {
        kept.clear();
    }
    kept.insert(key.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(text: &str) -> Sealed {
        let [master_key, data_key, ciphertext] = ["m", "d", text].map(str::to_owned);
        Sealed { master_key, data_key, ciphertext }
    }

    #[test]
    fn a_secret_is_opened_once_and_another_under_its_id_anew() {
        let opened = Opened::default();
        let secret = |text: &str| Some(Zeroizing::new(text.to_owned()));
        let known = || unreachable!("it is known");
        assert_eq!(opened.secret("one", &sealed("a"), || secret("A")), secret("A"));
        assert_eq!(opened.secret("one", &sealed("a"), known), secret("A"));
        assert_eq!(opened.secret("one", &sealed("b"), || secret("B")), secret("B"));
        assert_eq!(opened.secret("one", &sealed("c"), || None), None);
        assert_eq!(opened.secret("one", &sealed("b"), known), secret("B"));
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let mut kept = BTreeMap::new();
        for number in 0..10 {
            put(&mut kept, 3, &number.to_string(), number);
            assert!(kept.len() <= 3);
        }
        assert!(kept.contains_key("9"));
    }
}
