//! Ends of processes: runtime calls, containers, commands, and the orphans of all of them.

use std::collections::VecDeque;

use rustix::process::{Pid, WaitOptions, WaitStatus, wait};

use super::Shim;
use crate::clock;
use crate::name::ContainerName;
use crate::protocol::{EventKind, Exit, Failure, FailureKind, Phase, Reply};
use crate::signal::Signal;
use crate::sys;

/// LIMIT: ends of processes remembered while a runtime call is under way. A container may end
/// before the call that started it tells its id; of that one there is one for each call.
const STRAYS_MAX: usize = 256;

/// A call of the runtime program that has not ended.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) pid: u32,
    pub(super) kind: JobKind,
}

#[derive(Clone, Debug)]
pub(super) enum JobKind {
    Run(ContainerName),
    Exec(u64),
    Delete(ContainerName),
}

/// Processes that ended while nobody knew whose they were.
#[derive(Debug, Default)]
pub(super) struct Strays(VecDeque<(u32, WaitStatus)>);

impl Strays {
    fn add(&mut self, pid: u32, status: WaitStatus) {
        self.0.push_back((pid, status));
        if self.0.len() > STRAYS_MAX {
            self.0.pop_front();
        }
    }

    pub(super) fn take(&mut self, pid: u32) -> Option<WaitStatus> {
        let index = self.0.iter().position(|(known, _)| *known == pid)?;
        self.0.remove(index).map(|(_, status)| status)
    }
}

impl Shim {
    pub(super) fn reap(&mut self) {
        while let Ok(Some(_)) = self.signals.next() {}
        while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
            self.ended(pid.as_raw_nonzero().get().unsigned_abs(), status);
        }
        if self.jobs.is_empty() {
            self.strays = Strays::default();
        }
    }

    fn ended(&mut self, pid: u32, status: WaitStatus) {
        if let Some(index) = self.jobs.iter().position(|job| job.pid == pid) {
            let job = self.jobs.swap_remove(index);
            self.job_ended(job.kind, status);
        } else if let Some(index) = self.running(pid) {
            self.container_ended(index, status);
        } else if !self.exec_ended(pid, status) {
            self.strays.add(pid, status);
        }
    }

    fn job_ended(&mut self, kind: JobKind, status: WaitStatus) {
        let is_success = status.exit_status() == Some(0);
        match kind {
            JobKind::Run(name) => {
                let files = self.run_files(&name);
                let result = match files.read_pid() {
                    Some(pid) if is_success => Ok(pid),
                    Some(_) | None => Err(files.failure("create")),
                };
                files.remove();
                self.started(&name, result);
            }
            JobKind::Exec(id) => self.exec_launched(id, is_success),
            JobKind::Delete(name) => self.deleted(&name),
        }
    }

    pub(super) fn started(&mut self, name: &ContainerName, result: Result<u32, Failure>) {
        let Some(index) = self.find(name) else { return };
        let container = &mut self.containers[index];
        let now_us = clock::now_us();
        match result {
            Ok(pid) => {
                container.phase = Phase::Running { pid, started_us: now_us };
                self.events.add(now_us, name.clone(), EventKind::Started);
                self.record();
                self.started_running(index, pid);
            }
            Err(failure) => {
                container.discard_outputs();
                container.phase = Phase::Failed(failure);
                self.events.add(now_us, name.clone(), EventKind::StartFailed);
                self.record();
            }
        }
        self.answer_waiting(index);
    }

    fn started_running(&mut self, index: usize, pid: u32) {
        if let Some(status) = self.strays.take(pid) {
            self.container_ended(index, status);
        } else if let Some(signal) = self.containers[index].pending_signal.take() {
            self::signal(pid, signal);
        }
    }

    fn answer_waiting(&mut self, index: usize) {
        let container = &mut self.containers[index];
        let reply = Self::start_reply(container);
        for id in std::mem::take(&mut container.waiting) {
            self.connections.reply(id, &reply);
        }
    }

    fn container_ended(&mut self, index: usize, status: WaitStatus) {
        let container = &mut self.containers[index];
        let Phase::Running { started_us, .. } = container.phase else { return };
        container.drain(&mut self.buffer);
        let group = self.bundle.cgroup.join(container.record.name.identifier());
        let signal = status.terminating_signal();
        let finished_us = clock::now_us();
        container.phase = Phase::Exited(Exit {
            code: exit_code(status),
            signal,
            oom_killed: self.hierarchy.oom_kills(&group) > 0,
            started_us,
            finished_us,
        });
        self.events.add(finished_us, container.record.name.clone(), EventKind::Exited);
        self.record();
    }

    fn deleted(&mut self, name: &ContainerName) {
        let Some(index) = self.find(name) else { return };
        let result = self.forget(name);
        let reply = match result {
            Ok(()) => Reply::Done,
            Err(message) => Reply::Failed(Failure::new(FailureKind::Storage, message)),
        };
        let mut container = self.containers.remove(index);
        for id in std::mem::take(&mut container.waiting) {
            self.connections.reply(id, &reply);
        }
        if let Reply::Failed(failure) = reply {
            container.is_removing = false;
            self.containers.insert(index, container);
            self.fail_shutdown(&failure.message);
            return;
        }
        self.events.add(clock::now_us(), name.clone(), EventKind::Removed);
        self.record();
    }

    fn running(&self, pid: u32) -> Option<usize> {
        self.containers.iter().position(
            |container| matches!(container.phase, Phase::Running { pid: own, .. } if own == pid),
        )
    }

    pub(super) fn find(&self, name: &ContainerName) -> Option<usize> {
        self.containers.iter().position(|container| container.record.name == *name)
    }
}

/// To a child that is not reaped, whose id therefore is its own.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It fails only for a process that has ended; its end is being read already.
        let _ = sys::kill(pid, signal);
    }
}

pub(super) fn exit_code(status: WaitStatus) -> i32 {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => 255,
    }
}
