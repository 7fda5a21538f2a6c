//! What survives the node process: one file a task, replaced atomically, and the names
//! that tasks look up, so that they can while control is away.
//!
//! INVARIANT: a file is written before an effect that could not be found again
//! without it: the assignment before the first effect, the start of a container after.

use std::io;
use std::path::{Path, PathBuf};

use model::TaskKey;
use model::session::{Assignment, NameRecord};
use serde::{Deserialize, Serialize};

use crate::observed::Observed;

#[derive(Clone, Debug)]
pub(crate) struct Journal {
    folder: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) assignment: Assignment,
    pub(crate) observed: Observed,
}

impl Journal {
    pub(crate) fn open(folder: &Path) -> io::Result<Journal> {
        std::fs::create_dir_all(folder)?;
        Ok(Journal { folder: folder.to_owned() })
    }

    /// Every task that was known. A file that cannot be read is removed and named in the
    /// log: its task is then stale, and is collected.
    pub(crate) fn load(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for file in std::fs::read_dir(&self.folder)? {
            let path = file?.path();
            if path == self.names() {
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "json") {
                std::fs::remove_file(&path)?;
                continue;
            }
            match serde_json::from_slice(&std::fs::read(&path)?) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    tracing::error!(path = %path.display(), %error, "a journal is not readable");
                    std::fs::remove_file(&path)?;
                }
            }
        }
        Ok(entries)
    }

    pub(crate) fn write(&self, entry: &Entry) -> io::Result<()> {
        replace(&self.path(&entry.assignment.task), entry)
    }

    /// None where none were ever written; damaged ones are as good: control says them again.
    pub(crate) fn load_names(&self) -> io::Result<Vec<NameRecord>> {
        match std::fs::read(self.names()) {
            Ok(text) => Ok(serde_json::from_slice(&text).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write_names(&self, names: &[NameRecord]) -> io::Result<()> {
        replace(&self.names(), names)
    }

    pub(crate) fn remove(&self, task: &TaskKey) -> io::Result<()> {
        match std::fs::remove_file(self.path(task)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn path(&self, task: &TaskKey) -> PathBuf {
        self.folder.join(format!("{}.json", task.id))
    }

    /// No task's id is a word.
    fn names(&self) -> PathBuf {
        self.folder.join("names.json")
    }
}

fn replace(path: &Path, content: &(impl Serialize + ?Sized)) -> io::Result<()> {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, serde_json::to_vec(content)?)?;
    std::fs::rename(&draft, path)
}
