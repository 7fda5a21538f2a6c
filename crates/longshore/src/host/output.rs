//! Containers' output, from the shim's files to whoever ships it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use model::session::{LogLine, LogPosition};
use model::{TaskKey, Timestamp};
use node::Host as _;
use node::ports::LogChunk;
use oci_runtime::logs::{LogReader, Position};
use oci_runtime::{ContainerName, Error, FailureKind, TaskHandle};

use super::held::Output;
use super::{RETRY_PAUSE, RealHost, name_of};

/// Readers between two calls, so that the next goes on where the last ended.
///
/// LIMIT: one a container of a task that the node holds.
#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<BTreeMap<(String, String), LogReader>>);

impl Readers {
    fn take(&self, task: &str, container: &str) -> Option<LogReader> {
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readers.remove(&(task.to_owned(), container.to_owned()))
    }

    fn keep(&self, task: &str, container: &str, reader: LogReader) {
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readers.insert((task.to_owned(), container.to_owned()), reader);
    }

    pub(super) fn forget(&self, task: &str) {
        let mut readers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|(of, _), _| of != task);
    }
}

pub(super) async fn next_lines(
    host: &RealHost,
    task: &TaskKey,
    container: &str,
    position: LogPosition,
) -> Option<LogChunk> {
    let name = name_of(container).ok()?;
    // A task that an earlier process held is found by its directory; one that is not there yet
    // is waited for.
    let _ = host.handle(task).await;
    let output = host.held.output(&task.id, &name).await;
    let from = Position { stdout: position.stdout, stderr: position.stderr };
    let known = host.readers.take(&task.id, container).filter(|r| r.position() == from);
    let mut reader = match known {
        Some(known) => known,
        None => output.reader(&name, from)?,
    };
    let mut sequence = from.acknowledged();
    loop {
        // Asked before reading: all records before the end that it says can then be read.
        let end = match &output {
            Output::Live(handle) => wait(host, (handle, &name), sequence).await,
            Output::Files(_) | Output::Nothing => None,
        };
        let (mut lines, returned) = read(reader).await?;
        reader = returned;
        if lines.is_empty() && end.is_none() {
            lines = reader.finish().into_iter().map(|read| line(&read)).collect();
            if lines.is_empty() {
                return None;
            }
        }
        if !lines.is_empty() {
            let at = reader.position();
            host.readers.keep(&task.id, container, reader);
            let next = LogPosition { stdout: at.stdout, stderr: at.stderr };
            return Some(LogChunk { lines, next });
        }
        sequence = end.unwrap_or(sequence);
    }
}

/// Waits for a record of this number. The number of the next one then, or `None` where none
/// will follow: what is in the files is all.
async fn wait(
    host: &RealHost,
    (handle, name): (&TaskHandle, &ContainerName),
    sequence: u64,
) -> Option<u64> {
    loop {
        match handle.log_wait(name, sequence).await {
            Ok(progress) => return (!progress.is_closed).then_some(progress.next),
            Err(Error::ShimGone) => return None,
            Err(Error::Refused(refusal)) if refusal.kind == FailureKind::NoSuchContainer => {
                return None;
            }
            Err(error) => {
                tracing::warn!(container = name.as_str(), %error, "output cannot be waited for");
                host.wait_until(host.now() + RETRY_PAUSE).await;
            }
        }
    }
}

async fn read(mut reader: LogReader) -> Option<(Vec<LogLine>, LogReader)> {
    let done = tokio::task::spawn_blocking(move || (reader.read(), reader)).await;
    let (batch, reader) = done.ok()?;
    match batch {
        Ok(batch) => {
            if batch.lost > 0 {
                tracing::warn!(records = batch.lost, "output was dropped before it was shipped");
            }
            Some((batch.lines.into_iter().map(|read| line(&read)).collect(), reader))
        }
        Err(error) => {
            tracing::error!(%error, "output cannot be read");
            None
        }
    }
}

fn line(line: &oci_runtime::logs::LogLine) -> LogLine {
    LogLine {
        at: Timestamp::from_millis(line.time_us as i64 / 1000),
        message: String::from_utf8_lossy(&line.bytes).into_owned(),
    }
}
