//! What a node may ask, and the answer, at once or with a later event.

use super::connections::Purpose;
use super::container::Container;
use super::reap::{Job, JobKind};
use super::{Shim, reap};
use crate::clock;
use crate::files;
use crate::name::ContainerName;
use crate::protocol::{
    ContainerRecord, ContainerStatus, Envelope, EventKind, Failure, FailureKind, KillSignal, Phase,
    Reply, Request, VERSION,
};
use crate::signal::Signal;

/// LIMIT: COMPAT: a task definition has at most ten containers; some may be ours.
const CONTAINERS_MAX: usize = 32;

impl Shim {
    pub(super) fn answer(&mut self, id: u64, envelope: Envelope) {
        if envelope.version != VERSION {
            let message = format!("this shim speaks version {VERSION}");
            self.connections.reply(id, &failed(FailureKind::Protocol, message));
            return;
        }
        self.connections.keep(id, Purpose::Reply);
        if let Some(reply) = self.serve_request(id, envelope.request) {
            self.connections.reply(id, &reply);
        }
    }

    /// `None` when the answer comes later.
    fn serve_request(&mut self, id: u64, request: Request) -> Option<Reply> {
        match request {
            Request::Create(record) => Some(self.create(record)),
            Request::Start { name } => self.start(id, &name),
            Request::Kill { name, signal } => Some(self.kill(&name, signal)),
            Request::Exec(exec) => self.exec(id, &exec),
            Request::Remove { name } => self.remove(Some(id), &name),
            Request::State => Some(Reply::Task(self.status())),
            Request::Events { after } => {
                self.connections.keep(id, Purpose::Events { after });
                None
            }
            Request::LogWait { name, sequence } => {
                self.connections.keep(id, Purpose::LogWait { name, sequence });
                None
            }
            Request::LogAcknowledge { name, sequence } => {
                // What was removed has nothing more to acknowledge.
                if let Some(index) = self.find(&name) {
                    self.containers[index].acknowledge(sequence);
                }
                Some(Reply::Done)
            }
            Request::Shutdown => {
                self.begin_shutdown(id);
                None
            }
        }
    }

    fn create(&mut self, record: ContainerRecord) -> Reply {
        if self.shutdown.is_some() {
            return shutting_down();
        }
        if let Some(index) = self.find(&record.name) {
            let is_same = self.containers[index].record == record;
            let text = "the container exists with other settings";
            return if is_same { Reply::Done } else { failed(FailureKind::WrongPhase, text) };
        }
        if self.containers.len() >= CONTAINERS_MAX {
            return failed(FailureKind::Limit, format!("{CONTAINERS_MAX} containers are there"));
        }
        let logs = self.layout.logs(&record.name);
        match Container::new(record, &logs) {
            Ok(container) => {
                self.containers.push(container);
                self.record();
                Reply::Done
            }
            Err(error) => failed(FailureKind::Storage, format!("cannot keep a log: {error}")),
        }
    }

    fn start(&mut self, id: u64, name: &ContainerName) -> Option<Reply> {
        let Some(index) = self.find(name) else { return Some(no_such(name)) };
        match self.containers[index].phase {
            Phase::Created if self.shutdown.is_some() => Some(shutting_down()),
            Phase::Created => {
                self.containers[index].waiting.push(id);
                self.begin_start(index);
                None
            }
            Phase::Starting => {
                self.containers[index].waiting.push(id);
                None
            }
            Phase::Running { .. } | Phase::Exited(_) | Phase::Failed(_) => {
                Some(Self::start_reply(&self.containers[index]))
            }
        }
    }

    fn begin_start(&mut self, index: usize) {
        let container = &mut self.containers[index];
        let name = container.record.name.clone();
        container.phase = Phase::Starting;
        let outputs = container.open_outputs();
        match outputs.and_then(|outputs| self.call_run(&name, outputs)) {
            Ok(pid) => self.jobs.push(Job { pid, kind: JobKind::Run(name) }),
            Err(error) => {
                let message = format!("OCI runtime program cannot be run: {error}");
                self.started(&name, Err(Failure::new(FailureKind::Runtime, message)));
            }
        }
    }

