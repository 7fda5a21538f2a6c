//! One request to one target: on an idle connection if there is one, else on a new one.
//!
//! A target may close an idle connection just as it is used again. A request that hyper gives
//! back unsent is always sent once more; one that may have been received only if it has no body
//! and its method is idempotent.

use std::{sync::Arc, time::Duration};

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::{
    body::{Progress, RequestBody},
    connect::{ConnectError, connect},
    limits::CONNECT_TIMEOUT,
    metrics::Counters,
    shared::Shared,
    target::Target,
    wire::Wire,
};

/// What is needed to send a request.
#[derive(Debug)]
pub(crate) struct Sender<'s> {
    pub(crate) shared: &'s Shared,
    pub(crate) target: &'s Target,
    pub(crate) counters: &'s Counters,
    /// How long the target may take to answer, counted from the last byte of the request.
    pub(crate) idle: Duration,
    pub(crate) upload: Option<&'s Arc<Progress>>,
}

/// The head of an answer, and the connection its body comes from.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) response: Response<Incoming>,
    pub(crate) wire: Wire,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    NotConnected,
    ConnectTimedOut,
    /// The balancer has no connection left to give.
    Exhausted,
    Broken,
    TimedOut,
    UploadStalled,
}

enum Attempt {
    Sent(Sent),
    /// Not received by the target, or harmless to say again.
    Again(Request<RequestBody>),
    Failed(Failure),
}

impl Failure {
    /// COMPAT: a refused or broken connection is 502, a silent target 504, a silent client 408.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::NotConnected | Self::Broken => StatusCode::BAD_GATEWAY,
            Self::ConnectTimedOut | Self::TimedOut => StatusCode::GATEWAY_TIMEOUT,
            Self::Exhausted => StatusCode::SERVICE_UNAVAILABLE,
            Self::UploadStalled => StatusCode::REQUEST_TIMEOUT,
        }
    }
}

impl Sender<'_> {
    pub(crate) async fn send(&self, request: Request<RequestBody>) -> Result<Sent, Failure> {
        let mut request = request;
        if let Some(wire) = self.target.pool.take() {
            let spare = spare(&request);
            match self.attempt(wire, request, spare).await {
                Attempt::Sent(sent) => return Ok(sent),
                Attempt::Failed(failure) => return Err(failure),
                Attempt::Again(again) => request = again,
            }
        }
        let wire = self.open().await?;
        match self.attempt(wire, request, None).await {
            Attempt::Sent(sent) => Ok(sent),
            Attempt::Failed(failure) => Err(failure),
            Attempt::Again(_) => Err(Failure::Broken),
        }
    }

    async fn open(&self) -> Result<Wire, Failure> {
        let permits = Arc::clone(&self.shared.target_permits);
        let Ok(permit) = permits.try_acquire_owned() else { return Err(Failure::Exhausted) };
        let target = self.target;
        let connected = connect(target.source, target.address, CONNECT_TIMEOUT).await;
        let failure = match connected {
            Ok(stream) => {
                self.counters.target_connected();
                return Wire::new(stream, permit).await.map_err(|_| Failure::Broken);
            }
            Err(ConnectError::TimedOut) => Failure::ConnectTimedOut,
            Err(ConnectError::Refused(error) | ConnectError::Local(_, error)) => {
                tracing::debug!(target = %target.address, %error, "no connection to a target");
                Failure::NotConnected
            }
        };
        self.counters.target_connection_failed();
        target.check_wanted.notify_one();
        Err(failure)
    }

    async fn attempt(
        &self,
        mut wire: Wire,
        request: Request<RequestBody>,
        spare: Option<Request<RequestBody>>,
    ) -> Attempt {
        let exchanged = {
            let mut exchange = std::pin::pin!(wire.exchange(request));
            loop {
                match tokio::time::timeout(self.idle, exchange.as_mut()).await {
                    Ok(exchanged) => break exchanged,
                    Err(_elapsed) => {
                        if let Some(failure) = self.overdue() {
                            return Attempt::Failed(failure);
                        }
                    }
                }
            }
        };
        match exchanged {
            Ok(response) => Attempt::Sent(Sent { response, wire }),
            Err(mut error) => {
                // An answer that cannot be read is an answer: the target had the request.
                let spare = spare.filter(|_| !error.error().is_parse());
                if let Some(request) = error.take_message().or(spare) {
                    return Attempt::Again(request);
                }
                tracing::debug!(error = %error.error(), "a target gave no answer");
                Attempt::Failed(Failure::Broken)
            }
        }
    }

    /// What is overdue: the answer, or the rest of the client's upload. None if bytes still move.
    fn overdue(&self) -> Option<Failure> {
        match self.upload {
            None => Some(Failure::TimedOut),
            Some(upload) if self.shared.ticks.since(upload.last()) < self.idle => None,
            Some(upload) if upload.is_done() => Some(Failure::TimedOut),
            Some(_) => Some(Failure::UploadStalled),
        }
    }
}

/// The request once more, for the case that the target never answers it.
fn spare(request: &Request<RequestBody>) -> Option<Request<RequestBody>> {
    let is_idempotent = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    );
    if !is_idempotent || !matches!(request.body(), RequestBody::Empty) {
        return None;
    }
    let mut spare = Request::new(RequestBody::Empty);
    *spare.method_mut() = request.method().clone();
    *spare.uri_mut() = request.uri().clone();
    *spare.headers_mut() = request.headers().clone();
    Some(spare)
}
