//! Commands in running containers, with a deadline and a bound on their output.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitStatus, kill_process_group};

use super::container::output_pipe;
use super::reap::{Job, JobKind, exit_code};
use super::requests::{failed, no_such};
use super::runtime::CallFiles;
use super::{Shim, reap};
use crate::clock;
use crate::files;
use crate::protocol::{ExecOutcome, ExecRequest, ExecResult, FailureKind, Phase, Reply};

/// LIMIT: commands at a time; each holds a pipe and its output.
const EXECS_MAX: usize = 32;
/// LIMIT: COMPAT: Docker keeps as much of a health check's output.
const OUTPUT_BYTES_MAX: usize = 4096;

#[derive(Debug)]
pub(super) struct Exec {
    id: u64,
    connection: u64,
    files: CallFiles,
    /// Of the runtime's call, then of the command.
    pid: u32,
    is_launched: bool,
    has_expired: bool,
    deadline: Instant,
    pipe: Option<File>,
    output: Vec<u8>,
    is_truncated: bool,
}

impl Exec {
    pub(super) fn watched(&self) -> Option<(u64, BorrowedFd<'_>)> {
        Some((self.id, self.pipe.as_ref()?.as_fd()))
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        (!self.has_expired).then_some(self.deadline)
    }

    /// Moves what is there, once; beyond the bound it is read and dropped, or the command
    /// would wait for ever. Returns whether there may be more.
    fn read(&mut self, buffer: &mut [u8]) -> bool {
        let Some(pipe) = &mut self.pipe else { return false };
        match pipe.read(buffer) {
            Ok(0) => self.pipe = None,
            Ok(length) => {
                let room = OUTPUT_BYTES_MAX - self.output.len();
                self.is_truncated |= length > room;
                self.output.extend(&buffer[..length.min(room)]);
                return true;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.pipe = None,
        }
        false
    }
}

impl Shim {
    pub(super) fn exec(&mut self, connection: u64, request: &ExecRequest) -> Option<Reply> {
        let Some(index) = self.find(&request.name) else { return Some(no_such(&request.name)) };
        if !matches!(self.containers[index].phase, Phase::Running { .. }) {
            let message = format!("container `{}` is not running", request.name);
            return Some(failed(FailureKind::WrongPhase, message));
        }
        if self.execs.len() >= EXECS_MAX {
            return Some(failed(FailureKind::Limit, format!("{EXECS_MAX} commands are running")));
        }
        match self.launch_exec(connection, request) {
            Ok(exec) => {
                self.jobs.push(Job { pid: exec.pid, kind: JobKind::Exec(exec.id) });
                self.execs.push(exec);
                None
            }
            Err(error) => {
                let message = format!("OCI runtime program cannot be run: {error}");
                Some(failed(FailureKind::Runtime, message))
            }
        }
    }

    fn launch_exec(&mut self, connection: u64, request: &ExecRequest) -> io::Result<Exec> {
        self.execs_begun += 1;
        let id = self.execs_begun;
        let files = CallFiles::new(self.layout.run_dir(), &format!("exec-{id}"));
        let process = self.process_file(id);
        files::replace(&process, request.process.as_bytes())?;
        let (pipe, output): (File, OwnedFd) = output_pipe()?;
        let pid = self.call_exec(&request.name, &files, &process, output)?;
        Ok(Exec {
            id,
            connection,
            files,
            pid,
            is_launched: false,
            has_expired: false,
            deadline: clock::monotonic() + Duration::from_millis(request.timeout_ms),
            pipe: Some(pipe),
            output: Vec::new(),
            is_truncated: false,
        })
    }

    pub(super) fn read_exec(&mut self, id: u64) {
        if let Some(exec) = self.execs.iter_mut().find(|exec| exec.id == id) {
            exec.read(&mut self.buffer);
        }
    }

    /// The runtime's call has ended: the command runs, or never will.
    pub(super) fn exec_launched(&mut self, id: u64, is_success: bool) {
        let Some(index) = self.execs.iter().position(|exec| exec.id == id) else { return };
        // It holds the environment: gone as soon as it is read.
        let _ = files::remove_file(&self.process_file(id));
        let exec = &mut self.execs[index];
        let pid = exec.files.read_pid();
        if exec.has_expired {
            pid.into_iter().for_each(kill_group);
            self.finish_exec(index, ExecOutcome::TimedOut);
        } else if let (true, Some(pid)) = (is_success, pid) {
            exec.pid = pid;
            exec.is_launched = true;
            if let Some(status) = self.strays.take(pid) {
                self.exec_ended(pid, status);
            }
        } else {
            let failure = exec.files.failure("exec");
            exec.pipe = None;
            exec.output.clear();
            self.finish_exec(index, ExecOutcome::NotStarted(failure));
        }
    }

    /// Whether it was a command's end.
    pub(super) fn exec_ended(&mut self, pid: u32, status: WaitStatus) -> bool {
        let is_it = |exec: &Exec| exec.is_launched && exec.pid == pid;
        let Some(index) = self.execs.iter().position(is_it) else { return false };
        self.finish_exec(index, ExecOutcome::Exited { code: exit_code(status) });
        true
    }

    pub(super) fn expire_execs(&mut self) {
        let now = clock::monotonic();
        while let Some(index) = self
            .execs
            .iter()
            .position(|exec| exec.deadline().is_some_and(|deadline| deadline <= now))
        {
            let exec = &mut self.execs[index];
            exec.has_expired = true;
            kill_group(exec.pid);
            if exec.is_launched {
                // Its end need not be waited for; it is reaped as a stray.
                self.finish_exec(index, ExecOutcome::TimedOut);
            } else {
                reap::signal(self.execs[index].pid, crate::signal::Signal::KILL);
            }
        }
    }

    fn finish_exec(&mut self, index: usize, outcome: ExecOutcome) {
        let mut exec = self.execs.swap_remove(index);
        // What it left in the pipe, and no longer: a child of it may hold the other end.
        while exec.read(&mut self.buffer) && !exec.is_truncated {}
        exec.files.remove();
        let result = ExecResult {
            outcome,
            output: String::from_utf8_lossy(&exec.output).into_owned(),
            is_truncated: exec.is_truncated,
        };
        self.connections.reply(exec.connection, &Reply::Exec(result));
    }

    fn process_file(&self, id: u64) -> PathBuf {
        self.layout.run_dir().join(format!("exec-{id}.json"))
    }
}

/// The runtime makes each command the leader of a session, and so of a group.
fn kill_group(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It fails only for one that has ended.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}
