//! The vocabulary: ids, ARNs, records, state tables, the snapshot and its changes.
//!
//! Everything above speaks in these types. They know no protocol, no clock and
//! no database.
//!
//! INVARIANT: nothing here does I/O, reads a clock or draws a random number.

#![forbid(unsafe_code)]

mod ids;
pub mod packet_rules;
mod plan;
pub mod principal;
pub mod record;
mod rng;
pub mod session;
mod snapshot;
mod table;
pub mod task_identity;
pub mod task_state;
mod time;

pub use ids::{Arn, Scope};
pub use plan::{Change, Expect, Plan};
pub use principal::Principal;
pub use record::*;
pub use rng::Rng;
pub use snapshot::{AnyRecord, Kind, Snapshot};
pub use table::{Entry, Key, Record, Table};
pub use task_state::{Actor, TaskState};
pub use time::Timestamp;
