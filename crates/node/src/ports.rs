//! What a node needs of its host, as one trait: the real host's adapters implement
//! it in the binary, and the simulator its own.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use model::packet_rules::PacketChange;
use model::session::{
    AssignedContainer, Assignment, DeniedTraffic, LogLine, LogPosition, NameRecord,
};
use model::{TaskKey, Timestamp};
use serde::{Deserialize, Serialize};

/// Everything that a node does to its host. Every effect may be repeated.
pub trait Host: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    fn wait_until(&self, at: Timestamp) -> impl Future<Output = ()> + Send;

    /// Makes the image present, pulling it if it is not, and says what it is.
    fn pull(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
    ) -> impl Future<Output = Result<ImageFacts, Failure>> + Send;

    /// Gives the task its namespace and its interface.
    fn attach_network(
        &self,
        assignment: &Assignment,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Takes up what serves a task whose network an earlier process attached.
    fn resume(&self, assignment: &Assignment) -> impl Future<Output = ()> + Send;

    /// Starts the process that holds the task, with its limits. Its network may come later.
    fn launch(&self, assignment: &Assignment) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Mounts the container's root and starts it.
    fn start(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
        image: &ImageFacts,
    ) -> impl Future<Output = Result<Started, Failure>> + Send;

    /// The containers of a launched task that were started, whoever started them.
    fn started(&self, task: &TaskKey) -> impl Future<Output = Vec<(String, Started)>> + Send;

    /// Runs a health check's command in a running container; true where it succeeded.
    fn check(
        &self,
        task: &TaskKey,
        container: &str,
        command: &[String],
        timeout: Duration,
    ) -> impl Future<Output = bool> + Send;

    /// Signals a container; one that has ended needs no signal.
    fn signal(
        &self,
        task: &TaskKey,
        container: &str,
        signal: StopSignal,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Takes away processes, mounts, namespace and cgroup, whatever there is of them.
    fn remove(&self, task: &TaskKey) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Takes away what outlives the task: its output, once it is shipped.
    fn forget(&self, task: &TaskKey) -> impl Future<Output = ()> + Send;

    /// The next end of a container of a launched task that is not among `seen`.
    ///
    /// Dropping the future loses nothing: whoever asks again is told again.
    fn next_exit(
        &self,
        task: &TaskKey,
        seen: &[String],
    ) -> impl Future<Output = ContainerExit> + Send;

    /// The next lines of a container's output after `position`; waits for them.
    /// `None` when the output has ended and all of it was given.
    fn next_lines(
        &self,
        task: &TaskKey,
        container: &str,
        position: LogPosition,
    ) -> impl Future<Output = Option<LogChunk>> + Send;

    /// Lets go of output before `position`: it is stored elsewhere.
    fn release_lines(
        &self,
        task: &TaskKey,
        container: &str,
        position: LogPosition,
    ) -> impl Future<Output = ()> + Send;

    /// Who may reach whom. In force when it returns, or told to whoever minds the host.
    fn set_packet_rules(&self, change: PacketChange) -> impl Future<Output = ()> + Send;

    /// What the packet filter denied lately.
    fn denied(&self) -> impl Future<Output = Result<Vec<DeniedTraffic>, Failure>> + Send;

    /// The names that tasks can look up, whole.
    fn set_names(&self, names: &[NameRecord]) -> impl Future<Output = ()> + Send;

    /// Removes what is on the host of tasks that are not among `keep`.
    fn collect_stale(&self, keep: &[TaskKey]) -> impl Future<Output = ()> + Send;

    /// Removes images that nothing needs; `in_use` are the digests of those that tasks have.
    /// Answers when to do it again, where some could be the images of tasks that begin.
    fn collect_images(
        &self,
        in_use: &BTreeSet<String>,
    ) -> impl Future<Output = Option<Timestamp>> + Send;
}

/// An effect that failed, in the words that the task's owner is shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// For example `CannotPullContainerError: …`.
    pub reason: String,
}

/// What the node keeps of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageFacts {
    /// `sha256:…` of the manifest.
    pub digest: String,
    pub stop_signal: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    pub runtime_id: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// The image's stop signal, SIGTERM unless it says otherwise.
    Stop,
    Kill,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerExit {
    Exited {
        container: String,
        code: i32,
        is_out_of_memory: bool,
        at: Timestamp,
    },
    /// The process that held the task is gone, and its containers with it.
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    pub lines: Vec<LogLine>,
    /// Where the next chunk begins.
    pub next: LogPosition,
}
