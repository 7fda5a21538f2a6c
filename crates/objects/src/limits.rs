//! What a client may cost us: every bound of the object store, by name.

use std::time::Duration;

/// LIMIT: requests at work at once, the reading of their answers included.
pub const REQUESTS_MAX: usize = 256;

/// LIMIT: how long a request waits for its place.
pub const PLACE_WAIT_MAX: Duration = Duration::from_secs(10);

/// The bounds that a test may set otherwise; the constants of this module unless it does.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub requests_max: usize,
    pub place_wait_max: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { requests_max: REQUESTS_MAX, place_wait_max: PLACE_WAIT_MAX }
    }
}

/// COMPAT: "Amazon S3 multipart upload limits": what one request may carry.
pub const PUT_BYTES_MAX: u64 = 5 << 30;

/// LIMIT: of one object; S3's own bound was this for most of its life.
pub const OBJECT_BYTES_MAX: u64 = 5 << 40;

/// COMPAT: "Amazon S3 multipart upload limits": of any part but the last.
pub const PART_BYTES_MIN: u64 = 5 << 20;

/// COMPAT: "Amazon S3 multipart upload limits".
pub const PART_NUMBER_MAX: i32 = 10_000;

/// LIMIT: a body that is a document: the parts of an upload, the keys to delete.
pub const DOCUMENT_BYTES_MAX: usize = 4 << 20;

/// LIMIT: documents in memory at once: with [`DOCUMENT_BYTES_MAX`], 128 MiB that nobody has yet
/// vouched for.
pub const DOCUMENTS_MAX: usize = 32;

/// COMPAT: "Bucket policies for Amazon S3": 20 KB.
pub const POLICY_BYTES_MAX: usize = 20 << 10;

/// COMPAT: "PutObject": names and values of user-defined metadata, together.
pub const METADATA_BYTES_MAX: usize = 2 << 10;

/// COMPAT: "Listing object keys programmatically".
pub const LISTED_MAX: i32 = 1000;

/// COMPAT: "`ListBuckets`": of one page.
pub const LISTED_BUCKETS_MAX: i32 = 10_000;

/// COMPAT: "`DeleteObjects`": keys of one request.
pub const DELETED_MAX: usize = 1000;

/// COMPAT: "Bucket quotas, limitations, and restrictions": for each account.
pub const BUCKETS_MAX: i64 = 10_000;

/// LIMIT: between two pieces of a body that is sent to us.
pub const BODY_STALL_MAX: Duration = Duration::from_secs(30);

/// LIMIT: of a refused body, what is read and thrown away, so that its sender gets to read the
/// refusal instead of a reset connection.
pub const DRAIN_BYTES_MAX: u64 = 8 << 20;

/// LIMIT: how long that may take.
pub const DRAIN_TIME_MAX: Duration = Duration::from_secs(5);

/// What is gathered before it is hashed and written, and read before it is sent.
pub const BLOCK_BYTES: usize = 256 << 10;

/// LIMIT: connections to the index that are kept for the next reader.
pub const IDLE_READERS_MAX: usize = 8;
