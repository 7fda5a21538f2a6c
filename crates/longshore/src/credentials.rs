//! The root's credentials: made at the first start, kept for the owner alone.

use std::fmt;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use vault::random_text;
use zeroize::Zeroizing;

/// COMPAT: the lengths of AWS's keys: 20 characters from `AKIA` on, and 40.
const ACCESS_KEY_RANDOM: usize = 16;
const SECRET_KEY_LENGTH: usize = 40;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct RootCredentials {
    pub(crate) account: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Zeroizing<String>,
}

impl fmt::Debug for RootCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RootCredentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl RootCredentials {
    pub(crate) fn read(path: &Path) -> Result<RootCredentials> {
        let bytes = Zeroizing::new(
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?,
        );
        serde_json::from_slice(&bytes)
            .with_context(|| format!("`{}` holds no credentials", path.display()))
    }

    /// Reads them, or makes them where there are none.
    pub(crate) fn read_or_make(path: &Path, account: &str) -> Result<RootCredentials> {
        if path.exists() {
            return RootCredentials::read(path);
        }
        let made = RootCredentials {
            account: account.to_owned(),
            access_key_id: format!(
                "AKIA{}",
                random_text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ACCESS_KEY_RANDOM).as_str()
            ),
            secret_access_key: random_text(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                SECRET_KEY_LENGTH,
            ),
        };
        let draft = path.with_extension("draft");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&Zeroizing::new(serde_json::to_vec(&made)?))?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn they_are_made_once_and_are_the_owners() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("credentials.json");
        let made = RootCredentials::read_or_make(&path, "000000000000").expect("made");
        let read = RootCredentials::read_or_make(&path, "000000000000").expect("read");
        assert_eq!(made.access_key_id, read.access_key_id);
        assert_eq!(made.secret_access_key, read.secret_access_key);
        assert_eq!((made.access_key_id.len(), made.secret_access_key.len()), (20, 40));
        let mode = std::fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{made:?}").contains(made.secret_access_key.as_str()));
    }
}
