//! Containers through an OCI runtime program, and the shim that holds a task.
//!
//! A task is held by one small process, the shim ([`shim::run`]), which outlives the node
//! process: it starts the containers by running `runc`, is the parent that reaps them, frames
//! their output into files and answers on a unix socket. The node drives it through
//! [`TaskHandle`], and finds it again by the task's directory alone.
//!
//! INVARIANT: what a shim knows of a container is in its journal before anyone is told.
//! INVARIANT: the shim is single-threaded and never blocks on a container, a client or runc.
//! INVARIANT: nothing that may hold a secret (a container's environment) is written outside of
//! the task's run directory, which is on a memory file system.

mod bundle;
pub mod cgroup;
mod client;
mod clock;
mod files;
pub mod init;
mod inside;
pub mod logs;
mod name;
mod protocol;
pub mod shim;
mod signal;
mod spec;
mod sys;
mod task;
mod user;
mod wait;

pub use bundle::BundleError;
pub use client::{
    Attached, Error, EventStream, TaskHandle, attach, cleanup, launch, list, read_journal,
};
pub use name::{ContainerName, InvalidName};
pub use protocol::{
    ContainerStatus, Event, EventKind, ExecOutcome, ExecResult, Exit, Failure, FailureKind,
    LogProgress, Phase, TaskStatus,
};
pub use signal::{InvalidSignal, Signal};
pub use spec::{
    BindMount, Capabilities, ContainerSpec, Environment, ExecSpec, LogMode, LogSpec, MountAccess,
    ProcessSpec, Resources, RootAccess, Tmpfs, Ulimit,
};
pub use task::{Layout, Network, TaskBundle, TaskLimits};
pub use user::{ResolvedUser, UserError};
