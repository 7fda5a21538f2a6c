//! How far a pull or an import has come, told layer by layer.
//!
//! Reports are thinned at the source, so that a listener may draw or send each one.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use crate::digest::Digest;

/// A listener; cheap to clone, called from any thread.
#[derive(Clone)]
pub struct Progress(Option<Arc<Listener>>);

type Listener = dyn Fn(&LayerProgress) + Send + Sync;

impl Progress {
    pub fn new(listener: impl Fn(&LayerProgress) + Send + Sync + 'static) -> Progress {
        Progress(Some(Arc::new(listener)))
    }

    /// Nobody listens.
    pub fn none() -> Progress {
        Progress(None)
    }

    pub(crate) fn report(&self, progress: &LayerProgress) {
        if let Some(listener) = &self.0 {
            listener(progress);
        }
    }
}

/// One layer's state. `bytes_total` is the size of the blob, compressed as it comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerProgress {
    pub diff_id: Digest,
    pub phase: LayerPhase,
    pub bytes_done: u64,
    pub bytes_total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerPhase {
    Download,
    Unpack,
    /// Unpacked, now or by an earlier image.
    Present,
}

impl fmt::Debug for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}

/// Bytes between two reports of the same layer.
const REPORT_BYTES: u64 = 1024 * 1024;

/// Counts towards one layer's phase and reports now and then.
pub(crate) struct Meter {
    progress: Progress,
    state: LayerProgress,
    reported: u64,
}

impl Meter {
    pub(crate) fn new(progress: Progress, state: LayerProgress) -> Meter {
        progress.report(&state);
        Meter { progress, state, reported: 0 }
    }

    pub(crate) fn advance(&mut self, bytes: u64) {
        self.state.bytes_done += bytes;
        let is_end = self.state.bytes_done == self.state.bytes_total;
        if is_end || self.state.bytes_done - self.reported >= REPORT_BYTES {
            self.reported = self.state.bytes_done;
            self.progress.report(&self.state);
        }
    }
}

/// Meters what is read through it.
pub(crate) struct MeteredReader<R> {
    pub(crate) inner: R,
    pub(crate) meter: Meter,
}

impl<R: Read> Read for MeteredReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if count > 0 {
            self.meter.advance(count as u64);
        }
        Ok(count)
    }
}
