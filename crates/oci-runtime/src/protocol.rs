//! What node and shim say to each other: one JSON line each way, versioned.
//!
//! A connection carries one request; events and log waits keep it open. That costs a connect
//! (tens of microseconds) and saves both sides from matching replies to requests.
//!
//! INVARIANT: every request may be repeated: one that was done already answers as if done now.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::name::ContainerName;
use crate::signal::Signal;
use crate::spec::LogSpec;

/// Raised when a field changes its meaning; a node refuses a shim that speaks another.
pub(crate) const VERSION: u32 = 1;
/// LIMIT: the longest request; a command's configuration, with its environment, is the largest.
pub(crate) const REQUEST_BYTES_MAX: usize = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Envelope {
    pub(crate) version: u32,
    pub(crate) request: Request,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Request {
    Create(ContainerRecord),
    Start { name: ContainerName },
    Kill { name: ContainerName, signal: KillSignal },
    Exec(ExecRequest),
    Remove { name: ContainerName },
    State,
    Events { after: u64 },
    LogWait { name: ContainerName, sequence: u64 },
    LogAcknowledge { name: ContainerName, sequence: u64 },
    Shutdown,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KillSignal {
    /// The one that the container's image or definition names.
    Stop,
    Number(Signal),
}

/// What the shim itself must know of a container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContainerRecord {
    pub(crate) name: ContainerName,
    pub(crate) stop_signal: Signal,
    pub(crate) logs: LogSpec,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct ExecRequest {
    pub(crate) name: ContainerName,
    /// The OCI process, as JSON text. It holds the environment, so it is never printed.
    pub(crate) process: String,
    pub(crate) timeout_ms: u64,
}

impl std::fmt::Debug for ExecRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ExecRequest").field("name", &self.name).finish_non_exhaustive()
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply {
    Done,
    Container(ContainerStatus),
    Task(TaskStatus),
    Exec(ExecResult),
    Logs(LogProgress),
    Event(Event),
    Failed(Failure),
}

/// All that a shim knows; its journal is this, too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStatus {
    pub version: u32,
    pub shim_pid: u32,
    /// Of the last event; subscribe after it to miss none.
    pub event_sequence: u64,
    /// Everything is removed and the shim is gone.
    pub is_finished: bool,
    pub containers: Vec<ContainerStatus>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerStatus {
    pub name: ContainerName,
    pub phase: Phase,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Created,
    Starting,
    Running { pid: u32, started_us: u64 },
    Exited(Exit),
    Failed(Failure),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// As a shell counts: 128 + the signal for a process that one ended.
    pub code: i32,
    pub signal: Option<i32>,
    /// A process of the container was killed for want of memory, whether or not this one.
    pub oom_killed: bool,
    pub started_us: u64,
    pub finished_us: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub sequence: u64,
    pub time_us: u64,
    pub container: ContainerName,
    pub kind: EventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Started,
    StartFailed,
    Exited,
    Removed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecResult {
    pub outcome: ExecOutcome,
    /// Standard output and error as they came, cut at a bound.
    pub output: String,
    pub is_truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecOutcome {
    Exited { code: i32 },
    TimedOut,
    NotStarted(Failure),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogProgress {
    /// The sequence number that the next record will get.
    pub next: u64,
    /// Both streams have ended: no record will follow.
    pub is_closed: bool,
}

/// Why the shim did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Failure {
    pub kind: FailureKind,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    CommandNotFound,
    PermissionDenied,
    WorkingDirectory,
    Mount,
    /// Any other refusal of the runtime program.
    Runtime,
    NoSuchContainer,
    /// Not possible in the phase the container is in.
    WrongPhase,
    ShuttingDown,
    /// A bound of the shim's is reached.
    Limit,
    /// The shim's own files could not be written.
    Storage,
    /// Not a request this shim understands.
    Protocol,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// COMPAT: the text that ECS puts into `reason` and `stoppedReason` for a container that
    /// could not be started.
    pub fn ecs_reason(&self) -> String {
        format!("CannotStartContainerError: {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commands_environment_is_not_printed() {
        let request = Request::Exec(ExecRequest {
            name: ContainerName::new("web").expect("a valid name"),
            process: "{\"env\":[\"PASSWORD=hunter2\"]}".to_owned(),
            timeout_ms: 1,
        });
        assert!(!format!("{request:?}").contains("hunter2"));
    }

    #[test]
    fn the_wire_form_stays_as_it_is() {
        let envelope = Envelope {
            version: VERSION,
            request: Request::Kill {
                name: ContainerName::new("web").expect("a valid name"),
                signal: KillSignal::Number(Signal::KILL),
            },
        };
        expect_test::expect![[
            r#"{"version":1,"request":{"kill":{"name":"web","signal":{"number":9}}}}"#
        ]]
        .assert_eq(&serde_json::to_string(&envelope).expect("plain data serialises"));
    }
}
