//! One connection of a load: a request, its answer, the next request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::Plan;
use crate::summary::{Outcome, Summary};

/// Time from a refused connection to the next attempt, so that a host which is away is not
/// hammered a hundred thousand times a second.
const RECONNECT_PAUSE: Duration = Duration::from_millis(10);

/// One worker and its connection, if it has one.
#[derive(Debug)]
pub(crate) struct Worker {
    plan: Arc<Plan>,
    sender: Option<SendRequest<Empty<Bytes>>>,
    connections: JoinSet<()>,
    summary: Summary,
}

impl Worker {
    pub(crate) fn new(plan: Arc<Plan>) -> Worker {
        Worker { plan, sender: None, connections: JoinSet::new(), summary: Summary::default() }
    }

    pub(crate) async fn run(mut self) -> Summary {
        let mut pace = self.plan.pace.map(tokio::time::interval);
        if let Some(interval) = &mut pace {
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        }
        loop {
            if let Some(interval) = &mut pace {
                tokio::select! {
                    _ = interval.tick() => {}
                    () = self.plan.stop.cancelled() => {}
                }
            }
            if !self.plan.take() {
                return self.summary;
            }
            self.one_request().await;
        }
    }

    async fn one_request(&mut self) {
        let begun = Instant::now();
        let timeout = self.plan.timeout;
        let outcome = tokio::time::timeout(timeout, self.ask()).await.unwrap_or(Outcome::Timeout);
        self.plan.note(&outcome);
        let refused = matches!(outcome, Outcome::Connect(_));
        if matches!(outcome, Outcome::Timeout | Outcome::Broken(_)) {
            self.sender = None;
        }
        self.summary.record(outcome, begun.elapsed());
        if refused {
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    async fn ask(&mut self) -> Outcome {
        let usable = match &mut self.sender {
            // Waits until the last answer is done with; fails where the server closed, as it
            // may between two requests.
            Some(sender) => sender.ready().await.is_ok(),
            None => false,
        };
        if !usable && let Err(outcome) = self.connect().await {
            return outcome;
        }
        let request = self.request();
        let sender = self.sender.as_mut().expect("connected above");
        let answer = match sender.send_request(request).await {
            Ok(answer) => answer,
            Err(error) => return Outcome::Broken(described(&error)),
        };
        let status = answer.status();
        // The whole answer has to come, also where it tells of a failure.
        let body = match answer.into_body().collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => return Outcome::Broken(described(&error)),
        };
        self.judged(status, &body)
    }

    async fn connect(&mut self) -> Result<(), Outcome> {
        self.sender = None;
        let refused = |error: std::io::Error| Outcome::Connect(error.to_string());
        let stream = TcpStream::connect(self.plan.address).await.map_err(refused)?;
        stream.set_nodelay(true).map_err(refused)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Outcome::Connect(described(&error)))?;
        while self.connections.try_join_next().is_some() {}
        self.connections.spawn(async move {
            // The request in flight gets the same error.
            let _ = connection.await;
        });
        self.sender = Some(sender);
        Ok(())
    }

    fn request(&self) -> Request<Empty<Bytes>> {
        let url = &self.plan.url;
        let path = url.path_and_query().map_or("/", |path| path.as_str());
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let host = HeaderValue::from_str(authority).expect("an authority is printable");
        let request = Request::get(path).header(HOST, host);
        request.body(Empty::new()).expect("a path from a url is a path")
    }

    fn judged(&self, status: StatusCode, body: &[u8]) -> Outcome {
        if !status.is_success() {
            return Outcome::Status(status.as_u16());
        }
        let Some(field) = &self.plan.by else { return Outcome::Ok(None) };
        let told: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        Outcome::Ok(Some(match &told[field] {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }))
    }
}

/// The error and its causes in one line.
fn described(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
