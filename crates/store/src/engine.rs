//! The port behind which records are kept: revisioned bytes by key.
//!
//! The semantics are etcd's, cut down to what the store needs: every record carries
//! the revision that last wrote it, and a commit is atomic. Comparing is the store's
//! work, since it alone writes; an engine that is shared by several hosts fences each
//! append by its lease instead.

use std::path::PathBuf;

/// Keeps records. Calls block, and come from one thread.
///
/// INVARIANT: what `append` returned `Ok` for is there after a crash of the process
/// or of the host.
pub trait Engine: Send + 'static {
    /// All that is kept, at the last durable revision.
    fn load(&mut self) -> Result<Contents, EngineError>;

    /// Makes the commits durable, in order, each of them atomic.
    ///
    /// After an error any number of the first ones may be durable: the caller stops,
    /// acknowledges none, and learns the truth by loading again.
    fn append(&mut self, commits: &[EngineCommit]) -> Result<(), EngineError>;
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Of the last commit, which may have left no record behind.
    pub revision: u64,
    /// In no order.
    pub records: Vec<StoredRecord>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecord {
    pub key: String,
    pub revision: u64,
    pub value: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineCommit {
    /// Higher than that of every commit before it.
    pub revision: u64,
    /// No key twice.
    pub writes: Vec<Write>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    Put { key: String, value: Vec<u8> },
    Delete { key: String },
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("the store `{}` is open in another process", path.display())]
    Locked { path: PathBuf },
    #[error("the store `{}` is damaged: {detail}", path.display())]
    Corrupt { path: PathBuf, detail: String },
    #[error("the file `{}` is a database of some other program", path.display())]
    Foreign { path: PathBuf },
    #[error(
        "the store `{}` has schema {found}, made by a newer version; this one knows {known}",
        path.display()
    )]
    NewerSchema { path: PathBuf, found: i64, known: i64 },
    #[error("the store `{}` cannot be read or written: {detail}", path.display())]
    Unavailable { path: PathBuf, detail: String },
}
