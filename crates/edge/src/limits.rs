//! What a client may cost us: every bound of the listener, by name.

use std::time::Duration;

/// LIMIT: more than any request needs, but for DynamoDB's largest batches: AWS takes 16 MB of them
/// and 6 MB of others.
pub const BODY_BYTES_MAX: usize = 8 << 20;

/// LIMIT: a body above this size waits for one of [`BIG_BODIES_MAX`] places.
pub const SMALL_BODY_BYTES: usize = 64 << 10;

/// LIMIT: with [`BODY_BYTES_MAX`], 256 MiB for bodies that nobody has yet vouched for.
pub const BIG_BODIES_MAX: usize = 32;

/// LIMIT: of a body that is too big, what is read and thrown away, so that its
/// sender gets to read the refusal instead of a reset connection.
pub const BODY_DRAIN_BYTES_MAX: usize = 32 << 20;

/// LIMIT: request line and headers. A session token takes a few kB of it.
pub const HEAD_BYTES_MAX: usize = 16 << 10;

/// LIMIT: headers of one request; the SDKs send about fifteen.
pub const HEADER_COUNT_MAX: usize = 100;

/// LIMIT: for a connection to send a request's head, the first or the next; so
/// an idle connection lives as long.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// LIMIT: from the head to the last byte of the body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// LIMIT: from the head to the answer; less than the 60 s that SDKs wait.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(55);

/// LIMIT: open connections; more wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 1024;

/// LIMIT: requests at work at once, over all connections.
pub const REQUESTS_MAX: usize = 1024;

/// LIMIT: requests at once on one HTTP/2 connection.
pub const STREAMS_PER_CONNECTION_MAX: u32 = 128;

/// LIMIT: for open requests to finish once a shutdown was asked for.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// The bounds that are enforced; the constants of this module unless a test says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub body_bytes_max: usize,
    pub head_bytes_max: usize,
    pub header_count_max: usize,
    pub head_timeout: Duration,
    pub body_timeout: Duration,
    pub request_timeout: Duration,
    pub connections_max: usize,
    pub requests_max: usize,
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            body_bytes_max: BODY_BYTES_MAX,
            head_bytes_max: HEAD_BYTES_MAX,
            header_count_max: HEADER_COUNT_MAX,
            head_timeout: HEAD_TIMEOUT,
            body_timeout: BODY_TIMEOUT,
            request_timeout: REQUEST_TIMEOUT,
            connections_max: CONNECTIONS_MAX,
            requests_max: REQUESTS_MAX,
            shutdown_grace: SHUTDOWN_GRACE,
        }
    }
}
