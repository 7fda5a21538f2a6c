//! Every bound of the data plane, in one place.
//!
//! Together they keep the process under the 20,000 open files a host usually grants: clients and
//! targets have 8,000 connections each at most, whatever the listeners are.

use std::time::Duration;

/// Client connections of one listener.
pub(crate) const LISTENER_CONNECTIONS_MAX: usize = 6_000;
/// Client connections of all listeners.
pub(crate) const CLIENT_CONNECTIONS_MAX: usize = 8_000;
/// Connections to targets, health checks apart.
pub(crate) const TARGET_CONNECTIONS_MAX: usize = 8_000;
/// Connections one worker keeps open to one target while no request uses them.
pub(crate) const TARGET_IDLE_CONNECTIONS_MAX: usize = 128;
/// How long such a connection is kept.
pub(crate) const TARGET_IDLE_MAX: Duration = Duration::from_mins(1);
/// How often idle connections are looked through for expired and closed ones.
pub(crate) const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// Threads that serve connections, whatever the number of processors.
pub(crate) const WORKERS_MAX: usize = 16;
/// Accepted connections on their way to one of them.
pub(crate) const WORKER_QUEUE_MAX: usize = 1_024;
/// Connections waiting to be accepted on one listener.
pub(crate) const BACKLOG: u32 = 1_024;

/// The longest head of a request or a response, and the buffer behind it.
///
/// It has at most 100 headers on HTTP/1, which is hyper's own bound: told another one, hyper
/// clears its table of them for every head, and beyond its own it also allocates it.
pub(crate) const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Concurrent requests on one HTTP/2 connection.
pub(crate) const STREAMS_MAX: u32 = 128;

/// COMPAT: an application load balancer gives a target 10 s to take a connection.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first byte of a request to the last of its head.
pub(crate) const HEAD_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a removed listener's connections may go on.
pub(crate) const CLOSING_MAX: Duration = Duration::from_mins(5);
/// How long a client may go on in a tunnel whose target has ended.
pub(crate) const TUNNEL_CLOSING_MAX: Duration = Duration::from_secs(1);
/// The wait after a failed accept (no file descriptors, mostly).
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How often a listener that could not bind is tried again.
pub(crate) const BIND_RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// How often a request may be re-routed because its target was just deregistered.
pub(crate) const REROUTES_MAX: usize = 16;
/// How much of a health check's answer is read.
pub(crate) const CHECK_BODY_MAX: usize = 64 * 1024;
/// The first and the longest wait before an initial target that takes no connection is tried
/// again; its interval stays what counts.
pub(crate) const EARLY_CHECK_FIRST: Duration = Duration::from_millis(50);
pub(crate) const EARLY_CHECK_LAST: Duration = Duration::from_secs(1);
/// The least time between two checks of a target that requests found dead.
pub(crate) const HINTED_CHECK_SPACING: Duration = Duration::from_millis(250);

/// Commands waiting for the manager.
pub(crate) const COMMANDS_MAX: usize = 16;
/// Events not yet taken; beyond it the oldest goes, and `Handle::target_health` has the truth.
pub(crate) const EVENTS_MAX: usize = 16_384;
/// How long a shutdown waits for requests in flight.
pub(crate) const SHUTDOWN_MAX: Duration = Duration::from_secs(10);
