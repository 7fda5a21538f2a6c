//! What a task is given by its roles: asked of control, and served inside the task only.
//!
//! Credentials are served at 169.254.170.2 by a socket that exists in the task's own namespace and
//! nowhere else. They are kept in memory only, and asked for again well before they expire; while
//! control is away, those that were given last go on being served.
//!
//! INVARIANT: nothing of this is ever written to a disk or a log.
//
// COMPAT: "Task IAM role" (Amazon ECS Developer Guide): the address, the path's form, the answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use model::TaskKey;
use model::session::Assignment;
use model::task_identity::{
    IdentityAnswer, IdentityRequest, SecretText, StartValues, TaskCredentials, Wanted,
};
use node::ports::Failure;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, Semaphore};
use tokio::task::JoinSet;

use super::{RealHost, failure};

/// Where a task finds its credentials.
pub(super) const CREDENTIALS_ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 170, 2);
const PORT: u16 = 80;

/// LIMIT: connections of one task to its credentials; more wait to be accepted.
const CONNECTIONS_MAX: usize = 16;
/// A connection is closed after this time, whatever it does.
const CONNECTION_LIFE_MAX: Duration = Duration::from_secs(30);

/// How the node asks, and what it was told of the tasks that it holds.
#[derive(Debug)]
pub(super) struct Identities {
    node: String,
    key: SecretText,
    control_socket: PathBuf,
    tasks: Mutex<BTreeMap<String, Arc<OfTask>>>,
}

/// What is known of one task. Dropped, nothing is served any more.
#[derive(Debug, Default)]
struct OfTask {
    values: OnceCell<Arc<StartValues>>,
    credentials: tokio::sync::Mutex<Option<TaskCredentials>>,
    serving: Mutex<JoinSet<()>>,
}

impl Identities {
    pub(super) fn new(node: String, key: SecretText, control_socket: PathBuf) -> Identities {
        Identities { node, key, control_socket, tasks: Mutex::default() }
    }

    /// What the task's containers are started with; asked for once.
    pub(super) async fn start_values(&self, task: &TaskKey) -> Result<Arc<StartValues>, Failure> {
        let of = self.of(task);
        let values =
            of.values.get_or_try_init(async || match self.ask(task, Wanted::Start).await {
                Ok(IdentityAnswer::Start(values)) => Ok(Arc::from(values)),
                Ok(IdentityAnswer::Refused { reason }) => Err(failure(reason)),
                Ok(IdentityAnswer::Credentials(_)) => {
                    Err(failure("control answers amiss".to_owned()))
                }
                Err(error) => Err(failure(format!("ResourceInitializationError: {error:#}"))),
            });
        values.await.map(Arc::clone)
    }

    /// Lets go of all that was known of a task, and serves it no more.
    pub(super) fn forget(&self, task: &TaskKey) {
        self.table().remove(&task.id);
    }

    /// Those that were given last, as long as they have half of their life before them.
    async fn credentials(&self, task: &TaskKey) -> Result<TaskCredentials> {
        let of = self.of(task);
        let mut kept = of.credentials.lock().await;
        let now = crate::clock::now();
        if let Some(known) = kept.as_ref().filter(|known| is_young(known, now)) {
            return Ok(known.clone());
        }
        match self.ask(task, Wanted::Credentials).await {
            Ok(IdentityAnswer::Credentials(given)) => {
                *kept = Some((*given).clone());
                Ok(*given)
            }
            Ok(IdentityAnswer::Refused { reason }) => {
                *kept = None;
                bail!(reason)
            }
            Ok(IdentityAnswer::Start(_)) => bail!("control answers amiss"),
            // Control is away: what was given last is good until it expires.
            Err(error) => match kept.as_ref().filter(|known| known.expires_at > now) {
                Some(known) => Ok(known.clone()),
                None => Err(error),
            },
        }
    }

