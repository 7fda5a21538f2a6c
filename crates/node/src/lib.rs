//! One host's tasks: desired against observed, one step at a time.
//!
//! Control says what each task is to be; [`step`] compares that with what was
//! observed and says what to do next; a runner does it through the [`Host`] and
//! observes what came of it. After a crash the observed state is read back from the
//! journal and the shims, and stepping goes on.
//!
//! INVARIANT: effects are idempotent: the one that a crash interrupted is done again.
//! INVARIANT: a task's containers never depend on this process: it may end at any time.

#![forbid(unsafe_code)]

mod image_collection;
mod journal;
mod log_ship;
mod manager;
pub mod observed;
pub mod ports;
mod probe;
pub mod report;
mod reports;
mod runner;
pub mod step;

pub use image_collection::ImageCollection;
pub use manager::{Node, NodeConfig};
pub use ports::Host;
