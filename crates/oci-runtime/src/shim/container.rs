//! One container: its phase, and its output on the way into the log.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{OFlags, fcntl_setfl};
use rustix::pipe::{PipeFlags, pipe_with};

use crate::clock;
use crate::logs::{LogWriter, Splitter, Stream};
use crate::protocol::{ContainerRecord, LogProgress, Phase};
use crate::signal::Signal;

/// Reads of what a container left behind at its end. A pipe holds 64 KiB as a rule; it ends
/// the drain even if someone outside of the container goes on writing.
const DRAIN_READS: u32 = 64;

#[derive(Debug)]
pub(super) struct Container {
    pub(super) record: ContainerRecord,
    pub(super) phase: Phase,
    /// Connections that wait for it to be started, or to be removed.
    pub(super) waiting: Vec<u64>,
    pub(super) is_removing: bool,
    /// Asked for before there was a process to send it to.
    pub(super) pending_signal: Option<Signal>,
    log: LogWriter,
    outputs: [Option<Output>; 2],
}

#[derive(Debug)]
struct Output {
    pipe: File,
    splitter: Splitter,
}

impl Container {
    pub(super) fn new(record: ContainerRecord, logs: &Path) -> io::Result<Self> {
        let log = LogWriter::create(logs, &record.logs)?;
        Ok(Self {
            record,
            phase: Phase::Created,
            waiting: Vec::new(),
            is_removing: false,
            pending_signal: None,
            log,
            outputs: [None, None],
        })
    }

    /// Makes the pipes of both streams and returns the ends for the container.
    pub(super) fn open_outputs(&mut self) -> io::Result<[OwnedFd; 2]> {
        let (stdout, container_stdout) = output_pipe()?;
        let (stderr, container_stderr) = output_pipe()?;
        self.outputs = [
            Some(Output { pipe: stdout, splitter: Splitter::new(Stream::Stdout) }),
            Some(Output { pipe: stderr, splitter: Splitter::new(Stream::Stderr) }),
        ];
        Ok([container_stdout, container_stderr])
    }

    /// The container never ran: what is in the pipes is the runtime's own complaint.
    pub(super) fn discard_outputs(&mut self) {
        self.outputs = [None, None];
    }

    /// The pipes to be read. Not while the runtime still runs, which shares them; and not when
    /// the log is full, so that the container waits.
    pub(super) fn watched(&self) -> impl Iterator<Item = (Stream, BorrowedFd<'_>)> {
        let is_read =
            !matches!(self.phase, Phase::Created | Phase::Starting) && !self.log.is_full();
        Stream::ALL.into_iter().filter(move |_| is_read).filter_map(|stream| {
            Some((stream, self.outputs[stream.index()].as_ref()?.pipe.as_fd()))
        })
    }

    /// Moves what is there, once. Returns whether there may be more.
    pub(super) fn read(&mut self, stream: Stream, buffer: &mut [u8]) -> bool {
        let Self { outputs, log, .. } = self;
        let slot = &mut outputs[stream.index()];
        let Some(output) = slot else { return false };
        let time_us = clock::now_us();
        let is_open = match output.pipe.read(buffer) {
            Ok(0) => false,
            Ok(length) => {
                output.splitter.push(&buffer[..length], time_us, &mut |record| log.append(record));
                log.flush();
                return true;
            }
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted),
        };
        if !is_open {
            output.splitter.finish(time_us, &mut |record| log.append(record));
            log.flush();
            *slot = None;
        }
        false
    }

    /// All that the container wrote before it ended, so that who learns of the end finds the
    /// log whole; unless the log is full, then it follows as room is made.
    pub(super) fn drain(&mut self, buffer: &mut [u8]) {
        for stream in Stream::ALL {
            for _ in 0..DRAIN_READS {
                if self.log.is_full() || !self.read(stream, buffer) {
                    break;
                }
            }
        }
    }

    pub(super) fn acknowledge(&mut self, sequence: u64) {
        self.log.acknowledge(sequence);
    }

    pub(super) fn log_progress(&self) -> LogProgress {
        let has_ended = matches!(self.phase, Phase::Exited(_) | Phase::Failed(_));
        let is_closed = has_ended && self.outputs.iter().all(Option::is_none);
        LogProgress { next: self.log.next(), is_closed }
    }
}

/// A pipe whose reading end, ours, does not block; the writing end does, as programs expect.
pub(super) fn output_pipe() -> io::Result<(File, OwnedFd)> {
    let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
    fcntl_setfl(&ours, OFlags::NONBLOCK)?;
    Ok((File::from(ours), theirs))
}