    async fn ask(&self, task: &TaskKey, wanted: Wanted) -> Result<IdentityAnswer> {
        let mut link =
            link::connect::<IdentityAnswer, IdentityRequest>(&self.control_socket, "/identity")
                .await
                .context("control cannot be reached")?;
        let (node, key) = (self.node.clone(), self.key.clone());
        link.send(&IdentityRequest { node, key, task: task.clone(), wanted }).await?;
        link.receive().await?.context("control did not answer")
    }

    fn of(&self, task: &TaskKey) -> Arc<OfTask> {
        Arc::clone(self.table().entry(task.id.clone()).or_default())
    }

    fn table(&self) -> MutexGuard<'_, BTreeMap<String, Arc<OfTask>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RealHost {
    /// Serves a task its credentials, if it has a role and they are not served already.
    pub(super) async fn serve_credentials(&self, assignment: &Assignment) -> Result<()> {
        if !assignment.spec.has_task_role {
            return Ok(());
        }
        let task = &assignment.task;
        let of = self.identities.of(task);
        if !of.serving.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return Ok(());
        }
        let bind = || -> io::Result<std::net::TcpListener> {
            let listener = std::net::TcpListener::bind((CREDENTIALS_ADDRESS, PORT))?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        };
        let listener = self.network.run_in_task(&task.id, bind).await?;
        let listener = TcpListener::from_std(listener)?;
        let serving = serve(listener, Arc::clone(&self.identities), task.clone());
        of.serving.lock().unwrap_or_else(PoisonError::into_inner).spawn(serving);
        Ok(())
    }
}

async fn serve(listener: TcpListener, identities: Arc<Identities>, task: TaskKey) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.expect("it is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_ended) = connections.join_next() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(task = task.id, %error, "a connection was not accepted");
                continue;
            }
        };
        let (identities, task) = (Arc::clone(&identities), task.clone());
        connections.spawn(async move {
            let _place = place;
            let answering = service_fn(|request| {
                let (identities, task) = (Arc::clone(&identities), task.clone());
                async move {
                    let answer = answer(&identities, &task, (peer, request)).await;
                    Ok::<_, Infallible>(answer)
                }
            });
            let stream = TokioIo::new(stream);
            let connection = http1::Builder::new().serve_connection(stream, answering);
            let _ = tokio::time::timeout(CONNECTION_LIFE_MAX, connection).await;
        });
    }
}

async fn answer(
    identities: &Identities,
    task: &TaskKey,
    (peer, request): (SocketAddr, Request<Incoming>),
) -> Response<Full<Bytes>> {
    // Only who is inside has this address.
    if peer.ip() != CREDENTIALS_ADDRESS {
        return refused(StatusCode::FORBIDDEN, "AccessDenied", "not from inside the task");
    }
    if request.method() != Method::GET {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", "only GET is served");
    }
    let path = match identities.start_values(task).await {
        Ok(values) => values.credentials_path.clone(),
        Err(failure) => {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "ServerError", &failure.reason);
        }
    };
    if path.as_deref() != Some(request.uri().path()) {
        let message = "CredentialsV2Request: Credentials not found";
        return refused(StatusCode::BAD_REQUEST, "InvalidIdInRequest", message);
    }
    match identities.credentials(task).await {
        Ok(given) => {
            let body = json!({
                "RoleArn": given.role_arn,
                "AccessKeyId": given.access_key_id,
                "SecretAccessKey": given.secret_access_key.as_str(),
                "Token": given.token.as_str(),
                "Expiration": wire::to_iso8601(given.expires_at),
            });
            respond(StatusCode::OK, body.to_string())
        }
        Err(error) => {
            refused(StatusCode::SERVICE_UNAVAILABLE, "ServerError", &format!("{error:#}"))
        }
    }
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response<Full<Bytes>> {
    let body = json!({ "code": code, "message": message, "HTTPErrorCode": status.as_u16() });
    respond(status, body.to_string())
}

fn respond(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
    response
}

fn is_young(known: &TaskCredentials, now: model::Timestamp) -> bool {
    known.expires_at.since(now) > now.since(known.issued_at)
}
