//! What control says to a node and to the command line, and what they say to it.
//!
//! Control sends what is wanted: first whole, then what changed. A node reports
//! what it observed, always whole for the task, so that a lost report is made
//! good by the next.
//!
//! INVARIANT: every message may be sent again without harm.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::packet_rules::{PacketDelta, PacketRules};
use crate::record::{
    Cidr, ContainerDefinition, ContainerState, HealthStatus, ServiceKey, StopCode, TaskInterface,
    TaskKey,
};
use crate::task_identity::SecretText;
use crate::{TaskState, Timestamp};

/// The protocol's version, said by both sides first; different versions part.
pub const SESSION_VERSION: u32 = 4;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ToNode {
    /// All that the node is to hold. A task that is not in it is killed and removed.
    Desired {
        revision: u64,
        assignments: Vec<Assignment>,
        names: Vec<NameRecord>,
        packet_rules: Box<PacketRules>,
    },
    /// What changed since the last message of this session.
    Delta {
        revision: u64,
        changed: Vec<Assignment>,
        removed: Vec<TaskKey>,
        /// The whole name table where it changed.
        names: Option<Vec<NameRecord>>,
        /// In force before anything of the changed assignments is done.
        packet_rules: Option<Box<PacketDelta>>,
    },
    /// Asks for what the packet filter denied lately.
    ReportDenied,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromNode {
    Hello {
        facts: NodeFacts,
        /// Which only a node has: nobody else is taken for it.
        key: SecretText,
    },
    Report(Box<TaskReport>),
    /// Nothing is left of the tasks that were not among those wanted at this revision, a
    /// revision that control has said in this session.
    Settled {
        revision: u64,
    },
    /// What the packet filter denied lately, read after it was asked for; or why that is not
    /// known.
    Denied(Result<Vec<DeniedTraffic>, String>),
}

/// Packets of one kind that were dropped, of the last ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeniedTraffic {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    /// The protocol's number (RFC 5237).
    pub protocol: u8,
    /// Of the destination, for TCP and UDP.
    pub port: Option<u16>,
    pub packets: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeFacts {
    pub version: u32,
    pub id: String,
    /// The zones whose subnets it serves; empty is all of them.
    pub availability_zones: Vec<String>,
    pub cpu_units: u32,
    pub memory_mib: u32,
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
    /// What its host reaches by other ways than Longshore's.
    pub host_ranges: Vec<Cidr>,
}

/// A name that tasks can look up, and its addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRecord {
    pub name: String,
    pub addresses: Vec<Ipv4Addr>,
}

/// One task as its node is to run it. Nothing in it is left to look up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub task: TaskKey,
    /// The revision of the task's record. A node ignores an older one than it has seen.
    pub generation: u64,
    /// Whether the node is to end it: SIGTERM, the stop timeout, SIGKILL.
    pub is_stopping: bool,
    /// Whether a node has begun it: one that does not know it then cannot run it, since
    /// a task runs once.
    pub is_begun: bool,
    pub spec: TaskSpec,
}

impl Assignment {
    /// Whether a node that holds the task at this generation is to follow it.
    ///
    /// One of the same generation may say more than the last: that a task is to stop follows
    /// from its targets being gone, which leaves its own record as it is.
    pub fn is_news(&self, generation: u64) -> bool {
        self.generation >= generation
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// Overrides already applied.
    pub containers: Vec<AssignedContainer>,
    /// The limits of the task as a whole; `None` is unlimited.
    pub cpu_units: Option<u32>,
    pub memory_mib: Option<u32>,
    /// `None` gives the task a namespace with nothing but loopback.
    pub interface: Option<TaskInterface>,
    /// Whether its containers get credentials, of its task role.
    pub has_task_role: bool,
    pub family: String,
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignedContainer {
    pub id: String,
    pub definition: ContainerDefinition,
}

/// All that a node knows of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskReport {
    pub task: TaskKey,
    pub last_status: TaskState,
    pub health_status: HealthStatus,
    pub containers: Vec<ContainerReport>,
    pub pull_started_at: Option<Timestamp>,
    pub pull_stopped_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub stopping_at: Option<Timestamp>,
    pub execution_stopped_at: Option<Timestamp>,
    pub stopped_at: Option<Timestamp>,
    /// Why it ended by itself; a reason that control gave stays.
    pub stop_code: Option<StopCode>,
    pub stopped_reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerReport {
    pub name: String,
    pub image_digest: Option<String>,
    pub runtime_id: Option<String>,
    pub last_status: ContainerState,
    pub exit_code: Option<i32>,
    pub reason: Option<String>,
    pub health_status: HealthStatus,
}

/// A place in a container's output: the next record of each stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPosition {
    pub stdout: u64,
    pub stderr: u64,
}

impl LogPosition {
    /// Whether all that is before this place is before `other` as well.
    pub fn is_within(self, other: LogPosition) -> bool {
        self.stdout <= other.stdout && self.stderr <= other.stderr
    }
}

/// Lines of one log stream, on their way to the log store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogBatch {
    pub account: String,
    pub region: String,
    pub group: String,
    pub stream: String,
    /// Whether a missing group is made.
    pub is_group_created: bool,
    /// The lines' places in their source. A batch that is stored begins where the one
    /// before it ended.
    pub from: LogPosition,
    pub to: LogPosition,
    pub lines: Vec<LogLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Timestamp,
    pub message: String,
}

