//! Longshore's own pages beside the AWS APIs: what runs, and the reset of test suites.

pub(crate) mod access;
pub(crate) mod denied;
pub(crate) mod explain;
mod master_key;
pub(crate) mod preview;
pub(crate) mod status;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use api::Api;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use control::{Inquiries, Settled};
use dynamodb_proxy::Proxy;
use model::{Change, Kind, Plan, Scope, Snapshot};
use objects::ObjectStore;
use observe::Logs;
use store::Store;

use self::status::Status;

/// How long a reset waits for the nodes.
const RESET_TIME_MAX: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Pages {
    pub(crate) store: Store,
    pub(crate) api: Arc<Api>,
    /// The account and region of what is asked for without one.
    pub(crate) scope: Scope,
    /// Where the API listens, also for tasks.
    pub(crate) api_port: u16,
    pub(crate) logs: Logs,
    pub(crate) dynamodb: Arc<Proxy>,
    pub(crate) objects: ObjectStore,
    pub(crate) settled: Settled,
    pub(crate) inquiries: Inquiries,
    pub(crate) master_key: PathBuf,
    /// Only where anybody may do anything.
    pub(crate) is_reset_allowed: bool,
}

pub(crate) fn pages(pages: Pages) -> Router {
    Router::new()
        .route("/status", get(show_status))
        .route("/access", post(access::show))
        .route("/access/denied", get(access::denied))
        .route("/denied", get(denied::show))
        .route("/explain", post(explain::show))
        .route("/master-key", post(master_key::adopt))
        .route("/preview", post(preview::show))
        .route("/reset", post(reset))
        .with_state(pages)
}

async fn show_status(State(pages): State<Pages>) -> Json<Status> {
    Json(status::status(&pages.store.snapshot()))
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
    if let Err(error) = pages.dynamodb.empty().await {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("DynamoDB: {error}\n"));
    }
    if let Err(error) = pages.objects.clear().await {
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

/// Deletes every record but those of the host's own: its nodes and its public range.
fn emptying(snapshot: &Snapshot) -> Plan {
    let mut plan = Plan::new();
    for key in snapshot.keys() {
        if !matches!(key.kind, Kind::Node | Kind::PublicRange) {
            let revision = snapshot.revision_of(&key);
            plan.expects.push(model::Expect { revision, key: key.clone() });
            plan.changes.push(Change::Delete(key));
        }
    }
    plan
}
