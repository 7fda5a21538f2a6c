//! The real host: the node's port, implemented by the adapters.

mod container;
mod exits;
mod files;
mod held;
mod identity;
mod output;
mod pull;
mod shim;

pub(crate) use shim::{remove_shim, unmount_all};

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use images::ImageStore;
use linux_net::dns::DnsHandle;
use linux_net::{Network, TaskNetwork};
use model::packet_rules::PacketChange;
use model::session::{AssignedContainer, Assignment, DeniedTraffic, LogPosition, NameRecord};
use model::task_identity::SecretText;
use model::{TaskKey, Timestamp};
use node::ports::{ContainerExit, Failure, Host, ImageFacts, LogChunk, Started, StopSignal};
use oci_runtime::{ContainerName, Error, FailureKind, Signal};
use tokio::sync::{Mutex, Semaphore};

use crate::config::{Config, Paths};

/// COMPAT: Fargate's interfaces have jumbo frames; a veth pair has no wire to be short on.
const MTU: u32 = 1500;

/// LIMIT: shims and containers that are started at once: more would only wait for each other,
/// and the last of them beyond its deadline.
const STARTS_AT_ONCE_MAX: usize = 32;

/// Between two attempts at what failed for a reason that passes.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct RealHost {
    config: Config,
    paths: Paths,
    images: ImageStore,
    puller: pull::Puller,
    network: Arc<Network>,
    names: DnsHandle,
    /// Those that the host has been given.
    balancer_addresses: Mutex<BTreeSet<Ipv4Addr>>,
    /// This program: the shim's, and the init program's of containers.
    executable: PathBuf,
    held: held::HeldTasks,
    starts: Semaphore,
    readers: output::Readers,
    identities: Arc<identity::Identities>,
}

impl RealHost {
    pub(crate) fn new(
        (config, paths): (Config, Paths),
        images: ImageStore,
        (network, names): (Arc<Network>, DnsHandle),
        (executable, node): (PathBuf, (String, SecretText)),
    ) -> RealHost {
        let puller = pull::Puller::new(&config, images.clone());
        let control = paths.control_socket();
        let identities = identity::Identities::new(node.0, node.1, control);
        RealHost {
            config,
            paths,
            images,
            puller,
            network,
            names,
            balancer_addresses: Mutex::default(),
            executable,
            held: held::HeldTasks::default(),
            starts: Semaphore::new(STARTS_AT_ONCE_MAX),
            readers: output::Readers::default(),
            identities: Arc::new(identities),
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

    async fn wait_until(&self, at: Timestamp) {
        crate::clock::wait_until(at).await;
    }

    async fn pull(
        &self,
        assignment: &Assignment,
        container: &AssignedContainer,
    ) -> Result<ImageFacts, Failure> {
        let definition = &container.definition;
        let login = if definition.repository_credentials.is_some() {
            let values = self.identities.start_values(&assignment.task).await?;
            let of_it = values.containers.get(&definition.name);
            of_it.and_then(|values| values.registry.clone())
        } else {
            None
        };
        self.puller.pull(&definition.image, login).await
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
            local_addresses: local_addresses(assignment),
        };
        // COMPAT: the prefix of such failures ("Stopped tasks error codes").
        let attached = self.network.attach_task(&network).await;
        attached.map(drop).map_err(|error| {
            failure(format!("ResourceInitializationError: failed to configure ENI: {error}"))
        })?;
        self.serve_credentials(assignment).await.map_err(|error| {
            let words = "ResourceInitializationError: credentials cannot be served";
            failure(format!("{words}: {error:#}"))
        })
    }

    async fn resume(&self, assignment: &Assignment) {
        if let Err(error) = self.serve_credentials(assignment).await {
            tracing::error!(task = assignment.task.id, %error, "credentials are not served");
        }
    }

    async fn launch(&self, assignment: &Assignment) -> Result<(), Failure> {
        self.identities.start_values(&assignment.task).await?;
        let _slot = self.starts.acquire().await.expect("the semaphore is never closed");
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
        let _slot = self.starts.acquire().await.expect("the semaphore is never closed");
        self.start_container(assignment, container, image).await
    }

    async fn started(&self, task: &TaskKey) -> Vec<(String, Started)> {
        shim::started_containers(self, task).await
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
        let name = name_of(container)?;
        let sent = match (self.handle(task).await, signal) {
            (Ok(handle), StopSignal::Stop) => handle.stop(&name).await,
            (Ok(handle), StopSignal::Kill) => handle.kill(&name, Signal::KILL).await,
            (Err(error), _) => Err(error),
        };
        match sent {
            // It has ended, or nothing holds it any more; its end is told elsewhere.
            Err(Error::ShimGone) => Ok(()),
            Err(Error::Refused(refusal)) if refusal.kind == FailureKind::NoSuchContainer => Ok(()),
            sent => sent.map_err(|error| failure(error.to_string())),
        }
    }

    async fn remove(&self, task: &TaskKey) -> Result<(), Failure> {
        self.identities.forget(task);
        self.remove_task(task).await.map_err(|error| failure(format!("{error:#}")))
    }

    async fn forget(&self, task: &TaskKey) {
        self.held.forget(&task.id);
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

    async fn set_packet_rules(&self, change: PacketChange) {
        let set = match change {
            PacketChange::Whole(rules) => self.network.replace_packet_rules(*rules).await,
            PacketChange::Delta(delta) => self.network.change_packet_rules(*delta).await,
        };
        if let Err(error) = set {
            tracing::error!(%error, "packet rules are not as wanted; the next change tries again");
        }
    }

    async fn denied(&self) -> Result<Vec<DeniedTraffic>, Failure> {
        self.network.denied().await.map_err(|error| failure(error.to_string()))
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

    async fn collect_images(&self, in_use: &BTreeSet<String>) -> Option<Timestamp> {
        self.puller.collect(in_use).await
    }
}

/// Where the task's credentials are served, if it has a role.
fn local_addresses(assignment: &Assignment) -> Vec<Ipv4Addr> {
    let has_role = assignment.spec.has_task_role;
    has_role.then_some(identity::CREDENTIALS_ADDRESS).into_iter().collect()
}

fn failure(reason: String) -> Failure {
    Failure { reason }
}

fn name_of(container: &str) -> Result<ContainerName, Failure> {
    ContainerName::new(container).map_err(|error| failure(error.to_string()))
}

/// COMPAT: the task's id and a suffix tell the containers of a Fargate task apart.
fn runtime_id(task: &TaskKey, container: &ContainerName) -> String {
    format!("{}-{}", task.id, container.identifier())
}
