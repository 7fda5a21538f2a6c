//! A task's shim: launched, found again, and taken away with all of the task.

use std::collections::BTreeSet;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use images::Rootfs;
use model::session::Assignment;
use model::{TaskKey, Timestamp};
use node::Host as _;
use node::ports::Started;
use oci_runtime::{
    Attached, Error, Network, Phase, TaskBundle, TaskHandle, TaskLimits, TaskStatus,
};

use super::{RealHost, files};

/// LIMIT: processes of one task, so that none takes the host's.
const TASK_PIDS_MAX: u64 = 4096;

/// A shim that a node launched just before it was killed may hold the task's place and not
/// answer yet: the next node's own is refused so often at most.
const LAUNCHES_MAX: u32 = 5;
const LAUNCH_PAUSE: Duration = Duration::from_millis(200);

/// What is there of a task.
pub(super) enum Found {
    Alive(Arc<TaskHandle>),
    /// Its shim is gone, and what it last wrote down is this.
    Gone {
        journal: Option<TaskStatus>,
    },
    /// It was never launched.
    Nothing,
}

impl RealHost {
    pub(super) async fn launch_shim(&self, assignment: &Assignment) -> Result<()> {
        let task = &assignment.task;
        let shim_dir = self.shim_dir(task);
        let run_dir = self.paths.task_run(&task.id);
        std::fs::create_dir_all(&shim_dir)?;
        std::fs::create_dir_all(&run_dir)?;
        let mebibytes = |mib: u32| u64::from(mib) << 20;
        let bundle = TaskBundle {
            task_dir: shim_dir,
            run_dir,
            cgroup: self.paths.cgroup().join(&task.id),
            network: Network::Namespace(self.netns(&task.id)),
            limits: TaskLimits {
                cpu_units: assignment.spec.cpu_units,
                memory_bytes: assignment.spec.memory_mib.map(mebibytes),
                pids: Some(TASK_PIDS_MAX),
            },
            runtime: self.config.runtime.clone(),
        };
        let handle = self.launch_patiently(bundle).await?;
        let seen = handle.state().await.map(|status| started(&status)).unwrap_or_default();
        self.held.hold(&task.id, handle, seen);
        Ok(())
    }

    async fn launch_patiently(&self, bundle: TaskBundle) -> Result<TaskHandle, Error> {
        let mut launches = 1;
        loop {
            match oci_runtime::launch(bundle.clone(), &self.executable).await {
                Err(Error::Launch(_)) if launches < LAUNCHES_MAX => {
                    launches += 1;
                    self.wait_until(self.now() + LAUNCH_PAUSE).await;
                }
                launched => return launched,
            }
        }
    }

