//! One client connection, as its requests and its watcher see it.
//!
//! hyper resolves ambiguous framing (both `Content-Length` and `Transfer-Encoding`, or a length
//! said twice) before a request is seen, by leaving lines out. To refuse such requests instead,
//! the connection keeps the raw bytes that arrived since it last wrote: the head in question,
//! whenever the client waited for its last answer as all but smugglers do.

use std::{
    net::{SocketAddr, SocketAddrV4},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{HeaderValue, Method};
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    limits::{HEAD_BYTES_MAX, HEAD_TIMEOUT},
    metrics::Counters,
    shared::Shared,
};

/// A client connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) shared: Arc<Shared>,
    pub(crate) arrived_at: SocketAddrV4,
    pub(crate) peer: SocketAddr,
    /// The peer's address and the port it reached, ready to be headers.
    pub(crate) peer_value: HeaderValue,
    pub(crate) port_value: HeaderValue,
    pub(crate) protocol: Protocol,
    open_requests: AtomicUsize,
    last_activity: AtomicU64,
    /// When the first byte of a request came whose head is not complete; 0 if there is none.
    head_since: AtomicU64,
    head: Mutex<Vec<u8>>,
    /// Its share of the connections that may be open, for as long as anything of it lives.
    _permits: [OwnedSemaphorePermit; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Where a connection comes from and where it went.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) arrived_at: SocketAddrV4,
    pub(crate) peer: SocketAddr,
    pub(crate) permits: [OwnedSemaphorePermit; 2],
}

/// How often a request's head says how long the body is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Framing {
    pub(crate) content_lengths: usize,
    pub(crate) transfer_encodings: usize,
}

/// A request that is not answered to the end yet.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    pub(crate) client: Arc<Client>,
    pub(crate) counters: Option<Arc<Counters>>,
}

/// What keeps more than this from being held per connection between requests.
const KEPT_CAPACITY_MAX: usize = 4 * 1024;

impl Client {
    pub(crate) fn new(shared: Arc<Shared>, ends: Ends, protocol: Protocol) -> Self {
        let header = |text: String| HeaderValue::try_from(text).expect("an address is ASCII");
        Self {
            last_activity: AtomicU64::new(shared.ticks.now()),
            shared,
            arrived_at: ends.arrived_at,
            peer: ends.peer,
            peer_value: header(ends.peer.ip().to_string()),
            port_value: header(ends.arrived_at.port().to_string()),
            protocol,
            open_requests: AtomicUsize::new(0),
            head_since: AtomicU64::new(0),
            head: Mutex::new(Vec::new()),
            _permits: ends.permits,
        }
    }

    pub(crate) fn bytes_read(&self, bytes: &[u8]) {
        let now = self.shared.ticks.now();
        self.last_activity.store(now, Ordering::Relaxed);
        if bytes.is_empty() || self.protocol == Protocol::Http2 {
            return;
        }
        if self.head_since.load(Ordering::Relaxed) == 0 && self.open() == 0 {
            self.head_since.store(now, Ordering::Relaxed);
        }
        let mut head = self.lock_head();
        let room = HEAD_BYTES_MAX.saturating_sub(head.len());
        head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    pub(crate) fn bytes_written(&self) {
        self.last_activity.store(self.shared.ticks.now(), Ordering::Relaxed);
        if self.protocol == Protocol::Http1 {
            let mut head = self.lock_head();
            if head.capacity() > KEPT_CAPACITY_MAX {
                *head = Vec::new();
            }
            head.clear();
        }
    }

    /// How the request now being handled says the length of its body, as it was received; none
    /// if its head is not at hand (it was sent before the last answer).
    pub(crate) fn framing(&self, method: &Method) -> Option<Framing> {
        framing(&self.lock_head(), method)
    }

    pub(crate) fn idle_for(&self) -> Duration {
        self.shared.ticks.since(self.last_activity.load(Ordering::Relaxed))
    }

    pub(crate) fn open(&self) -> usize {
        self.open_requests.load(Ordering::Relaxed)
    }

    /// Whether a request's head has been on its way for too long.
    pub(crate) fn is_head_late(&self) -> bool {
        let since = self.head_since.load(Ordering::Relaxed);
        since != 0 && self.shared.ticks.since(since) >= HEAD_TIMEOUT
    }

    fn lock_head(&self) -> MutexGuard<'_, Vec<u8>> {
        self.head.lock().expect("no holder of this lock panics")
    }
}

impl OpenRequest {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        client.open_requests.fetch_add(1, Ordering::Relaxed);
        client.head_since.store(0, Ordering::Relaxed);
        Self { client, counters: None }
    }

    /// Says whose request it is, once that is known.
    pub(crate) fn count(&mut self, counters: &Arc<Counters>) {
        if self.counters.is_none() {
            counters.request_started();
            self.counters = Some(Arc::clone(counters));
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.client.open_requests.fetch_sub(1, Ordering::Relaxed);
        if let Some(counters) = &self.counters {
            counters.request_finished();
        }
    }
}

fn framing(received: &[u8], method: &Method) -> Option<Framing> {
    let start = received.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let rest = received[start..].strip_prefix(method.as_str().as_bytes())?.strip_prefix(b" ")?;
    let mut framing = Framing::default();
    for line in rest.split_inclusive(|byte| *byte == b'\n').skip(1) {
        let line = line.strip_suffix(b"\n")?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Some(framing);
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or(line).trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            framing.content_lengths += 1;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            framing.transfer_encodings += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_read_from_the_head_alone() {
        let table: [(&str, Option<(usize, usize)>); 6] = [
            ("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nTransfer-Encoding: x\r\n", Some((1, 0))),
            ("\r\nPOST / HTTP/1.1\r\nCONTENT-LENGTH: 1\r\nContent-length:1\r\n\r\n", Some((2, 0))),
            ("POST / HTTP/1.1\nTransfer-Encoding: chunked\nContent-Length: 1\n\n", Some((1, 1))),
            ("POST / HTTP/1.1\r\nHost: a\r\n", None),
            ("leftover\r\nPOST / HTTP/1.1\r\n\r\n", None),
            ("", None),
        ];
        for (received, wanted) in table {
            let wanted = wanted.map(|(content_lengths, transfer_encodings)| Framing {
                content_lengths,
                transfer_encodings,
            });
            assert_eq!(framing(received.as_bytes(), &Method::POST), wanted);
        }
    }
}
