//! The load balancer's data plane: listeners, proxying, health checks and draining.
//!
//! It is on hyper 1 directly. Each client connection is one task on one of the worker threads, and
//! also drives the connection to the target it is using: a proxied request wakes one task twice
//! and crosses no thread.
//! What to do with a request is decided by `routing`; this crate owns the sockets.
//!
//! INVARIANT: a request reads the compiled table and nothing else; it takes no lock across an
//! await, and never waits for the control plane.
//! INVARIANT: the last configuration that compiled is on disk before it is reported as applied.
//! INVARIANT: once `Drained` is reported for a target, no request reaches it any more.

mod body;
mod client;
mod client_stream;
mod connect;
mod connection;
mod cookie;
mod drain;
mod events;
mod forwarding;
mod handle;
mod in_flight;
mod limits;
mod listener;
mod live;
mod manager;
mod metrics;
mod pages;
mod pool;
mod probe;
mod proxy;
mod random;
mod response;
mod saved;
mod screen;
mod send;
mod shared;
mod small_writes;
mod stall;
mod sticky;
mod target;
mod ticks;
mod tunnel;
mod wire;
mod workers;

pub use events::{Event, Events, TargetKey};
pub use handle::{ApplyError, Balancer, Clock, Handle, Options, StartError};
pub use listener::{FreshSockets, Sockets};
pub use metrics::LoadBalancerMetrics;
