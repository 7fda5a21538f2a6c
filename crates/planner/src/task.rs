//! Makes a task: every id, address and size of it is decided here, once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use model::{
    AwsvpcConfiguration, ContainerState, DesiredStatus, Entry, HealthStatus, Interface,
    InterfaceOwner, LaunchType, NetworkMode, Plan, PublicAddress, PublicAddressHolder, Rng,
    SecurityGroup, Snapshot, StopCode, Subnet, Tags, Task, TaskContainer, TaskDefinition,
    TaskInterface, TaskKey, TaskOverride, TaskService, TaskState, Timestamp,
};

use crate::network::{self, Exhausted, NoPublicAddress};

/// What a task without task-level sizes reserves of a node, per container without its own.
const MEMORY_MIB_DEFAULT: u32 = 64;

/// The name of the security group that each VPC is made with.
const DEFAULT_SECURITY_GROUP: &str = "default";

/// Everything about the new task that is not in its definition.
#[derive(Clone, Debug)]
pub struct NewTask {
    pub cluster: String,
    pub group: String,
    pub service: Option<TaskService>,
    pub started_by: Option<String>,
    pub launch_type: LaunchType,
    pub capacity_provider: Option<String>,
    pub platform_version: Option<String>,
    pub network: Option<AwsvpcConfiguration>,
    pub overrides: TaskOverride,
    /// By container, what its image was found to be by tasks of the same revision.
    pub image_digests: BTreeMap<String, String>,
    pub tags: Tags,
}

/// Addresses that this plan has already given away, by VPC; public ones are of [`NO_VPC`].
pub type TakenAddresses = BTreeSet<(String, Ipv4Addr)>;

const NO_VPC: &str = "";

/// A task's interface, and what makes its public address its own.
#[derive(Clone, Debug)]
pub struct NewInterface {
    pub interface: Interface,
    pub public_address: Option<PublicAddress>,
}

