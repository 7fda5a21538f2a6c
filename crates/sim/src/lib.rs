//! A seeded simulation of deciding: production planners, simulated nodes, balancer and time.
//!
//! A run draws everything from its seed: what services there are, what people do to them, what
//! goes wrong and when. After every commit the laws are checked; then all is healed, and every
//! service must come to what was asked of it. The same seed gives the same log, to the byte.
//!
//! What is production here: the planners and their list, the lint, the rule by which plans are
//! committed, what a node and a balancer are told and what their words change, the node's steps
//! and reports, the balancer's table, pick and health counting. What is simulated: time, hosts,
//! sessions, clients, people.
//!
//! INVARIANT: nothing here reads a clock or draws chance but from the seed; only the bench
//! measures.

#![forbid(unsafe_code)]

mod balancer;
mod bench;
mod clock;
mod control;
mod dice;
mod faults;
mod host;
mod laws;
mod link;
mod log;
mod machine;
mod mutation;
mod operator;
mod queue;
mod records;
mod requests;
mod run;
mod session;
mod weights;
mod world;

pub use bench::{Measured, bench};
pub use laws::Broken;
pub use mutation::Mutation;
pub use run::{run, run_mutated};
pub use world::{Figures, Run};
