//! Runs the reconcilers and holds the node and balancer sessions.
//!
//! A reconciler is a pure planner. It is woken by every commit and by its own
//! timers, is given the latest snapshot and nothing else, and its plans are linted
//! and committed. A conflict is no error: the commit that caused it wakes it again.
//!
//! INVARIANT: nothing here decides; the planners do.

#![forbid(unsafe_code)]

mod balancer_session;
mod clock;
mod functions;
mod identity_session;
mod inquiries;
mod log_session;
mod node_session;
mod presence;
mod reconcile;
mod service_output;
mod sessions;
mod settled;
mod sweep;
mod tail_session;
mod watch_session;

pub use clock::Clock;
pub use functions::Functions;
pub use inquiries::Inquiries;
pub use presence::Presence;
pub use reconcile::run_reconciler;
pub use sessions::{SessionState, serve_sessions};
pub use settled::Settled;
pub use sweep::sweep_logs;
