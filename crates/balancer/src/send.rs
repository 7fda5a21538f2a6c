//! One request to one target: on an idle connection if there is one, else on a new one.
//!
//! A target may close an idle connection just as it is used again. A request that hyper gives
//! back unsent is always sent once more; one that may have been received only if it has no body
//! and its method is idempotent.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::{
    body::{Progress, RequestBody},
    client::Client,
    connect::{ConnectError, connect},
    limits::CONNECT_TIMEOUT,
    metrics::Counters,
    stall::Stall,
    target::Target,
    wire::{Exchanged, Wire},
};

/// What is needed to send a request.
#[derive(Debug)]
pub(crate) struct Sender<'s> {
    pub(crate) client: &'s Arc<Client>,
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
    Again(Box<Request<RequestBody>>),
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
    pub(crate) async fn send(&self, request: Box<Request<RequestBody>>) -> Result<Sent, Failure> {
        let mut request = request;
        let mut idle = self.target.pool.take();
        loop {
            let (wire, spare, is_reused) = match idle.take() {
                Some(wire) => (wire, spare(&request), true),
                // Rare, and large: boxed, so that every request's future is smaller.
                None => (Box::pin(self.open()).await?, None, false),
            };
            match self.attempt(wire, request, spare).await {
                Attempt::Sent(sent) => return Ok(sent),
                Attempt::Failed(failure) => return Err(failure),
                Attempt::Again(again) if is_reused => request = again,
                Attempt::Again(_) => return Err(Failure::Broken),
            }
        }
    }

    async fn open(&self) -> Result<Wire, Failure> {
        let permits = Arc::clone(&self.client.shared.target_permits);
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
        request: Box<Request<RequestBody>>,
        spare: Option<Box<Request<RequestBody>>>,
    ) -> Attempt {
        let mut exchange = wire.exchange(*request);
        let mut stall = Stall::new(self.client);
        let answer = std::future::poll_fn(|context| {
            if let Poll::Ready(exchanged) = Pin::new(&mut exchange).poll(context) {
                return Poll::Ready(Ok(exchanged));
            }
            self.poll_patience(&mut stall, context)
        });
        let answered = answer.await;
        drop(exchange);
        match answered {
            Err(failure) => Attempt::Failed(failure),
            Ok(Ok(response)) => Attempt::Sent(Sent { response, wire }),
            Ok(Err(mut error)) => {
                if let Some(unsent) = error.take_message() {
                    return Attempt::Again(Box::new(unsent));
                }
                // An answer that cannot be read is an answer: the target had the request.
                if let Some(spare) = spare.filter(|_| !error.error().is_parse()) {
                    return Attempt::Again(spare);
                }
                tracing::debug!(error = %error.error(), "a target gave no answer");
                Attempt::Failed(Failure::Broken)
            }
        }
    }

    /// Ready when nothing moved for too long.
    fn poll_patience(
        &self,
        stall: &mut Stall,
        context: &mut Context<'_>,
    ) -> Poll<Result<Exchanged, Failure>> {
        if let Some(upload) = self.upload {
            stall.moved_at(upload.last());
        }
        if stall.is_over(self.idle, context) {
            return Poll::Ready(Err(self.overdue()));
        }
        Poll::Pending
    }

    /// Who is to blame for the silence.
    fn overdue(&self) -> Failure {
        match self.upload {
            Some(upload) if !upload.is_done() => Failure::UploadStalled,
            Some(_) | None => Failure::TimedOut,
        }
    }
}

/// The request once more, for the case that the target never answers it.
fn spare(request: &Request<RequestBody>) -> Option<Box<Request<RequestBody>>> {
    let is_idempotent = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE
    );
    if !is_idempotent || !matches!(request.body(), RequestBody::Empty) {
        return None;
    }
    let mut spare = Box::new(Request::new(RequestBody::Empty));
    *spare.method_mut() = request.method().clone();
    *spare.uri_mut() = request.uri().clone();
    *spare.headers_mut() = request.headers().clone();
    Some(spare)
}
