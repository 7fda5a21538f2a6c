//! The real host: the node's port, implemented by the adapters.

mod container;
mod exits;
mod files;
mod output;
mod pull;
mod shim;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use images::ImageStore;
use linux_net::dns::DnsHandle;
use linux_net::{Egress, Network, TaskNetwork};
use model::session::{AssignedContainer, Assignment, LogPosition, NameRecord};
use model::{TaskKey, Timestamp};
use node::ports::{ContainerExit, Failure, Host, ImageFacts, LogChunk, Started, StopSignal};
use oci_runtime::{ContainerName, Signal, TaskHandle};
use tokio::sync::watch;

use crate::config::{Config, Paths};

/// COMPAT: Fargate's interfaces have jumbo frames; a veth pair has no wire to be short on.
const MTU: u32 = 1500;

#[derive(Debug)]
pub(crate) struct RealHost {
    config: Config,
    paths: Paths,
    images: ImageStore,
    network: Arc<Network>,
    names: DnsHandle,
    /// This program: the shim's, and the init program's of containers.
    executable: PathBuf,
    tasks: Tasks,
    readers: output::Readers,
}

impl RealHost {
    pub(crate) fn new(
        (config, paths): (Config, Paths),
        images: ImageStore,
        (network, names): (Arc<Network>, DnsHandle),
        executable: PathBuf,
    ) -> RealHost {
        RealHost {
            config,
            paths,
            images,
            network,
            names,
            executable,
            tasks: Tasks::default(),
            readers: output::Readers::default(),
        }
    }

    fn task_dir(&self, task: &TaskKey) -> PathBuf {
        self.paths.tasks().join(&task.id)
    }

    fn shim_dir(&self, task: &TaskKey) -> PathBuf {
        self.task_dir(task).join("shim")
    }

    fn container_dir(&self, task: &TaskKey, container: &str) -> PathBuf {
        self.task_dir(task).join("containers").join(container)
    }
}

impl Host for RealHost {
    fn now(&self) -> Timestamp {
        crate::clock::now()
    }

    async fn pull(&self, image: &str) -> Result<ImageFacts, Failure> {
        pull::pull(&self.images, image, &self.config.insecure_registries).await
    }

    async fn attach_network(&self, assignment: &Assignment) -> Result<(), Failure> {
        let Some(interface) = &assignment.spec.interface else {
            return Err(failure("the task has no network interface".to_owned()));
        };
        let network = TaskNetwork {
            task_id: assignment.task.id.clone(),
            address: interface.address,
            mac: files::mac(&interface.mac_address),
            mtu: MTU,
            egress: if interface.is_public { Egress::Masqueraded } else { Egress::Denied },
            local_addresses: Vec::new(),
        };
        // COMPAT: the prefix of such failures ("Stopped tasks error codes").
        let attached = self.network.attach_task(&network).await;
        attached.map(drop).map_err(|error| {
            failure(format!("ResourceInitializationError: failed to configure ENI: {error}"))
        })
    }

    async fn launch(&self, assignment: &Assignment) -> Result<(), Failure> {
        self.launch_shim(assignment).await.map_err(|error| {
            failure(format!("ResourceInitializationError: unable to start the task: {error:#}"))
        })
    }

    async fn start(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
        image: &ImageFacts,
    ) -> Result<Started, Failure> {
        self.start_container(assignment, container, image).await
    }

    async fn check(
        &self,
        task: &TaskKey,
        container: &str,
        command: &[String],
        timeout: Duration,
    ) -> bool {
        self.run_check(task, container, command, timeout).await
    }

    async fn signal(
        &self,
        task: &TaskKey,
        container: &str,
        signal: StopSignal,
    ) -> Result<(), Failure> {
        let handle = self.handle(task).await.map_err(|error| failure(error.to_string()))?;
        let name = name_of(container)?;
        let sent = match signal {
            StopSignal::Stop => handle.stop(&name).await,
            StopSignal::Kill => handle.kill(&name, Signal::KILL).await,
        };
        sent.map_err(|error| failure(error.to_string()))
    }

