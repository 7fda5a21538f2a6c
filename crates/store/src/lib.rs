//! The durable record store: one trait, its engines, and their conformance suite.
//!
//! A [`Store`] holds every record in memory as an immutable snapshot and makes each
//! commit durable through an [`Engine`]. Reads take the snapshot; writes are plans,
//! checked against the latest snapshot by a single writer.
//!
//! INVARIANT: a commit is durable before it is published, and published before it
//! is answered.
//! INVARIANT: an engine holds bytes; it knows no record.

#![forbid(unsafe_code)]

mod engine;
mod memory;
mod sqlite;
mod store;
mod watcher;
mod writer;

pub use engine::{Contents, Engine, EngineCommit, EngineError, StoredRecord, Write};
pub use memory::MemoryEngine;
pub use sqlite::SqliteEngine;
pub use store::{CommitError, OpenError, Refusal, Store, TransactError};
pub use store::{PLAN_CHANGES_MAX, RECORD_BYTES_MAX, TRANSACT_TRIES_MAX};
pub use watcher::{Closed, HISTORY_COMMITS_MAX, Watcher};
pub use writer::{COMMITS_PER_APPEND_MAX, QUEUED_COMMITS_MAX};
