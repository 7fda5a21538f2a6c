//! What a task is given to run in, and where everything of it lies.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::name::ContainerName;

/// All that a shim is told at its start; kept in the task's directory, so that a shim that
/// died can be cleaned up after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskBundle {
    /// On disk: the journal and the containers' output. Outlives the shim.
    pub task_dir: PathBuf,
    /// On a memory file system, this task's alone: the socket, the runtime's state, and the
    /// configurations with their environments. Removed at shutdown.
    pub run_dir: PathBuf,
    /// The task's cgroup, from the root of the hierarchy: `/longshore/<instance>/<task>`.
    pub cgroup: PathBuf,
    pub network: Network,
    pub limits: TaskLimits,
    /// The OCI runtime program, by absolute path.
    pub runtime: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// The network of the host, as `host` network mode asks for.
    Host,
    /// Joined by path: `/run/netns/…`.
    Namespace(PathBuf),
}

/// Limits on all containers of the task together; `None` is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLimits {
    /// In ECS's units: 1,024 are one processor.
    pub cpu_units: Option<u32>,
    pub memory_bytes: Option<u64>,
    pub pids: Option<u64>,
}

/// The paths of one task; the only place that knows their names.
#[derive(Clone, Debug)]
pub struct Layout {
    task_dir: PathBuf,
    run_dir: PathBuf,
}

impl Layout {
    pub fn new(bundle: &TaskBundle) -> Self {
        Self { task_dir: bundle.task_dir.clone(), run_dir: bundle.run_dir.clone() }
    }

    pub(crate) fn bundle_of(task_dir: &Path) -> PathBuf {
        task_dir.join("task.json")
    }

    pub(crate) fn journal_of(task_dir: &Path) -> PathBuf {
        task_dir.join("shim.json")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        Self::journal_of(&self.task_dir)
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.task_dir.join("shim.lock")
    }

    pub(crate) fn complaints(&self) -> PathBuf {
        self.task_dir.join("shim.err")
    }

    /// Where the frames of a container's output are, for [`crate::logs::LogReader`].
    pub fn logs(&self, name: &ContainerName) -> PathBuf {
        self.task_dir.join("logs").join(name.identifier())
    }

    pub(crate) fn run_dir(&self) -> &Path {
        &self.run_dir
    }

    pub(crate) fn runtime_root(&self) -> PathBuf {
        self.run_dir.join("runtime")
    }

    pub(crate) fn container(&self, name: &ContainerName) -> PathBuf {
        self.run_dir.join("containers").join(name.identifier())
    }

    pub(crate) fn config(&self, name: &ContainerName) -> PathBuf {
        self.container(name).join("config.json")
    }
}

/// Inside of the run directory. Reached through a descriptor of that directory, because a
/// socket's address has room for 108 bytes only.
pub(crate) const SOCKET_NAME: &str = "shim.sock";
