//! Bytes on their way in: from a stream into a file, hashed as they come.
//!
//! INVARIANT: a file is whole, checked and synced before anything names it; one that is not, or
//! whose writer went away, is removed.

use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::{S3Error, S3Result, StdError, dto, s3_error};
use tokio::time::timeout;

use crate::blobs::Blobs;
use crate::checksum::{Algorithm, Checksum, Stated, check, check_md5, in_trailer};
use crate::fault;
use crate::index::blocking;
use crate::limits::{BLOCK_BYTES, BODY_STALL_MAX, PUT_BYTES_MAX};

/// What is known of the bytes before they come.
pub(crate) struct Expected {
    pub(crate) md5: Option<[u8; 16]>,
    pub(crate) stated: Stated,
    /// What is to be computed whatever is stated.
    pub(crate) wanted: Vec<Algorithm>,
    /// Of what is said after the bytes.
    pub(crate) trailers: Box<dyn FnOnce() -> Option<HeaderMap> + Send>,
    pub(crate) length: Option<u64>,
}

impl Expected {
    /// Of bytes that are ours already.
    pub(crate) fn nothing(wanted: Vec<Algorithm>) -> Expected {
        let trailers = Box::new(|| None);
        Expected { md5: None, stated: Stated::Nothing, wanted, trailers, length: None }
    }
}

/// Bytes that are durable, and that nothing names yet.
pub(crate) struct Written {
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
    pub(crate) checksums: Vec<Checksum>,
    draft: Draft,
}

/// Removes its file unless it is kept.
struct Draft {
    blobs: Arc<Blobs>,
    name: Option<String>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            self.blobs.remove(&name);
        }
    }
}

impl Written {
    pub(crate) fn name(&self) -> &str {
        self.draft.name.as_deref().unwrap_or_default()
    }

    /// The index names it from now on.
    pub(crate) fn keep(mut self) {
        self.draft.name = None;
    }

    pub(crate) fn etag(&self) -> String {
        hex(&self.md5)
    }

    pub(crate) fn checksum(&self, algorithm: Algorithm) -> Option<&Checksum> {
        self.checksums.iter().find(|one| one.algorithm == algorithm)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The file and all sums over it, which go to and fro between threads.
struct Sink {
    file: File,
    md5: Md5,
    hasher: ChecksumHasher,
    size: u64,
}

/// Writes a stream to a file of its own, and checks it.
pub(crate) async fn write<S>(
    blobs: &Arc<Blobs>,
    mut stream: S,
    expected: Expected,
) -> S3Result<Written>
where
    S: Stream<Item = Result<Bytes, StdError>> + Unpin,
{
    let mut algorithms = expected.wanted.clone();
    algorithms.extend(expected.stated.algorithm().filter(|one| !expected.wanted.contains(one)));
    let draft = Draft { blobs: Arc::clone(blobs), name: Some(blobs.new_name()) };
    let mut sink = open(&draft, &algorithms).await?;
    let mut block = BytesMut::with_capacity(BLOCK_BYTES);
    let mut received = 0;
    loop {
        let next = timeout(BODY_STALL_MAX, stream.next()).await.map_err(|_| stalled())?;
        let Some(bytes) = next.transpose().map_err(|error| broken(&error))? else { break };
        received += bytes.len() as u64;
        if received > PUT_BYTES_MAX {
            return Err(fault::too_large());
        }
        block.extend_from_slice(&bytes);
        if block.len() >= BLOCK_BYTES {
            sink = take(sink, block.split().freeze()).await?;
        }
    }
    if expected.length.is_some_and(|length| length != received) {
        return Err(incomplete());
    }
    sink = take(sink, block.freeze()).await?;
    let written = settle(draft, sink, &algorithms).await?;
    check_all(expected, &written)?;
    Ok(written)
}

async fn open(draft: &Draft, algorithms: &[Algorithm]) -> S3Result<Sink> {
    let mut hasher = ChecksumHasher::default();
    for one in algorithms {
        one.add_to(&mut hasher);
    }
    let (blobs, name) = (Arc::clone(&draft.blobs), draft.name.clone().unwrap_or_default());
    blocking(move || {
        let file = blobs.create(&name).map_err(|error| fault::internal(&error))?;
        Ok::<_, S3Error>(Sink { file, md5: Md5::new(), hasher, size: 0 })
    })
    .await
}

async fn take(mut sink: Sink, bytes: Bytes) -> S3Result<Sink> {
    blocking(move || {
        sink.md5.update(&bytes);
        sink.hasher.update(&bytes);
        sink.size += bytes.len() as u64;
        sink.file.write_all(&bytes).map_err(|error| fault::internal(&error))?;
        Ok::<_, S3Error>(sink)
    })
    .await
}

async fn settle(draft: Draft, sink: Sink, algorithms: &[Algorithm]) -> S3Result<Written> {
    let (blobs, name) = (Arc::clone(&draft.blobs), draft.name.clone().unwrap_or_default());
    let (file, size) = (sink.file, sink.size);
    blocking(move || blobs.settle(&name, &file).map_err(|error| fault::internal(&error))).await?;
    let found: dto::Checksum = sink.hasher.finalize();
    let full = |one: &Algorithm| Some(Checksum::full(*one, one.of(&found)?));
    let checksums = algorithms.iter().filter_map(full).collect();
    Ok(Written { size, md5: sink.md5.finalize(), checksums, draft })
}

fn check_all(expected: Expected, written: &Written) -> S3Result<()> {
    check_md5(expected.md5, &written.md5)?;
    let computed = |algorithm| written.checksum(algorithm).map(|one| one.value.as_str());
    match expected.stated {
        Stated::Nothing => Ok(()),
        Stated::Value(algorithm, stated) => {
            check(algorithm, &stated, computed(algorithm).unwrap_or_default())
        }
        Stated::Trailer(algorithm) => {
            let trailers = (expected.trailers)();
            let stated = trailers.and_then(|trailers| in_trailer(algorithm, &trailers));
            let stated = stated.ok_or_else(|| {
                let message = "The request contained trailing data that was not well-formed or did \
                               not conform to our published schema.";
                fault::custom("MalformedTrailerError", 400, message.to_owned())
            })?;
            check(algorithm, &stated, computed(algorithm).unwrap_or_default())
        }
    }
}

/// COMPAT: "List of error codes": `RequestTimeout`.
fn stalled() -> S3Error {
    s3_error!(
        RequestTimeout,
        "Your socket connection to the server was not read from or written to within the timeout \
         period. Idle connections will be closed."
    )
}

fn incomplete() -> S3Error {
    s3_error!(
        IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
}

/// Why a body ended early. What verifies it tells so by its words alone.
fn broken(error: &StdError) -> S3Error {
    let text = error.to_string();
    let says = |word: &str| text.contains(word);
    if says("Sha256Mismatch") {
        let message =
            "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return fault::custom("XAmzContentSHA256Mismatch", 400, message.to_owned());
    }
    if says("SignatureMismatch") {
        return s3_error!(
            SignatureDoesNotMatch,
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method."
        );
    }
    tracing::debug!(error = text, "a body was cut off");
    incomplete()
}