impl NewInterface {
    pub fn insert_into(self, plan: &mut Plan) {
        plan.insert(self.interface);
        if let Some(taken) = self.public_address {
            plan.insert(taken);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTask {
    #[error("subnet `{0}` does not exist")]
    NoSubnet(String),
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    #[error(transparent)]
    NoPublicAddress(#[from] NoPublicAddress),
}

/// What chance and time decide of a new task.
#[derive(Debug)]
pub struct Draw<'a> {
    pub now: Timestamp,
    pub rng: &'a mut Rng,
    pub taken: &'a mut TakenAddresses,
}

/// A task in `PROVISIONING` and the interface that holds its address.
pub fn new_task(
    snapshot: &Snapshot,
    definition: &TaskDefinition,
    wanted: NewTask,
    draw: &mut Draw<'_>,
) -> Result<(Task, Option<NewInterface>), NoTask> {
    let key =
        TaskKey { scope: definition.scope.clone(), cluster: wanted.cluster, id: draw.rng.hex(32) };
    let placed = match (&wanted.network, definition.network_mode) {
        (Some(network), NetworkMode::Awsvpc) => Some(new_interface(snapshot, network, &key, draw)?),
        (None, NetworkMode::Awsvpc) | (_, NetworkMode::None) => None,
    };
    let (interface, availability_zone) = match placed {
        Some((interface, zone)) => (Some(interface), zone),
        None => (None, format!("{}a", key.scope.region)),
    };
    let (cpu_units, memory_mib) = reserved(definition, &wanted.overrides);
    let containers = definition
        .containers
        .iter()
        .map(|container| TaskContainer {
            name: container.name.clone(),
            id: uuid(draw.rng),
            image: container.image.clone(),
            pinned_digest: wanted.image_digests.get(&container.name).cloned(),
            image_digest: None,
            runtime_id: None,
            last_status: ContainerState::Pending,
            exit_code: None,
            reason: None,
            health_status: HealthStatus::Unknown,
        })
        .collect();
    let task = Task {
        definition: definition.reference(),
        group: wanted.group,
        service: wanted.service,
        started_by: wanted.started_by,
        launch_type: wanted.launch_type,
        capacity_provider: wanted.capacity_provider,
        platform_version: wanted.platform_version,
        node: None,
        availability_zone,
        desired_status: DesiredStatus::Running,
        last_status: TaskState::Provisioning,
        health_status: HealthStatus::Unknown,
        overrides: wanted.overrides,
        interface: interface
            .as_ref()
            .map(|made| attached(&made.interface, wanted.network.as_ref(), draw.rng)),
        cpu_units,
        memory_mib,
        containers,
        tags: wanted.tags,
        created_at: draw.now,
        pull_started_at: None,
        pull_stopped_at: None,
        started_at: None,
        stopping_at: None,
        execution_stopped_at: None,
        stopped_at: None,
        stop_code: None,
        stopped_reason: None,
        protected_until: None,
        version: 1,
        key,
    };
    Ok((task, interface))
}

/// Marks a task to be stopped. What was already to stop keeps its first reason.
pub fn stopped(task: &Task, code: StopCode, reason: &str, now: Timestamp) -> Task {
    let mut task = task.clone();
    if task.desired_status == DesiredStatus::Stopped || task.last_status == TaskState::Stopped {
        return task;
    }
    task.desired_status = DesiredStatus::Stopped;
    task.stop_code.get_or_insert(code);
    task.stopped_reason.get_or_insert_with(|| reason.to_owned());
    task.stopping_at.get_or_insert(now);
    task.version += 1;
    task
}

/// An id in the 8-4-4-4-12 form.
pub fn uuid(rng: &mut Rng) -> String {
    let hex = rng.hex(32);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What a task of this definition reserves of its node: CPU units and MiB.
///
/// The task's own sizes where it has them, else the sum over its containers.
pub fn reserved(definition: &TaskDefinition, overrides: &TaskOverride) -> (u32, u32) {
    let container_cpu = || definition.containers.iter().map(|c| c.cpu_units).sum();
    let container_memory = || {
        definition
            .containers
            .iter()
            .map(|c| c.memory_reservation_mib.or(c.memory_mib).unwrap_or(MEMORY_MIB_DEFAULT))
            .sum()
    };
    (
        overrides.cpu_units.or(definition.cpu_units).unwrap_or_else(container_cpu),
        overrides.memory_mib.or(definition.memory_mib).unwrap_or_else(container_memory),
    )
}

fn new_interface(
    snapshot: &Snapshot,
    network: &AwsvpcConfiguration,
    key: &TaskKey,
    draw: &mut Draw<'_>,
) -> Result<(NewInterface, String), NoTask> {
    let start = draw.rng.below(network.subnet_ids.len().max(1) as u64) as usize;
    let (before, after) = network.subnet_ids.split_at(start.min(network.subnet_ids.len()));
    let mut refused = NoTask::NoSubnet(String::new());
    for id in after.iter().chain(before) {
        let Some(subnet) = snapshot.subnets.get(&key.scope, id) else {
            refused = NoTask::NoSubnet(id.clone());
            continue;
        };
        match network::free_address(snapshot, subnet, draw.taken, draw.rng) {
            Ok(address) => {
                draw.taken.insert((subnet.vpc_id.clone(), address));
                let interface = Interface {
                    scope: key.scope.clone(),
                    vpc_id: subnet.vpc_id.clone(),
                    address,
                    id: format!("eni-{}", draw.rng.hex(17)),
                    subnet_id: subnet.id.clone(),
                    mac_address: network::mac_address(draw.rng),
                    security_group_ids: security_groups(snapshot, network, subnet),
                    owner: InterfaceOwner::Task(key.clone()),
                    public_address: None,
                    description: String::new(),
                    tags: Tags::new(),
                    created_at: draw.now,
                };
                let made = if network.is_public {
                    with_public_address(snapshot, interface, draw)?
                } else {
                    NewInterface { interface, public_address: None }
                };
                return Ok((made, subnet.availability_zone.clone()));
            }
            Err(exhausted) => refused = exhausted.into(),
        }
    }
    Err(refused)
}

fn with_public_address(
    snapshot: &Snapshot,
    interface: Interface,
    draw: &mut Draw<'_>,
) -> Result<NewInterface, NoPublicAddress> {
    let address = network::free_public_address(snapshot, draw.taken, draw.rng)?;
    draw.taken.insert((NO_VPC.to_owned(), address));
    let holder = PublicAddressHolder::Interface {
        scope: interface.scope.clone(),
        vpc_id: interface.vpc_id.clone(),
        address: interface.address,
    };
    Ok(NewInterface {
        interface: Interface { public_address: Some(address), ..interface },
        public_address: Some(PublicAddress { address, holder }),
    })
}

/// The groups that are named, or the VPC's default group where none is.
fn security_groups(
    snapshot: &Snapshot,
    network: &AwsvpcConfiguration,
    subnet: &Subnet,
) -> Vec<String> {
    if !network.security_group_ids.is_empty() {
        return network.security_group_ids.clone();
    }
    let of_vpc = |group: &&Entry<SecurityGroup>| {
        group.vpc_id == subnet.vpc_id && group.name == DEFAULT_SECURITY_GROUP
    };
    let default = snapshot.security_groups.list(&subnet.scope).find(of_vpc);
    default.map(|group| group.id.clone()).into_iter().collect()
}

fn attached(
    made: &Interface,
    network: Option<&AwsvpcConfiguration>,
    rng: &mut Rng,
) -> TaskInterface {
    TaskInterface {
        attachment_id: uuid(rng),
        interface_id: made.id.clone(),
        subnet_id: made.subnet_id.clone(),
        vpc_id: made.vpc_id.clone(),
        address: made.address,
        mac_address: made.mac_address.clone(),
        security_group_ids: made.security_group_ids.clone(),
        is_public: network.is_some_and(|network| network.is_public),
    }
}
