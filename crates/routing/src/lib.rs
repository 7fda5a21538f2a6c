//! Listeners, rules and target health compiled to one route table, and the pick of a target.
//!
//! The balancer reads nothing but what this crate compiles: where a request that arrived at some
//! address goes, which of a target group's targets gets it, and what a health check's outcome
//! makes of a target. Time, randomness, liveness and header access are arguments, so that every
//! decision of the data plane can be tested without a socket.
//!
//! INVARIANT: nothing here reads a clock, draws a random number or does I/O.
//! INVARIANT: a configuration that names something this crate does not honour does not parse or
//! does not compile; it is never accepted and ignored.
#![forbid(unsafe_code)]

mod compile;
mod condition;
pub mod config;
mod defaults;
mod health;
mod matcher;
mod pattern;
mod pick;
mod redirect;
pub mod session;
mod table;

pub use compile::{Refusal, compile};
pub use condition::Headers;
pub use config::Config;
pub use health::{CheckOutcome, HealthTracker, Reason, TargetHealth, TargetHealthState};
pub use matcher::{BadMatcher, CodeMatcher};
pub use pick::{Draw, Forward, LiveTarget, StickyTarget, fingerprint};
pub use redirect::RedirectParts;
pub use table::{
    Decision, GroupIndex, LOOPBACK, ListenerIndex, NoListener, RequestFacts, RouteTable,
    RoutedGroup, RoutedListener, RoutedLoadBalancer, RoutedTarget, TargetIndex,
};
