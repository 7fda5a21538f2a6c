//! What runs, as `longshore status` shows it.

use model::{
    Entry, LoadBalancer, Service, ServiceDeployment, ServiceKey, ServiceStatus, Snapshot, TaskState,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) nodes: Vec<NodeOverview>,
    pub(crate) load_balancers: Vec<LoadBalancerOverview>,
    pub(crate) services: Vec<ServiceOverview>,
    /// Those in progress.
    pub(crate) deployments: Vec<DeploymentOverview>,
    pub(crate) tasks: Vec<TaskOverview>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeOverview {
    pub(crate) id: String,
    pub(crate) is_connected: bool,
    pub(crate) cpu_units: u32,
    pub(crate) memory_mib: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancerOverview {
    pub(crate) name: String,
    pub(crate) addresses: Vec<String>,
    /// One a listener.
    pub(crate) urls: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceOverview {
    pub(crate) cluster: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) desired: u32,
    pub(crate) running: u32,
    pub(crate) last_event: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeploymentOverview {
    pub(crate) cluster: String,
    pub(crate) service: String,
    /// What is replaced; empty for a service's first deployment.
    pub(crate) from: Vec<String>,
    pub(crate) to: String,
    /// Of the tasks that it is to bring about.
    pub(crate) running: u32,
    pub(crate) desired: u32,
    pub(crate) failed: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskOverview {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) definition: String,
    pub(crate) last_status: String,
    pub(crate) address: Option<String>,
}

pub(super) fn status(snapshot: &Snapshot) -> Status {
    let nodes = snapshot.nodes.all().map(|node| NodeOverview {
        id: node.id.clone(),
        is_connected: node.is_connected,
        cpu_units: node.cpu_units,
        memory_mib: node.memory_mib,
    });
    let balancers = snapshot.load_balancers.all();
    // A deleted service can still be described for a while, but it is no more.
    let services = snapshot.services.all().filter(|one| one.status != ServiceStatus::Inactive);
    let deployments = snapshot.service_deployments.all().filter(|one| !one.status.is_final());
    let tasks = snapshot.tasks.all().filter(|task| task.last_status != TaskState::Stopped);
    let tasks = tasks.map(|task| TaskOverview {
        id: task.key.id.clone(),
        group: task.group.clone(),
        definition: task.definition.to_string(),
        last_status: task.last_status.as_str().to_owned(),
        address: task.interface.as_ref().map(|own| own.address.to_string()),
    });
    Status {
        nodes: nodes.collect(),
        load_balancers: balancers.map(|one| load_balancer(snapshot, one)).collect(),
        services: services.map(|one| service(snapshot, one)).collect(),
        deployments: deployments.filter_map(|one| deployment(snapshot, one)).collect(),
        tasks: tasks.collect(),
    }
}

fn load_balancer(snapshot: &Snapshot, one: &Entry<LoadBalancer>) -> LoadBalancerOverview {
    let arn = one.arn();
    let listeners = snapshot.listeners.list(&one.scope);
    let mut ports: Vec<u16> = listeners
        .filter(|listener| listener.load_balancer_arn() == arn)
        .map(|listener| listener.port)
        .collect();
    ports.sort_unstable();
    LoadBalancerOverview {
        name: one.name.clone(),
        addresses: one.addresses.values().map(ToString::to_string).collect(),
        urls: ports.iter().map(|port| format!("http://{}:{port}", one.dns_name)).collect(),
    }
}

fn service(snapshot: &Snapshot, one: &Entry<Service>) -> ServiceOverview {
    ServiceOverview {
        cluster: one.key.cluster.clone(),
        name: one.key.name.clone(),
        status: one.status.as_str().to_owned(),
        desired: one.desired_count,
        running: running(snapshot, &one.key, |_| true),
        last_event: one.events.first().map(|event| event.message.clone()),
    }
}

/// `None` where the service is gone.
fn deployment(snapshot: &Snapshot, one: &Entry<ServiceDeployment>) -> Option<DeploymentOverview> {
    let service = snapshot.service(&one.service)?;
    let definition = |revision: &str| {
        let found = snapshot.service_revision(&one.service, revision);
        found.map_or_else(String::new, |found| found.definition.to_string())
    };
    Some(DeploymentOverview {
        cluster: one.service.cluster.clone(),
        service: one.service.name.clone(),
        from: one.source_revisions.iter().map(|source| definition(&source.id)).collect(),
        to: definition(&one.target_revision),
        running: running(snapshot, &one.service, |revision| revision == one.target_revision),
        desired: service.desired_count,
        failed: one.failed_tasks,
    })
}

fn running(snapshot: &Snapshot, service: &ServiceKey, is_counted: impl Fn(&str) -> bool) -> u32 {
    let tasks = snapshot.tasks_of_service(service).filter(|task| {
        let revision = task.service.as_ref().map(|of| of.revision.as_str());
        task.last_status == TaskState::Running && revision.is_some_and(&is_counted)
    });
    u32::try_from(tasks.count()).unwrap_or(u32::MAX)
}
