//! The shim: one small process a task, the parent of its containers.
//!
//! It is the subreaper of everything the runtime program starts, so exit statuses come to it
//! even though the runtime is gone; it reads the containers' output from the first byte; and it
//! keeps what happened until a node asks. It waits in one place, `poll`, and what it does there
//! is short: starting a container is a child process whose end is an event like any other.
//!
//! It ignores every signal but the death of children: who wants a task ended asks on the socket.
//!
//! INVARIANT: one thread, no lock, no wait but `poll` (and a bounded one for a cgroup that the
//! kernel has not quite let go of).

mod connections;
mod container;
mod events;
mod exec;
mod reap;
mod requests;
mod runtime;
mod setup;
mod shutdown;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::process::ExitCode;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::cgroup::Hierarchy;
use crate::clock;
use crate::files;
use crate::logs::Stream;
use crate::protocol::{ContainerStatus, TaskStatus, VERSION};
use crate::sys::SignalReader;
use crate::task::{Layout, TaskBundle};
use connections::{Connections, Purpose};
use container::Container;
use events::Events;
use exec::Exec;
use reap::{Job, Strays};

pub(crate) use setup::Announcement;

/// Read from a pipe at once.
const READ_BYTES: usize = 64 << 10;

/// The process's whole life: `--task-dir DIRECTORY`, where [`crate::launch`] left the bundle.
/// Says on standard output, in one line, that it is ready or why it is not.
pub fn run(args: Vec<OsString>) -> ExitCode {
    match setup::start(args) {
        Ok(mut shim) => {
            announce(&Announcement::Ready { pid: std::process::id() });
            shim.serve();
            // Its descriptors close with the process, not before: that is how a node that
            // waits for the end on its connection learns of it.
            std::mem::forget(shim);
            ExitCode::SUCCESS
        }
        Err(error) => {
            announce(&Announcement::Refused { reason: error.to_string() });
            ExitCode::FAILURE
        }
    }
}

/// Whoever started us may be gone already; then nobody needs the line.
fn announce(what: &Announcement) {
    if let Ok(line) = serde_json::to_string(what) {
        let mut stdout = io::stdout();
        let _ = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    }
}

struct Shim {
    bundle: TaskBundle,
    layout: Layout,
    hierarchy: Hierarchy,
    signals: SignalReader,
    listener: UnixListener,
    connections: Connections,
    containers: Vec<Container>,
    execs: Vec<Exec>,
    execs_begun: u64,
    jobs: Vec<Job>,
    strays: Strays,
    events: Events,
    /// Connections that wait for the end; somebody asked for it if there is one, even a
    /// connection that has gone since.
    shutdown: Option<Vec<u64>>,
    is_finished: bool,
    buffer: Vec<u8>,
    /// Held for as long as we live: there is one shim a task.
    _lock: File,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Signals,
    Listener,
    Connection(u64),
    Output(usize, Stream),
    Exec(u64),
}

impl Shim {
    fn serve(&mut self) {
        while !(self.is_finished && self.connections.is_idle()) {
            for source in self.wait() {
                self.handle(source);
            }
            self.expire_execs();
            self.advance_shutdown();
            self.pump();
        }
    }

    fn handle(&mut self, source: Source) {
        match source {
            Source::Signals => self.reap(),
            Source::Listener => self.connections.accept(&self.listener),
            Source::Connection(id) => {
                if let Some(envelope) = self.connections.receive(id, &mut self.buffer) {
                    self.answer(id, envelope);
                }
            }
            Source::Output(index, stream) => {
                // Sources are gathered before any is handled: a container may be gone.
                if let Some(container) = self.containers.get_mut(index) {
                    container.read(stream, &mut self.buffer);
                }
            }
            Source::Exec(id) => self.read_exec(id),
        }
    }

    fn wait(&self) -> Vec<Source> {
        let mut sources = vec![Source::Signals];
        let mut descriptors = vec![PollFd::new(&self.signals, PollFlags::IN)];
        let mut watch = |source, descriptor, flags| {
            sources.push(source);
            descriptors.push(PollFd::from_borrowed_fd(descriptor, flags));
        };
        if self.connections.has_room() && !self.is_finished {
            watch(Source::Listener, self.listener.as_fd(), PollFlags::IN);
        }
        for (id, descriptor, flags) in self.connections.watched() {
            watch(Source::Connection(id), descriptor, flags);
        }
        for (index, container) in self.containers.iter().enumerate() {
            for (stream, descriptor) in container.watched() {
                watch(Source::Output(index, stream), descriptor, PollFlags::IN);
            }
        }
        for (id, descriptor) in self.execs.iter().filter_map(Exec::watched) {
            watch(Source::Exec(id), descriptor, PollFlags::IN);
        }
        let timeout = self.timeout().and_then(|time| Timespec::try_from(time).ok());
        match poll(&mut descriptors, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => panic!("poll takes the descriptors we own: {error}"),
        }
        let is_ready = |descriptor: &PollFd<'_>| !descriptor.revents().is_empty();
        sources.into_iter().zip(&descriptors).filter(|(_, d)| is_ready(d)).map(|(s, _)| s).collect()
    }

    fn timeout(&self) -> Option<Duration> {
        let deadline = self.execs.iter().filter_map(Exec::deadline).min()?;
        // A little late, not a little early, which would be a busy loop.
        let late = Duration::from_millis(1);
        Some(deadline.saturating_duration_since(clock::monotonic()) + late)
    }

    /// Writes to connections what there is for them.
    fn pump(&mut self) {
        let Self { connections, containers, events, .. } = self;
        connections.pump(|purpose| match purpose {
            Purpose::Events { after } => events.following(after),
            Purpose::LogWait { name, sequence } => {
                requests::log_progress(containers, name, *sequence)
            }
            Purpose::Request | Purpose::Reply | Purpose::Closing => Vec::new(),
        });
    }

    fn status(&self) -> TaskStatus {
        let status = |container: &Container| ContainerStatus {
            name: container.record.name.clone(),
            phase: container.phase.clone(),
        };
        TaskStatus {
            version: VERSION,
            shim_pid: std::process::id(),
            event_sequence: self.events.last(),
            is_finished: self.is_finished,
            containers: self.containers.iter().map(status).collect(),
        }
    }

    /// Writes the journal. A disk that is full must not take the task down: the shim itself
    /// still knows, and the next change is written again.
    fn record(&self) {
        if let Ok(text) = serde_json::to_vec(&self.status()) {
            let _ = files::replace(&self.layout.journal(), &text);
        }
    }
}
