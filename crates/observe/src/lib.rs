//! Logs: ingest, keep, query.
//!
//! What CloudWatch Logs keeps: log groups, their streams, and the events in them. Events
//! come from the nodes in batches ([`Logs::ingest`]) and from callers of the API
//! ([`Logs::put_events`]); they are kept in compressed chunks, indexed by time, in one
//! database under the data directory.
//!
//! Why a database and not a file for each stream: most streams are one task's and stay
//! small; one log for all of them makes many streams' batches durable by one sync, needs
//! a fixed handful of open files, and makes an event, its stream's sequence number and
//! the making of its group one atomic step.
//!
//! INVARIANT: an answered write is durable.
//! INVARIANT: time is an argument; nothing here reads a clock.

#![forbid(unsafe_code)]

mod chunk;
mod database;
mod error;
mod event;
mod filter;
mod get;
mod group;
mod ingest;
mod logs;
mod pattern;
mod put;
mod scan;
mod stream;
mod sweep;
mod tags;
mod tail;
mod writer;

pub use chunk::{CHUNK_RAW_BYTES_MAX, LOOSE_CHUNKS_MAX};
pub use error::LogsError;
pub use event::{Event, FilteredEvent};
pub use filter::{FilterEvents, FilteredPage, SCANNED_BYTES_MAX, StreamSelection};
pub use get::{Anchor, EventPage, GetEvents};
pub use group::{GROUPS_PER_SCOPE_MAX, GroupKey, GroupMatch, GroupQuery, LogGroup, TAGS_MAX};
pub use ingest::{INGESTED_BYTES_MAX, Ingested};
pub use logs::{Logs, Page, READERS_MAX};
pub use pattern::{FilterPattern, PATTERN_LENGTH_MAX};
pub use put::{InputEvent, PUT_BYTES_MAX, PUT_EVENTS_MAX, Rejected};
pub use scan::{PAGE_BYTES_MAX, PAGE_EVENTS_MAX};
pub use stream::{LogStream, STREAMS_PER_GROUP_MAX, StreamKey, StreamOrder, StreamQuery};
pub use tail::{TAIL_EVENTS_MAX, Tail, TailPlace};
pub use writer::{QUEUED_WRITES_MAX, WRITES_PER_COMMIT_MAX};