/// LIMIT: the lines of one batch.
pub const LOG_BATCH_LINES_MAX: usize = 1_000;

/// The answer to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogAnswer {
    /// Durable; the next batch may come.
    Stored,
    /// Not stored, for some of it was before: the output is to be read again from there.
    Resume { from: LogPosition },
    /// Never to be stored, so not to be sent again: the group is missing, for example.
    Refused { reason: String },
}

/// What a reader of a service's output asks for, first and once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRequest {
    pub service: ServiceKey,
    pub since: Option<Timestamp>,
    /// Of what there is, only so many of the last lines; at most [`TAIL_LINES_MAX`].
    pub last: Option<u32>,
    pub end: TailEnd,
}

/// LIMIT: the lines that can be asked for as the last ones.
pub const TAIL_LINES_MAX: u32 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TailEnd {
    /// Ends with what there is.
    Present,
    /// Goes on with what comes.
    Never,
    /// Goes on where another link broke, with what came after; what was before is not said
    /// again.
    Resumed { place: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TailAnswer {
    Lines {
        lines: Vec<TailLine>,
        /// Where to go on after these; `None` as long as what there was is not all said.
        place: Option<String>,
    },
    /// That was all of what there is.
    End,
    Refused {
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailLine {
    pub task: String,
    pub container: String,
    pub at: Timestamp,
    pub message: String,
}

/// Asks to be told how a service's deployment goes, until it has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchRequest {
    pub service: ServiceKey,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum WatchAnswer {
    /// How it is now; said again whenever something of it is otherwise.
    Deployment(Box<DeploymentView>),
    /// It has ended.
    End,
    Refused {
        reason: String,
    },
}

/// A deployment, as somebody sees it who waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeploymentView {
    pub id: String,
    pub strategy: String,
    pub status: String,
    pub stage: Option<String>,
    pub reason: Option<String>,
    pub is_final: bool,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
    /// When the stage goes on by itself: a bake time's or a hook's end.
    pub waits_until: Option<Timestamp>,
    /// Hooks that are not done: what they are, and how they stand.
    pub hooks: Vec<String>,
    /// The target, then what it takes the place of.
    pub revisions: Vec<RevisionView>,
    /// The service's last events, the oldest first.
    pub events: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RevisionView {
    pub definition: String,
    pub is_target: bool,
    pub desired: u32,
    pub running: u32,
    pub healthy: u32,
    pub failed: u32,
    /// Shares of traffic in permille, where the deployment moves traffic.
    pub production: Option<u32>,
    pub test: Option<u32>,
}

/// What a deployment would do, moment by moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewTimeline {
    /// What was assumed: how long tasks take to start, to become healthy and to stop, and how
    /// many of the new ones fail.
    pub start_millis: u64,
    pub health_millis: u64,
    pub stop_millis: u64,
    pub failing_tasks: u32,
    /// Whether the deployment had ended when looking ahead did.
    pub is_over: bool,
    pub status: String,
    pub reason: Option<String>,
    pub took_millis: u64,
    /// Tasks, in all.
    pub started: u32,
    pub stopped: u32,
    /// The most that the service takes at one moment.
    pub peak_tasks: u32,
    pub peak_cpu_units: u32,
    pub peak_memory_mib: u32,
    pub moments: Vec<PreviewMoment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewMoment {
    pub at_millis: u64,
    pub status: String,
    pub stage: Option<String>,
    /// By definition, how many tasks are started and told to stop.
    pub started: Vec<(String, u32)>,
    pub stopped: Vec<(String, u32)>,
    pub share: Option<PreviewShare>,
    /// The service's tasks that have not stopped.
    pub tasks: u32,
}

/// What the new revision gets of traffic, in permille.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewShare {
    pub production: u32,
    pub test: u32,
}
