//! Pure decisions: placement, deployments, replacement, draining, and a lint of every plan.
//!
//! Each planner is a function `(&Snapshot, Timestamp, &mut Rng) -> Plan`. It is
//! given the whole state and nothing else, so running it again after a crash,
//! a conflict or a lost event gives the plan that is right now.
//!
//! INVARIANT: no I/O, no clock, no source of randomness, no iteration over a hash map.
//! INVARIANT: a planner that has nothing to do gives an empty plan: running it again
//! on the state that its plan made changes nothing.

#![forbid(unsafe_code)]

pub mod assignment;
pub mod backoff;
pub mod bounds;
pub mod deployment;
pub mod health;
pub mod hook_call;
pub mod hooks;
pub mod kms_key;
pub mod lint;
pub mod network;
pub mod parameter;
pub mod placement;
pub mod preview;
pub mod reaper;
mod reconcilers;
pub mod report;
pub mod rollout;
pub mod rotation;
pub mod route_config;
pub mod secrets;
pub mod targets;
pub mod task;
pub mod task_set;
pub mod traffic;
pub mod watch;

pub use reconcilers::{Reconciler, reconcilers};
