//! The network of one host: opened once, changed task by task, taken down whole.
//!
//! Everything is kept where it acts: namespaces as files under the run directory, the rest in the
//! kernel, marked as ours. There is no state to lose; opening again finds what is there, repairs
//! the rest and leaves running tasks alone.
//!
//! INVARIANT: one process at a time manages a network namespace.
//! INVARIANT: a change answered is in force; a change refused leaves nothing half-done behind.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::{Mutex, RwLock, Semaphore, SemaphorePermit};

use crate::{
    error::NetworkError,
    filter::{
        Filter,
        rules::{self, DeniedPackets, GatewayService},
    },
    host::{self, uplink},
    link,
    namespace::{self, on_thread},
    netlink::Netlink,
    range::Ipv4Range,
    task::{Attachment, TaskNetwork, check_id},
};

mod establish;
mod lock;
mod policy;

use establish::{establish, sweep};
use lock::NamespaceLock;
use policy::Policy;

/// The address of the host that tasks know.
pub const GATEWAY_ADDRESS: Ipv4Addr = model::packet_rules::HOST_ADDRESS;

/// So many changes are under way at once; the others wait.
const CHANGES_MAX: usize = 32;
/// Changes of one task exclude each other; tasks share this many locks.
const TASK_LOCKS: usize = 64;

/// What the host's network is to be.
#[derive(Clone, Debug)]
pub struct NetworkConfig {
    /// Where this instance keeps what must not outlive the machine's run.
    pub run_dir: PathBuf,
    /// The ranges of VPCs that are there from the start.
    pub vpc_ranges: Vec<Ipv4Range>,
    /// The range of public addresses, each of which stands for one of a VPC's.
    pub public_range: Option<Ipv4Range>,
    /// The host's address that tasks know; normally [`GATEWAY_ADDRESS`].
    pub gateway_address: Ipv4Addr,
    /// What tasks may reach at the gateway's address, besides DNS.
    pub gateway_services: Vec<GatewayService>,
    pub denied: DeniedPackets,
}

/// The open network. Dropping it takes nothing down: tasks outlive the process.
#[derive(Debug)]
pub struct Network {
    run_dir: PathBuf,
    gateway: Ipv4Addr,
    /// Without the ranges of later VPCs, which are in the policy's.
    config: NetworkConfig,
    ranges: RwLock<BTreeSet<Ipv4Range>>,
    /// Whoever changes a part of the filter reads; who replaces the whole of it writes.
    table: RwLock<()>,
    policy: Mutex<Policy>,
    filter: Filter,
    slots: Semaphore,
    task_locks: Vec<Arc<Mutex<()>>>,
    uplink_lock: Mutex<()>,
    _namespace_lock: NamespaceLock,
}

impl Network {
    /// Claims this namespace and the VPCs' ranges, and puts the packet filter in force.
    pub async fn open(config: NetworkConfig) -> Result<Self, NetworkError> {
        let lock = NamespaceLock::take()?;
        let ranges: BTreeSet<Ipv4Range> = config.vpc_ranges.iter().copied().collect();
        let run_dir = config.run_dir.clone();
        let gateway = config.gateway_address;
        let wanted = config.clone();
        on_thread(move || establish(&wanted)).await?;
        Ok(Self {
            run_dir,
            gateway,
            config,
            table: RwLock::default(),
            policy: Mutex::default(),
            ranges: RwLock::new(ranges),
            filter: Filter::default(),
            slots: Semaphore::new(CHANGES_MAX),
            task_locks: (0..TASK_LOCKS).map(|_| Arc::default()).collect(),
            uplink_lock: Mutex::default(),
            _namespace_lock: lock,
        })
    }

    /// The host's address that tasks know.
    pub fn gateway_address(&self) -> Ipv4Addr {
        self.gateway
    }

    /// The ranges that the host's own routes and addresses cover: no VPC may overlap them.
    pub async fn host_ranges(&self) -> Result<BTreeSet<Ipv4Range>, NetworkError> {
        on_thread(|| host::foreign_ranges(&mut Netlink::open()?)).await
    }

