//! Asks the functions of lifecycle hooks, through the Lambda Invoke API of an endpoint.
//!
//! A hook's run in the state says that a function is to be asked. Whoever finds it there asks,
//! and writes the answer into the same run; an answer that was lost is asked for again.
//!
//! INVARIANT: a function that cannot be asked fails its hook, with the reason.
//
// COMPAT: the request is "Invoke" (Lambda API Reference); the answer's `X-Amz-Function-Error`
// says that the function itself failed.

use std::collections::BTreeSet;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use model::{Plan, Timestamp};
use planner::hook_call::{self, Answer, Call};
use store::Store;
use tokio::task::JoinSet;

use crate::clock::Clock;

/// LIMIT: functions that are asked at once; the others wait for one of them.
const CALLS_MAX: usize = 32;
/// LIMIT: Lambda's own, for one invocation.
const CALL_TIME_MAX: Duration = Duration::from_mins(15);
/// LIMIT: Lambda's own, for an answer.
const ANSWER_BYTES_MAX: usize = 6 << 20;

/// Asks the functions that are due, one call a run at a time.
#[derive(Debug)]
pub struct Functions {
    store: Store,
    clock: Clock,
    endpoint: Option<Uri>,
    client: Client<HttpConnector, Full<Bytes>>,
    calls: JoinSet<String>,
    /// The runs that are being asked for.
    asked: BTreeSet<String>,
}

impl Functions {
    /// `endpoint` is where a Lambda API answers, for example `http://127.0.0.1:9001`.
    pub fn new(store: Store, clock: Clock, endpoint: Option<Uri>) -> Functions {
        Functions {
            store,
            clock,
            endpoint,
            client: Client::builder(TokioExecutor::new()).build_http(),
            calls: JoinSet::new(),
            asked: BTreeSet::new(),
        }
    }

    /// Runs until the store is closed.
    pub async fn run(mut self) {
        let mut watcher = self.store.watch();
        loop {
            let (due, next) = hook_call::due(&self.store.snapshot(), self.clock.now());
            for call in due {
                self.ask(call);
            }
            let remaining = next.map(|at: Timestamp| at.since(self.clock.now()));
            let event = async {
                tokio::select! {
                    changed = watcher.changed() => changed.map(|_| None),
                    Some(done) = self.calls.join_next() => Ok(done.ok()),
                }
            };
            let happened = match remaining {
                Some(remaining) => tokio::time::timeout(remaining, event).await.unwrap_or(Ok(None)),
                None => event.await,
            };
            match happened {
                Ok(Some(answered)) => drop(self.asked.remove(&answered)),
                Ok(None) => {}
                Err(store::Closed) => return,
            }
        }
    }

    fn ask(&mut self, call: Call) {
        if self.calls.len() >= CALLS_MAX || !self.asked.insert(call.hook_id.clone()) {
            return;
        }
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (client, endpoint) = (self.client.clone(), self.endpoint.clone());
        self.calls.spawn(async move {
            let answer = match invoke(&client, endpoint.as_ref(), &call).await {
                Ok(body) => hook_call::read(&call, &body),
                Err(error) => hook_call::unreachable(&call.function_arn, &told(&error)),
            };
            note(&store, &clock, (&call, &answer)).await;
            call.hook_id
        });
    }
}

#[derive(Debug, thiserror::Error)]
enum InvokeError {
    #[error("no Lambda endpoint is configured: `longshore up --lambda-endpoint URL`")]
    NoEndpoint,
    #[error("the endpoint's address is not valid")]
    Address(#[from] hyper::http::Error),
    #[error("the endpoint does not answer")]
    Connection(#[from] hyper_util::client::legacy::Error),
    #[error("the answer cannot be read: {0}")]
    Body(String),
    #[error("the endpoint answered {0}")]
    Status(hyper::StatusCode),
    #[error("the function failed: {0}")]
    Function(String),
    #[error("the function did not answer within {} s", CALL_TIME_MAX.as_secs())]
    Late,
}

async fn invoke(
    client: &Client<HttpConnector, Full<Bytes>>,
    endpoint: Option<&Uri>,
    call: &Call,
) -> Result<Bytes, InvokeError> {
    let endpoint = endpoint.ok_or(InvokeError::NoEndpoint)?;
    let name = call.function_arn.split(':').nth(6).unwrap_or(&call.function_arn);
    let base = endpoint.to_string();
    let base = base.trim_end_matches('/');
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{base}/2015-03-31/functions/{name}/invocations"))
        .header("content-type", "application/json")
        .header("x-amz-invocation-type", "RequestResponse")
        .body(Full::new(Bytes::from(call.event.clone())))?;
    let asked = async {
        let answer = client.request(request).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| InvokeError::Body(error.to_string()))?.to_bytes();
        if !head.status.is_success() {
            return Err(InvokeError::Status(head.status));
        }
        match head.headers.get("x-amz-function-error") {
            Some(kind) => {
                Err(InvokeError::Function(String::from_utf8_lossy(kind.as_bytes()).into_owned()))
            }
            None => Ok(body),
        }
    };
    tokio::time::timeout(CALL_TIME_MAX, asked).await.unwrap_or(Err(InvokeError::Late))
}

/// An error with what caused it.
fn told(error: &InvokeError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Writes an answer into the run that it is for.
async fn note(store: &Store, clock: &Clock, (call, answer): (&Call, &Answer)) {
    let noted = store.transact(|snapshot| {
        let mut plan = Plan::new();
        let deployment = snapshot.service_deployment(&call.service, &call.deployment);
        if let Some(deployment) = deployment
            && let Some(next) = hook_call::answered(deployment, &call.hook_id, answer, clock.now())
        {
            plan.update(deployment, next);
        }
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    if let Err(error) = noted.await {
        tracing::error!(%error, hook = call.hook_id, "a hook's answer is not kept");
    }
}
