//! What a container is to be: plain data, in the node's terms rather than the runtime's.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::name::ContainerName;
use crate::signal::Signal;

/// COMPAT: Docker gives a container 64 MiB of `/dev/shm` unless told otherwise.
const SHARED_MEMORY_BYTES: u64 = 64 << 20;

#[derive(Clone, Debug)]
pub struct ContainerSpec {
    pub name: ContainerName,
    /// A directory that is mounted already.
    pub rootfs: PathBuf,
    pub root_access: RootAccess,
    pub process: ProcessSpec,
    pub hostname: Option<String>,
    /// The program on the host that becomes process 1 and is given the arguments, if asked
    /// for: a static executable that takes `init -- command…`.
    pub init: Option<PathBuf>,
    pub mounts: Vec<BindMount>,
    pub tmpfs: Vec<Tmpfs>,
    pub shared_memory_bytes: u64,
    pub resources: Resources,
    pub sysctls: BTreeMap<String, String>,
    pub stop_signal: Signal,
    pub logs: LogSpec,
}

impl ContainerSpec {
    /// A container with the defaults of everything but what has none.
    pub fn new(name: ContainerName, rootfs: PathBuf, args: Vec<String>) -> Self {
        Self {
            name,
            rootfs,
            root_access: RootAccess::ReadWrite,
            process: ProcessSpec::new(args),
            hostname: None,
            init: None,
            mounts: Vec::new(),
            tmpfs: Vec::new(),
            shared_memory_bytes: SHARED_MEMORY_BYTES,
            resources: Resources::default(),
            sysctls: BTreeMap::new(),
            stop_signal: Signal::TERM,
            logs: LogSpec::default(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootAccess {
    ReadWrite,
    ReadOnly,
}

#[derive(Clone, Debug)]
pub struct ProcessSpec {
    pub args: Vec<String>,
    pub environment: Environment,
    /// `uid`, `uid:gid`, `name`, `name:group` or nothing (root), resolved against the image.
    pub user: String,
    pub working_directory: String,
    pub capabilities: Capabilities,
    pub ulimits: Vec<Ulimit>,
    pub oom_score_adjust: i32,
    /// Off only by explicit wish: programs then may gain rights from set-user-id files.
    pub no_new_privileges: bool,
}

impl ProcessSpec {
    fn new(args: Vec<String>) -> Self {
        Self {
            args,
            environment: Environment::default(),
            user: String::new(),
            working_directory: "/".to_owned(),
            capabilities: Capabilities::default(),
            ulimits: Vec::new(),
            oom_score_adjust: 0,
            no_new_privileges: true,
        }
    }
}

/// Environment variables in order; the last of a name wins.
///
/// INVARIANT: values are never printed, since secrets are among them.
#[derive(Clone, Default)]
pub struct Environment(pub Vec<(String, String)>);

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Changes to Docker's default set; names with or without `CAP_`, or `ALL`.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    pub add: Vec<String>,
    pub drop: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Ulimit {
    /// As ECS names it: `nofile`, `memlock`…
    pub name: String,
    pub soft: u64,
    pub hard: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MountAccess {
    ReadWrite,
    ReadOnly,
}

#[derive(Clone, Debug)]
pub struct BindMount {
    pub source: PathBuf,
    pub destination: String,
    pub access: MountAccess,
}

#[derive(Clone, Debug)]
pub struct Tmpfs {
    pub destination: String,
    pub size_bytes: u64,
    /// Mount options beyond Docker's `nosuid,nodev,noexec`, such as `exec` or `mode=755`.
    pub options: Vec<String>,
}

/// `None` is no limit of the container's own; the task's limits hold all the same.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// The weight among siblings; 1,024 is one processor's worth.
    pub cpu_shares: Option<u64>,
    /// A ceiling, in the same units.
    pub cpu_limit_units: Option<u32>,
    pub memory_limit_bytes: Option<u64>,
    pub memory_reservation_bytes: Option<u64>,
    /// Memory and swap together, as the OCI counts it; needs swap accounting on the host.
    pub memory_and_swap_bytes: Option<u64>,
    pub pids: Option<u64>,
}

/// What happens to output while nobody ships it and the bound is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogMode {
    /// The oldest lines make room; the reader learns how many it missed.
    /// COMPAT: the default of ECS's `awslogs` mode since June 2025.
    #[default]
    NonBlocking,
    /// The shim stops reading and the container waits in its `write`.
    Blocking,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSpec {
    pub mode: LogMode,
    /// The bound on what is kept of one container's output that nobody acknowledged.
    pub bytes_max: u64,
}

impl Default for LogSpec {
    fn default() -> Self {
        Self { mode: LogMode::default(), bytes_max: 10 << 20 }
    }
}

/// A command in a running container: a health check.
#[derive(Clone, Debug)]
pub struct ExecSpec {
    pub args: Vec<String>,
    /// Beside the container's own.
    pub environment: Environment,
    /// The container's own if absent.
    pub user: Option<String>,
    pub working_directory: Option<String>,
    /// After which its process group is killed.
    pub timeout: Duration,
}
