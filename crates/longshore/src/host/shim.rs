//! A task's shim: launched, found again, and taken away with all of the task.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use images::Rootfs;
use model::TaskKey;
use model::session::Assignment;
use oci_runtime::{Attached, Network, Phase, TaskBundle, TaskHandle, TaskLimits, TaskStatus};

use super::{RealHost, files};

/// LIMIT: processes of one task, so that none takes the host's.
const TASK_PIDS_MAX: u64 = 4096;

/// The task's shim is not there.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the process that held the task ended")]
pub(super) struct Lost;

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
        let handle = oci_runtime::launch(bundle, &self.executable).await?;
        let started = handle.state().await.map(|status| started(&status)).unwrap_or_default();
        self.tasks.hold(&task.id, handle, started);
        Ok(())
    }

    /// The handle of a task that was launched, by this process or one before it.
    pub(super) async fn handle(&self, task: &TaskKey) -> Result<Arc<TaskHandle>, Lost> {
        if let Some(handle) = self.tasks.get(&task.id) {
            return Ok(handle);
        }
        match oci_runtime::attach(&self.shim_dir(task)).await {
            Ok(Attached::Alive(handle)) => {
                let status = handle.state().await.map_err(|_| Lost)?;
                self.tasks.hold(&task.id, handle, started(&status));
                self.tasks.get(&task.id).ok_or(Lost)
            }
            Ok(_) | Err(_) => Err(Lost),
        }
    }

    /// Takes away everything of a task but its output.
    pub(super) async fn remove_task(&self, task: &TaskKey) -> Result<()> {
        self.remove_shim(&self.shim_dir(task)).await?;
        self.unmount_all(&self.task_dir(task)).await?;
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
        }
    }

    pub(super) async fn set_balancer_addresses(&self, wanted: BTreeSet<Ipv4Addr>) {
        let mut known = self.tasks.balancer_addresses.lock().await;
        for address in wanted.difference(&known) {
            if let Err(error) = self.network.add_balancer_address(*address).await {
                tracing::error!(%address, %error, "a load balancer's address is not there");
            }
        }
        for address in known.difference(&wanted) {
            if let Err(error) = self.network.remove_balancer_address(*address).await {
                tracing::error!(%address, %error, "a load balancer's address stays");
            }
        }
        *known = wanted;
    }

    fn netns(&self, task: &str) -> std::path::PathBuf {
        self.paths.run_dir.join("netns").join(task)
    }

    async fn remove_shim(&self, shim_dir: &Path) -> Result<()> {
        match oci_runtime::attach(shim_dir).await {
            Ok(Attached::Alive(handle)) => {
                if handle.shutdown().await.is_ok() {
                    return Ok(());
                }
                oci_runtime::cleanup(shim_dir).await.context("its processes stay")
            }
            Ok(_) => oci_runtime::cleanup(shim_dir).await.context("its processes stay"),
            // It was never launched.
            Err(_) => Ok(()),
        }
    }

    async fn unmount_all(&self, task_dir: &Path) -> Result<()> {
        let containers = task_dir.join("containers");
        let unmount = move || -> Result<()> {
            for entry in std::fs::read_dir(containers).into_iter().flatten() {
                let path = entry?.path();
                if let Some(rootfs) = Rootfs::find(&path)? {
                    rootfs.unmount()?;
                }
            }
            Ok(())
        };
        tokio::task::spawn_blocking(unmount).await.context("unmounting was cut off")?
    }
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
