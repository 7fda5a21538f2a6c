//! One HTTP/1.1 connection to a target, driven by whoever uses it.
//!
//! hyper splits a connection in a sender and a driver that must be polled. Spawning the driver
//! would cost two wake-ups and a thread hop per message; here the request's own task polls both.
//! A connection whose answer comes before the request's body is all sent is the exception: it is
//! detached into a task of its own, so that neither direction can stall the other.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use http::{Request, Response};
use hyper::{
    body::Incoming,
    client::conn::{TrySendError, http1},
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit};

use crate::{body::RequestBody, limits::HEAD_BYTES_MAX, shared::Shared, small_writes::SmallWrites};

/// What came of sending a request; one that was not sent is in the error.
pub(crate) type Exchanged = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>;

type Driver = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// An open connection.
pub(crate) struct Wire {
    sender: http1::SendRequest<RequestBody>,
    driver: Option<Driver>,
    /// Its share of the connections that may be open; the driver keeps it where it goes.
    permit: Option<OwnedSemaphorePermit>,
}

impl Wire {
    pub(crate) async fn new(
        stream: TcpStream,
        permit: OwnedSemaphorePermit,
    ) -> hyper::Result<Self> {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake(TokioIo::new(SmallWrites(stream)))
            .await?;
        let driver: Driver = Box::pin(connection.with_upgrades());
        Ok(Self { sender, driver: Some(driver), permit: Some(permit) })
    }

    /// Sends a request and waits for the head of its answer.
    ///
    /// Only driving brings the answer, so nobody need be woken for it: a waker would wake this
    /// very task once more. It is polled without a budget, since running out of one wakes, too.
    pub(crate) fn exchange(
        &mut self,
        request: Request<RequestBody>,
    ) -> impl Future<Output = Exchanged> + use<'_> {
        // Sent before anything is awaited, and boxed, so that the futures that every request
        // moves about are small.
        let answer = tokio::task::unconstrained(self.sender.try_send_request(request));
        let mut answer = Box::pin(answer);
        let driver = &mut self.driver;
        std::future::poll_fn(move |context| {
            drive(driver, context);
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        })
    }

    /// Moves bytes; whether the connection is over is seen by `is_reusable`.
    pub(crate) fn drive(&mut self, context: &mut Context<'_>) {
        drive(&mut self.driver, context);
    }

    /// Whether another request can be sent, as far as it was driven: it is open and its last
    /// answer was read to the end.
    pub(crate) fn is_ready(&self) -> bool {
        self.driver.is_some() && self.sender.is_ready()
    }

    /// The same, after a look whether its target closed it.
    pub(crate) fn is_still_ready(&mut self) -> bool {
        // The waker of whoever uses it next replaces this one.
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.is_ready()
    }

    /// Gives the driver a task of its own, for as long as the connection has something to move.
    pub(crate) fn detach(self, shared: &Arc<Shared>) {
        let Self { sender, driver, permit } = self;
        let Some(driver) = driver else { return };
        shared.tasks.spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a connection to a target broke");
            }
            drop((sender, permit));
        });
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Wire")
            .field("is_open", &self.driver.is_some())
            .finish_non_exhaustive()
    }
}

fn drive(driver: &mut Option<Driver>, context: &mut Context<'_>) {
    let Some(running) = driver else { return };
    if let Poll::Ready(result) = running.as_mut().poll(context) {
        if let Err(error) = result {
            tracing::debug!(%error, "a connection to a target broke");
        }
        *driver = None;
    }
}
