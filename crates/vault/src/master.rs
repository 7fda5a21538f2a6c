//! The master keys: a file of its owner's alone.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model::Sealed;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::aead::Key;
use crate::random::random_text;
use crate::{OpenError, decode};

/// Read, write; for nobody else.
const MODE: u32 = 0o600;
const ID_ALPHABET: &[u8] = b"0123456789abcdef";
const ID_LENGTH: usize = 16;

/// Every master key, the newest last.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds keys")]
pub struct MasterKeys(Vec<Master>);

#[derive(Clone)]
pub(crate) struct Master {
    pub(crate) id: String,
    pub(crate) key: Key,
}

/// As the file holds it.
#[derive(Serialize, Deserialize)]
struct Written {
    id: String,
    /// In base 64.
    key: Zeroizing<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error("the master key `{path}` cannot be read or written")]
    Io {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(
        "the master key `{path}` can be read by others (its mode is {mode:o}); \
         make it its owner's alone: chmod 600 {path}"
    )]
    Open { path: PathBuf, mode: u32 },
    #[error("`{0}` holds no master key")]
    NoKeys(PathBuf),
}

impl MasterKeys {
    pub fn random() -> MasterKeys {
        MasterKeys(vec![Master::random()])
    }

    /// Reads the file, or makes it where there is none.
    pub fn read_or_make(path: &Path) -> Result<MasterKeys, MasterError> {
        if path.exists() {
            return MasterKeys::read(path);
        }
        let made = MasterKeys::random();
        made.write(path)?;
        Ok(made)
    }

    pub fn read(path: &Path) -> Result<MasterKeys, MasterError> {
        let failed = |source| MasterError::Io { path: path.to_owned(), source };
        let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(MasterError::Open { path: path.to_owned(), mode });
        }
        let bytes = Zeroizing::new(std::fs::read(path).map_err(failed)?);
        let no_keys = || MasterError::NoKeys(path.to_owned());
        let written: Vec<Written> = serde_json::from_slice(&bytes).map_err(|_| no_keys())?;
        let masters = written.iter().map(Written::read).collect::<Option<Vec<_>>>();
        let masters = masters.filter(|masters| !masters.is_empty()).ok_or_else(no_keys)?;
        Ok(MasterKeys(masters))
    }

    /// Reads the file, and writes it again as it is to be. Nobody else does so meanwhile, or a
    /// key could be lost that has sealed something.
    pub fn change(
        path: &Path,
        change: impl FnOnce(&mut MasterKeys),
    ) -> Result<MasterKeys, MasterError> {
        let failed = |source| MasterError::Io { path: path.to_owned(), source };
        let folder = File::open(folder(path)).map_err(failed)?;
        folder.lock().map_err(failed)?;
        let mut masters = MasterKeys::read(path)?;
        change(&mut masters);
        masters.write(path)?;
        Ok(masters)
    }

    /// Adds a key, which seals from now on.
    pub fn rotate(&mut self) {
        self.0.push(Master::random());
    }

    /// Leaves the newest alone.
    pub fn forget_older(&mut self) {
        self.0.drain(..self.0.len() - 1);
    }

    /// What they are called by, the newest last.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|master| master.id.as_str())
    }

    /// Durable before it returns, and whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), MasterError> {
        let failed = |source| MasterError::Io { path: path.to_owned(), source };
        let written: Vec<Written> = self.0.iter().map(Master::written).collect();
        let text = serde_json::to_vec(&written).map_err(io::Error::from).map_err(failed)?;
        let text = Zeroizing::new(text);
        let draft = path.with_extension("draft");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(MODE);
        let mut file = options.open(&draft).map_err(failed)?;
        file.write_all(&text).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(&draft, path).map_err(failed)?;
        let folder = File::open(folder(path)).map_err(failed)?;
        folder.sync_all().map_err(failed)
    }

    pub(crate) fn open_data_key(&self, sealed: &Sealed, context: &str) -> Result<Key, OpenError> {
        let master = self.find(&sealed.master_key).ok_or(OpenError::NoMasterKey)?;
        let data_key = master.key.open(&decode(&sealed.data_key)?, context.as_bytes())?;
        Key::from_bytes(&data_key).ok_or(OpenError::Tampered)
    }

    pub(crate) fn newest(&self) -> &Master {
        self.0.last().expect("there is always one")
    }

    pub(crate) fn oldest(&self) -> &Master {
        self.0.first().expect("there is always one")
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Master> {
        self.0.iter().find(|master| master.id == id)
    }
}

/// Where a file is.
fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

impl Master {
    fn random() -> Master {
        Master { id: random_text(ID_ALPHABET, ID_LENGTH).to_string(), key: Key::random() }
    }

    fn written(&self) -> Written {
        Written { id: self.id.clone(), key: Zeroizing::new(BASE64.encode(self.key.bytes())) }
    }
}

impl Written {
    fn read(&self) -> Option<Master> {
        let bytes = Zeroizing::new(BASE64.decode(self.key.as_bytes()).ok()?);
        Some(Master { id: self.id.clone(), key: Key::from_bytes(&bytes)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_made_once_and_are_the_owners() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.json");
        let made = MasterKeys::read_or_make(&path).expect("made");
        let read = MasterKeys::read_or_make(&path).expect("read");
        assert_eq!(made.newest().id, read.newest().id);
        assert_eq!(made.newest().key.bytes(), read.newest().key.bytes());
        let permissions = std::fs::metadata(&path).expect("the file").permissions();
        assert_eq!(permissions.mode() & 0o777, MODE);
    }

    #[test]
    fn a_key_is_added_to_those_of_the_file_by_one_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.json");
        let made = MasterKeys::read_or_make(&path).expect("made");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| MasterKeys::change(&path, MasterKeys::rotate).expect("added"));
            }
        });
        let read = MasterKeys::read(&path).expect("read");
        assert_eq!(read.ids().count(), 9);
        assert_eq!(read.ids().next(), made.ids().next());
        let permissions = std::fs::metadata(&path).expect("the file").permissions();
        assert_eq!(permissions.mode() & 0o777, MODE);
        let left = MasterKeys::change(&path, MasterKeys::forget_older).expect("forgotten");
        assert_eq!(left.ids().collect::<Vec<_>>(), read.ids().skip(8).collect::<Vec<_>>());
        let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(files.len(), 1, "the draft is gone");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("master.json");
        MasterKeys::random().write(&path).expect("written");
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(&path, open).expect("the test's own file");
        assert!(matches!(MasterKeys::read(&path), Err(MasterError::Open { mode: 0o644, .. })));
    }

    #[test]
    fn a_file_without_keys_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("empty", ""), ("none", "[]"), ("short", r#"[{"id":"a","key":"AA"}]"#)]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("the test's own folder");
            let mode = std::fs::Permissions::from_mode(MODE);
            std::fs::set_permissions(&path, mode).expect("the test's own file");
            assert!(matches!(MasterKeys::read(&path), Err(MasterError::NoKeys(_))), "{name}");
        }
    }
}
