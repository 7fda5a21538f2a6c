//! Files of bytes: each written once, under a name of its own making, and never changed.
//!
//! What nothing names any more is removed at once, or when its last reader is done with it.
//! Whatever a crash leaves over is removed at the next start.
//!
//! INVARIANT: no name of a file comes from a client.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::Rng;

use crate::object_rows::{Object, Piece};

#[derive(Debug)]
pub(crate) struct Blobs {
    directory: PathBuf,
    /// Readers of objects, by the objects' ids.
    held: Mutex<BTreeMap<i64, Held>>,
    rng: Mutex<Rng>,
}

#[derive(Debug, Default)]
struct Held {
    readers: usize,
    /// What goes with the last of them.
    doomed: Vec<Piece>,
}

/// Keeps an object's files while it is read, whatever becomes of the object.
#[derive(Debug)]
pub(crate) struct Hold {
    blobs: Arc<Blobs>,
    object: i64,
}

/// Hexadecimal digits of a file's name: as random as a UUID.
const NAME_DIGITS: usize = 32;

impl Blobs {
    /// Removes what `known` does not name.
    pub(crate) fn open(
        directory: PathBuf,
        rng: Rng,
        known: &BTreeSet<String>,
    ) -> io::Result<Arc<Blobs>> {
        DirBuilder::new().recursive(true).mode(0o700).create(&directory)?;
        for folder in std::fs::read_dir(&directory)? {
            for file in std::fs::read_dir(folder?.path())? {
                let file = file?;
                let name = file.file_name();
                if !name.to_str().is_some_and(|name| known.contains(name)) {
                    std::fs::remove_file(file.path())?;
                }
            }
        }
        Ok(Arc::new(Blobs { directory, held: Mutex::default(), rng: Mutex::new(rng) }))
    }

    /// A name that no file has.
    pub(crate) fn new_name(&self) -> String {
        self.rng.lock().unwrap_or_else(PoisonError::into_inner).hex(NAME_DIGITS)
    }

    /// A new file. It is not durable before [`Blobs::settle`].
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        let path = self.path(name);
        let folder = path.parent().unwrap_or(&self.directory);
        if !folder.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            File::open(&self.directory)?.sync_all()?;
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
    }

    pub(crate) fn settle(&self, name: &str, file: &File) -> io::Result<()> {
        file.sync_all()?;
        let path = self.path(name);
        File::open(path.parent().unwrap_or(&self.directory))?.sync_all()
    }

    pub(crate) fn open_one(&self, name: &str) -> io::Result<File> {
        File::open(self.path(name))
    }

    /// Keeps the files of an object, if they are still there.
    pub(crate) fn hold(self: &Arc<Blobs>, object: &Object) -> Option<Hold> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // They go all at once, while `held` is locked.
        if let Some(first) = object.pieces.first()
            && !self.path(&first.blob).exists()
        {
            return None;
        }
        held.entry(object.id).or_default().readers += 1;
        Some(Hold { blobs: Arc::clone(self), object: object.id })
    }

    /// Removes the files of an object that is no longer in the index.
    pub(crate) fn remove_object(&self, object: &Object) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&object.id) {
            Some(held) => held.doomed.extend(object.pieces.iter().cloned()),
            None => {
                for piece in &object.pieces {
                    self.remove(&piece.blob);
                }
            }
        }
    }

    /// A file that is left over is removed at the next start.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = std::fs::remove_file(self.path(name))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, name, "a file of the object store was not removed");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        let folder = name.get(..2).unwrap_or("00");
        self.directory.join(Path::new(folder)).join(name)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut all = self.blobs.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(held) = all.get_mut(&self.object) else { return };
        held.readers -= 1;
        if held.readers == 0 {
            let doomed = std::mem::take(&mut held.doomed);
            all.remove(&self.object);
            for piece in doomed {
                self.blobs.remove(&piece.blob);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;
    use crate::described::Described;

    fn object(id: i64, blob: &str) -> Object {
        let (key, etag) = ("k".to_owned(), String::new());
        let (modified_at, described) = (Timestamp::EPOCH, Described::default());
        let pieces = vec![Piece { blob: blob.to_owned(), size: 0 }];
        Object { id, key, modified_at, size: 0, etag, described, pieces }
    }

    #[test]
    fn a_file_stays_while_it_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = folder.path().join("blobs");
        let blobs = Blobs::open(directory, Rng::seeded(1), &BTreeSet::new()).expect("opened");
        let name = blobs.new_name();
        blobs.create(&name).expect("a file");
        let object = object(1, &name);
        let (first, second) = (blobs.hold(&object), blobs.hold(&object));
        blobs.remove_object(&object);
        drop(first.expect("it is there"));
        assert!(blobs.open_one(&name).is_ok());
        drop(second.expect("it is there"));
        assert!(blobs.open_one(&name).is_err());
        assert!(blobs.hold(&object).is_none());
        assert!(blobs.held.lock().expect("whole").is_empty());
    }

    #[test]
    fn what_nothing_names_is_gone_after_a_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = |known: &BTreeSet<String>| {
            Blobs::open(folder.path().join("blobs"), Rng::seeded(1), known).expect("opened")
        };
        let blobs = open(&BTreeSet::new());
        let (kept, lost) = (blobs.new_name(), blobs.new_name());
        for name in [&kept, &lost] {
            let file = blobs.create(name).expect("a file");
            blobs.settle(name, &file).expect("synced");
        }
        let blobs = open(&BTreeSet::from([kept.clone()]));
        assert!(blobs.open_one(&kept).is_ok());
        assert!(blobs.open_one(&lost).is_err());
    }
}
