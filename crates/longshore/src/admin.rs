//! Longshore's own pages beside the AWS APIs: what runs, and the reset of test suites.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use control::Settled;
use model::{Change, Kind, Plan, Snapshot, TaskState};
use observe::Logs;
use serde::{Deserialize, Serialize};
use store::Store;

/// How long a reset waits for the nodes.
const RESET_TIME_MAX: Duration = Duration::from_secs(10);

#[derive(Clone, Debug)]
pub(crate) struct Pages {
    pub(crate) store: Store,
    pub(crate) logs: Logs,
    pub(crate) settled: Settled,
    /// Only where anybody may do anything.
    pub(crate) is_reset_allowed: bool,
}

/// What `longshore status` shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) nodes: Vec<NodeStatus>,
    pub(crate) services: Vec<ServiceStatus>,
    pub(crate) tasks: Vec<TaskStatus>,
    pub(crate) load_balancers: Vec<LoadBalancerStatus>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NodeStatus {
    pub(crate) id: String,
    pub(crate) is_connected: bool,
    pub(crate) cpu_units: u32,
    pub(crate) memory_mib: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceStatus {
    pub(crate) arn: String,
    pub(crate) status: String,
    pub(crate) desired: u32,
    pub(crate) running: u32,
    pub(crate) last_event: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TaskStatus {
    pub(crate) arn: String,
    pub(crate) definition: String,
    pub(crate) last_status: String,
    pub(crate) address: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LoadBalancerStatus {
    pub(crate) name: String,
    pub(crate) dns_name: String,
    pub(crate) address: String,
    pub(crate) ports: Vec<u16>,
}

pub(crate) fn pages(pages: Pages) -> Router {
    Router::new().route("/status", get(show_status)).route("/reset", post(reset)).with_state(pages)
}

async fn show_status(State(pages): State<Pages>) -> Json<Status> {
    Json(status(&pages.store.snapshot()))
}

fn status(snapshot: &Snapshot) -> Status {
    Status {
        nodes: snapshot
            .nodes
            .all()
            .map(|node| NodeStatus {
                id: node.id.clone(),
                is_connected: node.is_connected,
                cpu_units: node.cpu_units,
                memory_mib: node.memory_mib,
            })
            .collect(),
        services: snapshot
            .services
            .all()
            .map(|service| ServiceStatus {
                arn: service.key.arn(),
                status: service.status.as_str().to_owned(),
                desired: service.desired_count,
                running: snapshot
                    .tasks_of_service(&service.key)
                    .filter(|task| task.last_status == TaskState::Running)
                    .count() as u32,
                last_event: service.events.first().map(|event| event.message.clone()),
            })
            .collect(),
        tasks: snapshot
            .tasks
            .all()
            .filter(|task| task.last_status != TaskState::Stopped)
            .map(|task| TaskStatus {
                arn: task.arn(),
                definition: task.definition.to_string(),
                last_status: task.last_status.as_str().to_owned(),
                address: task.interface.as_ref().map(|own| own.address.to_string()),
            })
            .collect(),
        load_balancers: snapshot
            .load_balancers
            .all()
            .map(|load_balancer| LoadBalancerStatus {
                name: load_balancer.name.clone(),
                dns_name: load_balancer.dns_name.clone(),
                address: load_balancer.address.to_string(),
                ports: snapshot
                    .listeners
                    .list(&load_balancer.scope)
                    .filter(|listener| listener.load_balancer_arn() == load_balancer.arn())
                    .map(|listener| listener.port)
                    .collect(),
            })
            .collect(),
    }
}

/// Forgets everything but the nodes, which kill what was forgotten; answers when they have.
async fn reset(State(pages): State<Pages>) -> (StatusCode, String) {
    if !pages.is_reset_allowed {
        let reason = "reset is for `--auth any` only: it takes everything from everybody\n";
        return (StatusCode::FORBIDDEN, reason.to_owned());
    }
    let emptied = pages.store.transact(|snapshot| Ok::<_, Infallible>((emptying(snapshot), ())));
    if let Err(error) = emptied.await {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
    }
    let snapshot = pages.store.snapshot();
    let nodes: Vec<String> =
        snapshot.nodes.all().filter(|node| node.is_connected).map(|node| node.id.clone()).collect();
    let settled = pages.settled.wait(&nodes, snapshot.revision);
    let is_settled = tokio::time::timeout(RESET_TIME_MAX, settled).await.is_ok();
    // After the tasks' ends: until then they have something to say.
    if let Err(error) = pages.logs.clear().await {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n"));
    }
    if !is_settled {
        let reason = format!(
            "everything is forgotten, but after {} s some tasks have not ended on `{}`\n",
            RESET_TIME_MAX.as_secs(),
            nodes.join("`, `")
        );
        return (StatusCode::GATEWAY_TIMEOUT, reason);
    }
    (StatusCode::OK, "reset\n".to_owned())
}

/// Deletes every record but the nodes.
fn emptying(snapshot: &Snapshot) -> Plan {
    let mut plan = Plan::new();
    for key in snapshot.keys() {
        if key.kind != Kind::Node {
            let revision = snapshot.revision_of(&key);
            plan.expects.push(model::Expect { revision, key: key.clone() });
            plan.changes.push(Change::Delete(key));
        }
    }
    plan
}