    pub(super) fn start_reply(container: &Container) -> Reply {
        match &container.phase {
            Phase::Failed(failure) => Reply::Failed(failure.clone()),
            phase => Reply::Container(ContainerStatus {
                name: container.record.name.clone(),
                phase: phase.clone(),
            }),
        }
    }

    /// A container that does not run cannot be killed any more, which is what was wanted.
    fn kill(&mut self, name: &ContainerName, signal: KillSignal) -> Reply {
        let Some(index) = self.find(name) else { return no_such(name) };
        let container = &mut self.containers[index];
        let signal = match signal {
            KillSignal::Stop => container.record.stop_signal,
            KillSignal::Number(signal) => signal,
        };
        match container.phase {
            Phase::Running { pid, .. } => reap::signal(pid, signal),
            Phase::Starting => {
                let is_final = container.pending_signal == Some(Signal::KILL);
                container.pending_signal = Some(if is_final { Signal::KILL } else { signal });
            }
            Phase::Created | Phase::Exited(_) | Phase::Failed(_) => {}
        }
        Reply::Done
    }

    /// Removes what a container left, but for its log.
    pub(super) fn remove(&mut self, id: Option<u64>, name: &ContainerName) -> Option<Reply> {
        let Some(index) = self.find(name) else { return Some(Reply::Done) };
        let container = &mut self.containers[index];
        match container.phase {
            Phase::Starting | Phase::Running { .. } => {
                return Some(failed(FailureKind::WrongPhase, format!("`{name}` is running")));
            }
            Phase::Created => return Some(self.remove_created(index)),
            Phase::Exited(_) | Phase::Failed(_) => {}
        }
        container.waiting.extend(id);
        if std::mem::replace(&mut container.is_removing, true) {
            return None;
        }
        match self.call_delete(name) {
            Ok(pid) => self.jobs.push(Job { pid, kind: JobKind::Delete(name.clone()) }),
            Err(error) => {
                let container = &mut self.containers[index];
                container.is_removing = false;
                container.waiting.retain(|waiting| Some(*waiting) != id);
                let message = format!("OCI runtime program cannot be run: {error}");
                return Some(failed(FailureKind::Runtime, message));
            }
        }
        None
    }

    fn remove_created(&mut self, index: usize) -> Reply {
        let name = self.containers[index].record.name.clone();
        if let Err(message) = self.forget(&name) {
            return failed(FailureKind::Storage, message);
        }
        self.containers.remove(index);
        self.events.add(clock::now_us(), name, EventKind::Removed);
        self.record();
        Reply::Done
    }

    /// Whatever the runtime's own deletion left or never knew of.
    pub(super) fn forget(&self, name: &ContainerName) -> Result<(), String> {
        let group = self.bundle.cgroup.join(name.identifier());
        self.hierarchy.kill_all(&group).map_err(|error| error.to_string())?;
        self.hierarchy.remove(&group).map_err(|error| error.to_string())?;
        let directories =
            [self.layout.runtime_root().join(name.identifier()), self.layout.container(name)];
        directories
            .iter()
            .try_for_each(|path| files::remove_tree(path))
            .map_err(|error| error.to_string())
    }
}

/// The answer to a wait for output, once there is one.
pub(super) fn log_progress(
    containers: &[Container],
    name: &ContainerName,
    sequence: u64,
) -> Vec<Reply> {
    let Some(container) = containers.iter().find(|container| container.record.name == *name) else {
        return vec![no_such(name)];
    };
    let progress = container.log_progress();
    let has_more = progress.next > sequence || progress.is_closed;
    if has_more { vec![Reply::Logs(progress)] } else { Vec::new() }
}

pub(super) fn failed(kind: FailureKind, message: impl Into<String>) -> Reply {
    Reply::Failed(Failure::new(kind, message))
}

pub(super) fn no_such(name: &ContainerName) -> Reply {
    failed(FailureKind::NoSuchContainer, format!("there is no container `{name}`"))
}

fn shutting_down() -> Reply {
    failed(FailureKind::ShuttingDown, "the task is being removed")
}
