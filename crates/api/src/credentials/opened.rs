//! What was opened lately: a caller sends many requests with one key, and unsealing it for each
//! costs more than the signature.
//!
//! INVARIANT: it says only what a key or token itself is. Whether it is still good, the records
//! say anew at every request.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    keys: Kept<(Sealed, Zeroizing<String>)>,
    /// By the token.
    tokens: Kept<Arc<Content>>,
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
        let known = locked(&self.keys).get(id).filter(|(known, _)| known == sealed).cloned();
        if let Some((_, secret)) = known {
            return Some(secret);
        }
        let secret = open()?;
        put(&self.keys, KEYS_MAX, (id, (sealed.clone(), secret.clone())));
        Some(secret)
    }

    /// What a token holds. One that does not open is not kept.
    pub(super) fn content<E>(
        &self,
        token: &str,
        open: impl FnOnce() -> Result<Content, E>,
    ) -> Result<Arc<Content>, E> {
        let known = locked(&self.tokens).get(token).cloned();
        if let Some(content) = known {
            return Ok(content);
        }
        let content = Arc::new(open()?);
        put(&self.tokens, TOKENS_MAX, (token, Arc::clone(&content)));
        Ok(content)
    }
}

/// What is kept, by its name. Nothing is opened while it is locked.
type Kept<T> = Mutex<BTreeMap<String, T>>;

fn locked<T>(kept: &Kept<T>) -> MutexGuard<'_, BTreeMap<String, T>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps it, and forgets all others where there is no more room.
fn put<T>(kept: &Kept<T>, max: usize, (key, value): (&str, T)) {
    let mut kept = locked(kept);
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
        let kept = Kept::default();
        for number in 0..10 {
            put(&kept, 3, (&number.to_string(), number));
            assert!(locked(&kept).len() <= 3);
        }
        assert!(locked(&kept).contains_key("9"));
    }
}