    /// Looks for a task that was launched, by this process or one before it.
    pub(super) async fn find(&self, task: &TaskKey) -> Result<Found, Error> {
        if let Some(handle) = self.held.handle(&task.id) {
            return Ok(Found::Alive(handle));
        }
        match oci_runtime::attach(&self.shim_dir(task)).await {
            Ok(Attached::Alive(handle)) => {
                let status = handle.state().await?;
                self.held.hold(&task.id, handle.clone(), started(&status));
                Ok(Found::Alive(self.held.handle(&task.id).unwrap_or_else(|| Arc::new(handle))))
            }
            Ok(Attached::Dead { journal, .. }) => Ok(Found::Gone { journal }),
            Ok(Attached::Finished { bundle, journal }) => {
                self.held.end(&task.id, Some(bundle));
                Ok(Found::Gone { journal: Some(journal) })
            }
            Err(error) if is_absent(&error) => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }

    /// The handle of a task that is to be there.
    pub(super) async fn handle(&self, task: &TaskKey) -> Result<Arc<TaskHandle>, Error> {
        match self.find(task).await? {
            Found::Alive(handle) => Ok(handle),
            Found::Gone { .. } | Found::Nothing => Err(Error::ShimGone),
        }
    }

    /// Takes away everything of a task but its output.
    pub(super) async fn remove_task(&self, task: &TaskKey) -> Result<()> {
        let bundle = remove_shim(&self.shim_dir(task)).await?;
        self.held.end(&task.id, bundle);
        unmount_all(&self.task_dir(task)).await?;
        self.network.detach_task(&task.id).await.context("its network stays")?;
        files::remove_dir(self.paths.task_run(&task.id)).await.context("its directory stays")?;
        Ok(())
    }

    /// Removes what is here of tasks that nobody holds.
    pub(super) async fn collect(&self, keep: &[TaskKey]) {
        let kept: BTreeSet<&str> = keep.iter().map(|task| task.id.as_str()).collect();
        let mut found = BTreeSet::new();
        for folder in [self.paths.tasks(), self.paths.run_dir.join("tasks")] {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                found.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
        if let Ok(attached) = self.network.list_tasks().await {
            found.extend(attached);
        }
        for id in found.iter().filter(|id| !kept.contains(id.as_str())) {
            let scope = model::Scope::new("", "");
            let task = TaskKey { scope, cluster: String::new(), id: id.clone() };
            tracing::info!(task = id, "removing what is left of a task");
            if let Err(error) = self.remove_task(&task).await {
                tracing::error!(task = id, error = format!("{error:#}"), "it is not removed");
                continue;
            }
            if let Err(error) = files::remove_dir(self.task_dir(&task)).await {
                tracing::error!(task = id, %error, "its directory is not removed");
            }
            self.held.forget(id);
        }
    }

    /// What fails is tried again with the next change.
    pub(super) async fn set_balancer_addresses(&self, wanted: BTreeSet<Ipv4Addr>) {
        let mut known = self.balancer_addresses.lock().await;
        let added: Vec<Ipv4Addr> = wanted.difference(&known).copied().collect();
        let removed: Vec<Ipv4Addr> = known.difference(&wanted).copied().collect();
        for address in added {
            match self.network.add_balancer_address(address).await {
                Ok(()) => drop(known.insert(address)),
                Err(error) => {
                    tracing::error!(%address, %error, "a load balancer's address is not there");
                }
            }
        }
        for address in removed {
            match self.network.remove_balancer_address(address).await {
                Ok(()) => drop(known.remove(&address)),
                Err(error) => tracing::error!(%address, %error, "a load balancer's address stays"),
            }
        }
    }

    fn netns(&self, task: &str) -> std::path::PathBuf {
        self.paths.run_dir.join("netns").join(task)
    }
}

/// Ends a task's shim and all that it holds. Answers where its output is.
pub(crate) async fn remove_shim(shim_dir: &Path) -> Result<Option<TaskBundle>> {
    let bundle = match oci_runtime::attach(shim_dir).await {
        Ok(Attached::Finished { bundle, .. }) => return Ok(Some(bundle)),
        Ok(Attached::Alive(handle)) => {
            let bundle = handle.bundle().clone();
            match handle.shutdown().await {
                Ok(()) => return Ok(Some(bundle)),
                Err(error) => tracing::warn!(%error, "a shim does not end by itself"),
            }
            Some(bundle)
        }
        Ok(Attached::Dead { bundle, .. }) => Some(bundle),
        Err(error) if is_absent(&error) => return Ok(None),
        // It is there and does not answer.
        Err(_) => None,
    };
    oci_runtime::cleanup(shim_dir).await.context("its processes stay")?;
    Ok(bundle)
}

/// Unmounts the root file systems of a task's containers. What they wrote stays.
pub(crate) async fn unmount_all(task_dir: &Path) -> Result<()> {
    let containers = task_dir.join("containers");
    let unmount = move || -> Result<()> {
        let entries = match std::fs::read_dir(containers) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            if let Some(rootfs) = Rootfs::find(&entry?.path())? {
                rootfs.unmount()?;
            }
        }
        Ok(())
    };
    tokio::task::spawn_blocking(unmount).await.context("unmounting was cut off")?
}

/// There is no task in the directory.
fn is_absent(error: &Error) -> bool {
    match error {
        Error::File { source, .. } => source.kind() == io::ErrorKind::NotFound,
        Error::Refused(_)
        | Error::ShimGone
        | Error::Deadline
        | Error::Launch(_)
        | Error::Bundle(_)
        | Error::Protocol
        | Error::Cgroup(_) => false,
    }
}

/// What was started in a task, by this process or one before it, and when.
pub(super) async fn started_containers(host: &RealHost, task: &TaskKey) -> Vec<(String, Started)> {
    let Ok(handle) = host.handle(task).await else { return Vec::new() };
    let Ok(status) = handle.state().await else { return Vec::new() };
    let started_us = |phase: &Phase| match phase {
        Phase::Running { started_us, .. } => Some(*started_us),
        Phase::Exited(exit) => Some(exit.started_us),
        Phase::Created | Phase::Starting | Phase::Failed(_) => None,
    };
    status
        .containers
        .iter()
        .filter_map(|container| {
            let at = Timestamp::from_millis(started_us(&container.phase)? as i64 / 1000);
            let runtime_id = super::runtime_id(task, &container.name);
            Some((container.name.as_str().to_owned(), Started { runtime_id, at }))
        })
        .collect()
}

/// The containers that have been started, whether or not they run still.
fn started(status: &TaskStatus) -> BTreeSet<String> {
    status
        .containers
        .iter()
        .filter(|container| match container.phase {
            Phase::Created | Phase::Starting => false,
            Phase::Running { .. } | Phase::Exited(_) | Phase::Failed(_) => true,
        })
        .map(|container| container.name.as_str().to_owned())
        .collect()
}