    /// Gives a task its namespace, link and address; answers the namespace's path.
    ///
    /// Asking again for the same is answered the same. On an error nothing is left behind.
    pub async fn attach_task(&self, task: &TaskNetwork) -> Result<PathBuf, NetworkError> {
        check_id(&task.task_id)?;
        self.check_address(task.address).await?;
        let (_slot, _table) = (self.slot().await, self.table.read().await);
        // Held by the thread as well: it goes on when the caller stops waiting.
        let guard = Arc::new(self.task_lock(&task.task_id).lock_owned().await);
        let attachment = Attachment::of(task);
        if let Some(path) = self.find_whole(&attachment).await? {
            return Ok(path);
        }
        let (run_dir, gateway, wanted) = (self.run_dir.clone(), self.gateway, task.clone());
        let held = Arc::clone(&guard);
        let linked = on_thread(move || {
            let _held = held;
            link::attach(&run_dir, &wanted, gateway)
        });
        let allowed = self.filter.apply(vec![rules::add_task(&attachment)]);
        match tokio::join!(linked, allowed) {
            (Ok(path), Ok(())) => Ok(path),
            (Err(error), _) | (Ok(_), Err(error)) => {
                self.roll_back(attachment).await;
                Err(error)
            }
        }
    }

    /// Takes a task's link and namespace away; one that has none is left as it is.
    pub async fn detach_task(&self, task_id: &str) -> Result<(), NetworkError> {
        check_id(task_id)?;
        let (_slot, _table) = (self.slot().await, self.table.read().await);
        let guard = Arc::new(self.task_lock(task_id).lock_owned().await);
        let (run_dir, wanted) = (self.run_dir.clone(), task_id.to_owned());
        let (held, _path) = on_thread(move || link::find_attached(&run_dir, &wanted)).await?;
        let (run_dir, task_id) = (self.run_dir.clone(), task_id.to_owned());
        let also_held = Arc::clone(&guard);
        let unlinked = on_thread(move || {
            let _held = also_held;
            link::detach(&run_dir, &task_id)
        });
        let silenced = async {
            match held {
                Some(attachment) => self.filter.apply(vec![rules::remove_task(&attachment)]).await,
                None => Ok(()),
            }
        };
        // An element that stays after an error allows nothing: it names an interface that no other
        // task will have, and the next opening leaves it out.
        let (unlinked, silenced) = tokio::join!(unlinked, silenced);
        unlinked.and(silenced)
    }

    /// The tasks of which anything is there, whole or half-made.
    pub async fn list_tasks(&self) -> Result<Vec<String>, NetworkError> {
        let run_dir = self.run_dir.clone();
        on_thread(move || {
            let mut tasks: BTreeSet<String> =
                namespace::list(&namespace::directory_of(&run_dir))?.into_iter().collect();
            tasks.retain(|name| check_id(name).is_ok());
            let links = link::list(&mut Netlink::open()?)?;
            tasks.extend(links.into_iter().filter_map(|(_, held)| Some(held?.task_id)));
            Ok(tasks.into_iter().collect())
        })
        .await
    }

    /// Takes away every task that is not in `keep`; answers which those were.
    pub async fn collect_stale(
        &self,
        keep: &BTreeSet<String>,
    ) -> Result<Vec<String>, NetworkError> {
        let tasks = self.list_tasks().await?;
        let stale: Vec<String> = tasks.into_iter().filter(|task| !keep.contains(task)).collect();
        for task_id in &stale {
            self.detach_task(task_id).await?;
        }
        Ok(stale)
    }

    /// Gives the host an address that a balancer listens on, for tasks and the host to reach.
    pub async fn add_balancer_address(&self, address: Ipv4Addr) -> Result<(), NetworkError> {
        self.check_address(address).await?;
        let (_slot, _table) = (self.slot().await, self.table.read().await);
        // The filter first: the address is never there without its rule.
        self.filter.apply(vec![rules::add_balancer_address(address)]).await?;
        let gateway = self.gateway;
        on_thread(move || host::hold_address(&mut Netlink::open()?, address, gateway)).await
    }

    /// Takes a balancer's address from the host.
    pub async fn remove_balancer_address(&self, address: Ipv4Addr) -> Result<(), NetworkError> {
        self.check_address(address).await?;
        let (_slot, _table) = (self.slot().await, self.table.read().await);
        on_thread(move || host::release_address(&mut Netlink::open()?, address)).await?;
        self.filter.apply(vec![rules::remove_balancer_address(address)]).await
    }

