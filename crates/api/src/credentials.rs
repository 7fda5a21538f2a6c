//! Credentials: temporary ones are given here, and all of them are found out here.
//!
//! A session token is self-contained: it holds whose it is, for how long and with which secret,
//! sealed by the vault, so that no record is kept of it. It ends early with what it was given for:
//! the user, the role or the task.
//!
//! INVARIANT: a temporary key is good with its own token only, a lasting one without any.

mod opened;

use std::sync::Arc;

use model::principal::{Identity, Session};
use model::{AccessKey, Principal, Snapshot, TaskState, Timestamp, iam_scope};
use serde::{Deserialize, Serialize};
use vault::{Vault, random_text};
use zeroize::Zeroizing;

pub(crate) use self::opened::Opened;
use crate::Api;

/// COMPAT: the forms of AWS's keys: twenty characters, and forty.
const KEY_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const KEY_RANDOM: usize = 16;
const SECRET_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SECRET_LENGTH: usize = 40;

/// What session tokens are sealed for.
const TOKEN_PURPOSE: &str = "session-token";

/// Temporary credentials.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "they are secret")]
pub struct Issued {
    pub access_key_id: String,
    pub secret: Zeroizing<String>,
    pub token: Zeroizing<String>,
    pub expires_at: Timestamp,
}

/// Whose a key is, and what it signs with.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Identified {
    pub principal: Arc<Principal>,
    pub secret: Zeroizing<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifyError {
    #[error("the access key is not known, or is not valid any more")]
    Unknown,
    #[error("the session has expired")]
    Expired,
}

/// As a token holds it.
#[derive(Serialize, Deserialize)]
struct Content {
    access_key_id: String,
    secret: Zeroizing<String>,
    principal: Arc<Principal>,
}

/// The id of a new key; it begins with `AKIA` or `ASIA`.
pub(crate) fn new_key_id(prefix: &str) -> String {
    format!("{prefix}{}", random_text(KEY_ALPHABET, KEY_RANDOM).as_str())
}

pub(crate) fn new_secret() -> Zeroizing<String> {
    random_text(SECRET_ALPHABET, SECRET_LENGTH)
}

/// Gives credentials for a session, which says how long they last.
pub(crate) fn issue(vault: &Vault, principal: Principal, session: Session) -> Issued {
    let expires_at = session.expires_at;
    let (access_key_id, secret) = (new_key_id("ASIA"), new_secret());
    let principal = Principal { session: Some(session), ..principal };
    let content = Content { access_key_id, secret, principal: Arc::new(principal) };
    let bytes = Zeroizing::new(serde_json::to_vec(&content).expect("a principal can be written"));
    let token = Zeroizing::new(vault.seal_token(&bytes, TOKEN_PURPOSE));
    let Content { access_key_id, secret, .. } = content;
    Issued { access_key_id, secret, token, expires_at }
}

