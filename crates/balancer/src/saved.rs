//! What outlives the process: the last configuration, who was healthy, and the cookie key.
//!
//! INVARIANT: a file is replaced as a whole and synced before its name changes hands, so a crash
//! leaves the old one or the new one.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use routing::Config;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    cookie::{CookieKey, KEY_LENGTH},
    events::TargetKey,
};

/// The last good table, as written to disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    pub(crate) revision: u64,
    pub(crate) config: Config,
    /// Targets that need no first check to be used after a restart.
    pub(crate) healthy: BTreeSet<TargetKey>,
}

/// Where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

#[derive(Debug, Error)]
pub(crate) enum SavedError {
    #[error("cannot read or write `{path}`")]
    Io { path: PathBuf, source: io::Error },
    #[error("`{path}` is damaged")]
    Damaged { path: PathBuf, source: serde_json::Error },
}

const TABLE: &str = "route-table.json";
const KEY: &str = "cookie-key";

impl Files {
    pub(crate) fn new(directory: PathBuf) -> Result<Self, SavedError> {
        std::fs::create_dir_all(&directory)
            .map_err(|source| SavedError::Io { path: directory.clone(), source })?;
        Ok(Self { directory })
    }

    pub(crate) fn load(&self) -> Result<Option<Saved>, SavedError> {
        let path = self.directory.join(TABLE);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SavedError::Io { path, source }),
        };
        match serde_json::from_slice(&text) {
            Ok(saved) => Ok(Some(saved)),
            Err(source) => Err(SavedError::Damaged { path, source }),
        }
    }

    pub(crate) fn save(&self, saved: &Saved) -> Result<(), SavedError> {
        let text = serde_json::to_vec(saved).expect("the table is plain data");
        self.replace(TABLE, &text)
    }

    /// The key under which cookies are signed, made at the first start.
    pub(crate) fn cookie_key(&self) -> Result<CookieKey, SavedError> {
        let path = self.directory.join(KEY);
        if let Ok(bytes) = std::fs::read(&path)
            && let Ok(key) = <[u8; KEY_LENGTH]>::try_from(bytes)
        {
            return Ok(CookieKey::new(key));
        }
        let mut key = [0; KEY_LENGTH];
        getrandom::fill(&mut key).expect("the kernel has a random number generator");
        self.replace(KEY, &key)?;
        Ok(CookieKey::new(key))
    }

    fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), SavedError> {
        let path = self.directory.join(name);
        let written = write_and_rename(&self.directory, name, bytes);
        written.map_err(|source| SavedError::Io { path, source })
    }
}

fn write_and_rename(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = directory.join(format!("{name}.new"));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&temporary, directory.join(name))?;
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_is_loaded() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = Files::new(directory.path().join("balancer")).expect("it can be made");
        assert_eq!(files.load().expect("nothing is wrong"), None);
        let key = TargetKey { target_group_arn: "tg".to_owned(), id: "i-1".to_owned(), port: 80 };
        let saved = Saved { revision: 7, healthy: BTreeSet::from([key]), ..Saved::default() };
        files.save(&saved).expect("it can be written");
        assert_eq!(files.load().expect("it can be read"), Some(saved));
    }

    #[test]
    fn a_damaged_file_is_told_apart_from_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = Files::new(directory.path().to_owned()).expect("it is there");
        std::fs::write(directory.path().join(TABLE), "{").expect("it can be written");
        assert!(matches!(files.load(), Err(SavedError::Damaged { .. })));
    }

    #[test]
    fn the_cookie_key_is_made_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = Files::new(directory.path().to_owned()).expect("it is there");
        let value = files.cookie_key().expect("a key").sign("AWSALB", 1, 2);
        assert_eq!(files.cookie_key().expect("a key").sign("AWSALB", 1, 2), value);
    }
}