    async fn remove(&self, task: &TaskKey) -> Result<(), Failure> {
        self.remove_task(task).await.map_err(|error| failure(format!("{error:#}")))
    }

    async fn forget(&self, task: &TaskKey) {
        self.tasks.forget(&task.id);
        self.readers.forget(&task.id);
        let path = self.task_dir(task);
        if let Err(error) = files::remove_dir(path.clone()).await {
            tracing::error!(path = %path.display(), %error, "a task's directory stays behind");
        }
    }

    async fn next_exit(&self, task: &TaskKey, seen: &[String]) -> ContainerExit {
        exits::next(self, task, seen).await
    }

    async fn next_lines(
        &self,
        task: &TaskKey,
        container: &str,
        position: LogPosition,
    ) -> Option<LogChunk> {
        output::next_lines(self, task, container, position).await
    }

    async fn release_lines(&self, task: &TaskKey, container: &str, position: LogPosition) {
        if let (Ok(handle), Ok(name)) = (self.handle(task).await, name_of(container)) {
            let upto = position.stdout.min(position.stderr);
            // A shim that is gone holds nothing that could be let go of.
            let _ = handle.log_acknowledge(&name, upto).await;
        }
    }

    async fn set_names(&self, names: &[NameRecord]) {
        let table = names.iter().map(|one| (one.name.clone(), one.addresses.clone())).collect();
        self.names.replace_names(table);
        let wanted: BTreeSet<Ipv4Addr> =
            names.iter().flat_map(|one| one.addresses.iter().copied()).collect();
        self.set_balancer_addresses(wanted).await;
    }

    async fn collect_stale(&self, keep: &[TaskKey]) {
        self.collect(keep).await;
    }
}

/// The tasks whose shim is up, and the containers that were started in them.
#[derive(Debug, Default)]
struct Tasks {
    table: watch::Sender<BTreeMap<String, Known>>,
    balancer_addresses: tokio::sync::Mutex<BTreeSet<Ipv4Addr>>,
}

#[derive(Clone, Debug)]
enum Known {
    Held {
        handle: Arc<TaskHandle>,
        started: BTreeSet<String>,
    },
    /// Its output is not waited for any more. The mark stays: ids are never used again.
    Forgotten,
}

impl Tasks {
    fn hold(&self, task: &str, handle: TaskHandle, started: BTreeSet<String>) {
        let known = Known::Held { handle: Arc::new(handle), started };
        self.table.send_modify(|table| {
            table.insert(task.to_owned(), known);
        });
    }

    fn started(&self, task: &str, container: &str) {
        self.table.send_modify(|table| {
            if let Some(Known::Held { started, .. }) = table.get_mut(task) {
                started.insert(container.to_owned());
            }
        });
    }

    fn forget(&self, task: &str) {
        self.table.send_modify(|table| {
            table.insert(task.to_owned(), Known::Forgotten);
        });
    }

    fn get(&self, task: &str) -> Option<Arc<TaskHandle>> {
        match self.table.borrow().get(task) {
            Some(Known::Held { handle, .. }) => Some(Arc::clone(handle)),
            Some(Known::Forgotten) | None => None,
        }
    }

    /// Waits until the container was started; `None` when it never will be.
    async fn wait_started(&self, task: &str, container: &str) -> Option<Arc<TaskHandle>> {
        let mut table = self.table.subscribe();
        let is_settled = |table: &BTreeMap<String, Known>| match table.get(task) {
            Some(Known::Held { started, .. }) => started.contains(container),
            Some(Known::Forgotten) => true,
            None => false,
        };
        table.wait_for(is_settled).await.ok()?;
        self.get(task)
    }
}

fn failure(reason: String) -> Failure {
    Failure { reason }
}

fn name_of(container: &str) -> Result<ContainerName, Failure> {
    ContainerName::new(container).map_err(|error| failure(error.to_string()))
}