impl Api {
    /// Whose a key is. The root's is not among them.
    pub fn identify(
        &self,
        access_key_id: &str,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identified, IdentifyError> {
        let snapshot = self.snapshot();
        match token {
            Some(token) => self.of_token(&snapshot, (access_key_id, token), now),
            None => self.of_key(&snapshot, access_key_id).ok_or(IdentifyError::Unknown),
        }
    }

    fn of_key(&self, snapshot: &Snapshot, id: &str) -> Option<Identified> {
        let key = snapshot.access_keys.get(&AccessKey::scope(), id).filter(|key| key.is_active)?;
        let scope = iam_scope(&key.account);
        let user = snapshot.iam_users.get(&scope, &key.user.to_ascii_lowercase())?;
        let open = || self.vault.open_text(&key.secret, &AccessKey::sealing_context(id)).ok();
        let secret = self.opened.secret(id, &key.secret, open)?;
        let identity = Identity::User {
            name: user.name.clone(),
            path: user.path.clone(),
            id: user.id.clone(),
        };
        let account = key.account.clone();
        let principal = Arc::new(Principal { account, identity, session: None });
        Some(Identified { principal, secret })
    }

    fn of_token(
        &self,
        snapshot: &Snapshot,
        (access_key_id, token): (&str, &str),
        now: Timestamp,
    ) -> Result<Identified, IdentifyError> {
        let content = self.opened.content(token, || {
            let opened = self.vault.open_token(token, TOKEN_PURPOSE);
            let opened = opened.map_err(|_| IdentifyError::Unknown)?;
            serde_json::from_slice(&opened).map_err(|_| IdentifyError::Unknown)
        })?;
        let session = content.principal.session.as_ref().ok_or(IdentifyError::Unknown)?;
        if content.access_key_id != access_key_id {
            return Err(IdentifyError::Unknown);
        }
        if session.expires_at <= now {
            return Err(IdentifyError::Expired);
        }
        if !is_holder_there(snapshot, &content.principal) || has_task_ended(snapshot, session) {
            return Err(IdentifyError::Unknown);
        }
        let (principal, secret) = (Arc::clone(&content.principal), content.secret.clone());
        Ok(Identified { principal, secret })
    }
}

/// Whether the user or role is still the one that the credentials were given for.
fn is_holder_there(snapshot: &Snapshot, principal: &Principal) -> bool {
    let scope = iam_scope(&principal.account);
    let key = |name: &String| name.to_ascii_lowercase();
    match &principal.identity {
        Identity::Root => true,
        Identity::User { name, id, .. } => {
            snapshot.iam_users.get(&scope, &key(name)).is_some_and(|user| user.id == *id)
        }
        Identity::Role { name, id, .. } => {
            snapshot.iam_roles.get(&scope, &key(name)).is_some_and(|role| role.id == *id)
        }
    }
}

/// A task's credentials end when it does; one that is being stopped still has them.
fn has_task_ended(snapshot: &Snapshot, session: &Session) -> bool {
    let Some(key) = &session.task else { return false };
    snapshot.task(key).is_none_or(|task| task.last_status == TaskState::Stopped)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::{Cidr, Rng, Tags};
    use store::{MemoryEngine, Store};

    use super::*;
    use crate::ApiParts;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn session(life: Duration) -> Session {
        Session {
            policies: None,
            tags: Tags::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            issued_at: NOW,
            expires_at: NOW + life,
            task: None,
        }
    }

    fn check(test: impl FnOnce(&Api)) {
        let folder = tempfile::tempdir().expect("a folder");
        let logs = observe::Logs::open(folder.path()).expect("an empty directory opens");
        let store = Store::open(MemoryEngine::new()).expect("a new store");
        let vpc_cidr = Cidr::parse("172.31.0.0/16").expect("a range");
        test(&Api::new(ApiParts::unkept(store, logs, vpc_cidr), Rng::seeded(1)));
    }

    #[test]
    fn a_token_is_good_until_it_expires_and_with_its_own_key() {
        check(|api| {
            let life = Duration::from_mins(15);
            let given = issue(&api.vault, Principal::root("1"), session(life));
            let at = |key: &str, token: Option<&str>, now| {
                api.identify(key, token, now).map(|found| (found.principal.arn(), found.secret))
            };
            let (key, token) = (given.access_key_id.as_str(), Some(given.token.as_str()));
            let known = Ok(("arn:aws:iam::1:root".to_owned(), given.secret.clone()));
            assert_eq!(at(key, token, NOW), known);
            assert_eq!(at(key, token, NOW + Duration::from_secs(899)), known);
            assert_eq!(at(key, token, NOW + life), Err(IdentifyError::Expired));
            assert_eq!(at(key, None, NOW), Err(IdentifyError::Unknown));
            assert_eq!(at("ASIAOTHER", token, NOW), Err(IdentifyError::Unknown));
            assert_eq!(at(key, Some("bm8gdG9rZW4="), NOW), Err(IdentifyError::Unknown));
        });
    }

    #[test]
    fn a_token_of_a_role_or_a_task_that_is_gone_is_good_no_more() {
        check(|api| {
            let identity = Identity::User {
                name: "ann".to_owned(),
                path: "/".to_owned(),
                id: "AIDA".to_owned(),
            };
            let user = Principal { account: "1".to_owned(), identity, session: None };
            let given = issue(&api.vault, user, session(Duration::from_mins(15)));
            let found = api.identify(&given.access_key_id, Some(&given.token), NOW);
            assert_eq!(found.err(), Some(IdentifyError::Unknown));
            let task = model::TaskKey {
                scope: model::Scope::new("1", "r"),
                cluster: "c".to_owned(),
                id: "t".to_owned(),
            };
            let of_task = Session { task: Some(task), ..session(Duration::from_mins(15)) };
            let given = issue(&api.vault, Principal::root("1"), of_task);
            let found = api.identify(&given.access_key_id, Some(&given.token), NOW);
            assert_eq!(found.err(), Some(IdentifyError::Unknown));
        });
    }
}