    /// Runs `work` inside a task's namespace, on a thread of its own. Sockets opened there stay
    /// there: this is how the node serves addresses that exist inside the task only.
    pub async fn run_in_task<T, F>(&self, task_id: &str, work: F) -> Result<T, NetworkError>
    where
        T: Send + 'static,
        F: FnOnce() -> io::Result<T> + Send + 'static,
    {
        check_id(task_id)?;
        let path = namespace::path_of(&self.run_dir, task_id);
        if !namespace::exists(&path) {
            return Err(NetworkError::NoSuchTask { task_id: task_id.to_owned() });
        }
        let operation = format!("work inside task `{task_id}`");
        on_thread(move || {
            namespace::run_inside(&path, work)
                .map_err(|error| NetworkError::kernel(operation, error))
        })
        .await
    }

    /// Takes everything down, tasks included. What is asked for afterwards fails.
    pub async fn teardown(&self) -> Result<(), NetworkError> {
        let run_dir = self.run_dir.clone();
        on_thread(move || sweep(&run_dir)).await
    }

    /// Takes down what an instance that is no longer running left behind.
    pub async fn remove_leftovers(run_dir: &Path) -> Result<(), NetworkError> {
        let _lock = match NamespaceLock::take() {
            // Opening makes this directory before all else, and sweeping removes it last: who has
            // none has nothing in a network that is another's.
            Err(NetworkError::InUse) if !namespace::directory_of(run_dir).exists() => return Ok(()),
            taken => taken?,
        };
        let run_dir = run_dir.to_owned();
        on_thread(move || sweep(&run_dir)).await
    }

    /// The path of a task that is attached just so. What is left of one that was otherwise
    /// attached and lost its namespace is silenced: its address may be another's now.
    async fn find_whole(&self, wanted: &Attachment) -> Result<Option<PathBuf>, NetworkError> {
        let (run_dir, task_id) = (self.run_dir.clone(), wanted.task_id.clone());
        let (held, path) = on_thread(move || link::find_attached(&run_dir, &task_id)).await?;
        match (held, path) {
            (Some(held), Some(path)) if held == *wanted => {
                self.filter.apply(vec![rules::add_task(wanted)]).await?;
                Ok(Some(path))
            }
            (Some(held), Some(_)) => {
                let (task_id, held) = (wanted.task_id.clone(), held.alias());
                Err(NetworkError::TaskDiffers { task_id, held })
            }
            (Some(held), None) => {
                self.filter.apply(vec![rules::remove_task(&held)]).await?;
                Ok(None)
            }
            (None, _) => Ok(None),
        }
    }

    async fn open_uplinks(&self) -> Result<(), NetworkError> {
        let _guard = self.uplink_lock.lock().await;
        let run_dir = self.run_dir.clone();
        let names = on_thread(move || uplink::record(&mut Netlink::open()?, &run_dir)).await?;
        if names.is_empty() {
            return Ok(());
        }
        self.filter.apply(vec![rules::add_uplinks(&names)]).await?;
        on_thread(move || uplink::switch_on(&names)).await
    }

    async fn roll_back(&self, attachment: Attachment) {
        let (run_dir, task_id) = (self.run_dir.clone(), attachment.task_id.clone());
        let unlinked = on_thread(move || link::detach(&run_dir, &task_id));
        let silenced = self.filter.apply(vec![rules::remove_task(&attachment)]);
        let (unlinked, silenced) = tokio::join!(unlinked, silenced);
        for error in [unlinked.err(), silenced.err()].into_iter().flatten() {
            tracing::warn!(task = attachment.task_id, %error, "a failed attachment is still there");
        }
    }

    async fn check_address(&self, address: Ipv4Addr) -> Result<(), NetworkError> {
        let ranges = self.ranges.read().await;
        if ranges.iter().any(|range| range.contains(address)) {
            Ok(())
        } else {
            Err(NetworkError::AddressOutsideRanges { address })
        }
    }

    async fn slot(&self) -> SemaphorePermit<'_> {
        self.slots.acquire().await.expect("the semaphore is never closed")
    }

    fn task_lock(&self, task_id: &str) -> Arc<Mutex<()>> {
        let mut hasher = DefaultHasher::new();
        task_id.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % TASK_LOCKS as u64).unwrap_or(0);
        Arc::clone(&self.task_locks[index])
    }
}
