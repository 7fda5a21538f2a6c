//! Bodies on their way through: the client's to the target, the target's to the client.
//!
//! Neither is ever held as a whole. The answer's body also drives the target's connection, and
//! gives it back to the pool the moment the last byte is read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use thiserror::Error;

use crate::{
    client::OpenRequest, shared::Shared, stall::Stall, target::InFlight, ticks::Ticks, wire::Wire,
};

/// A request's body.
#[derive(Debug)]
pub(crate) enum RequestBody {
    Empty,
    Upload(Upload),
}

#[derive(Debug)]
pub(crate) struct Upload {
    incoming: Incoming,
    progress: Arc<Progress>,
    ticks: Arc<Ticks>,
}

/// How far an upload is.
#[derive(Debug)]
pub(crate) struct Progress {
    is_done: AtomicBool,
    last: AtomicU64,
}

/// An answer's body.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    kind: Kind,
    /// Ends the request when the body is dropped, sent or not.
    open: Option<OpenRequest>,
}

#[derive(Debug)]
enum Kind {
    Own(Option<Bytes>),
    Proxied(Proxied),
}

/// What a target sends.
#[derive(Debug)]
pub(crate) struct Proxied {
    pub(crate) incoming: Incoming,
    /// None once it was given back, or while it has a task of its own.
    pub(crate) wire: Option<Wire>,
    pub(crate) held: Option<InFlight>,
    /// How long the target may send nothing.
    pub(crate) idle: Duration,
    pub(crate) stall: Stall,
    /// The connection is not to be used again.
    pub(crate) must_close: bool,
}

/// Why an answer's body is cut short.
#[derive(Debug, Error)]
pub(crate) enum BodyError {
    #[error("the target broke off its answer")]
    Target(#[from] hyper::Error),
    #[error("the target stopped sending")]
    Stalled,
}

impl RequestBody {
    pub(crate) fn new(incoming: Incoming, ticks: &Arc<Ticks>) -> (Self, Option<Arc<Progress>>) {
        if incoming.is_end_stream() {
            return (Self::Empty, None);
        }
        let progress = Arc::new(Progress {
            is_done: AtomicBool::new(false),
            last: AtomicU64::new(ticks.now()),
        });
        let upload = Upload { incoming, progress: Arc::clone(&progress), ticks: Arc::clone(ticks) };
        (Self::Upload(upload), Some(progress))
    }
}

impl Progress {
    pub(crate) fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Relaxed)
    }

    pub(crate) fn last(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self::Upload(upload) = self.get_mut() else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(&mut upload.incoming).poll_frame(context));
        upload.progress.last.store(upload.ticks.now(), Ordering::Relaxed);
        if frame.is_none() || upload.incoming.is_end_stream() {
            upload.progress.is_done.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Upload(upload) => upload.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Upload(upload) => upload.incoming.size_hint(),
        }
    }
}

impl ResponseBody {
    pub(crate) fn own(bytes: Bytes, open: Option<OpenRequest>) -> Self {
        Self { kind: Kind::Own(Some(bytes).filter(|bytes| !bytes.is_empty())), open }
    }

    pub(crate) fn proxied(proxied: Proxied, open: OpenRequest) -> Self {
        Self { kind: Kind::Proxied(proxied), open: Some(open) }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let frame = match &mut this.kind {
            Kind::Own(bytes) => bytes.take().map(|bytes| Ok(Frame::data(bytes))),
            Kind::Proxied(proxied) => ready!(proxied.poll_frame(context)),
        };
        if !matches!(frame, Some(Ok(_))) {
            this.open = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Own(bytes) => bytes.is_none(),
            Kind::Proxied(proxied) => proxied.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Own(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Kind::Proxied(proxied) => proxied.incoming.size_hint(),
        }
    }
}

impl Proxied {
    fn poll_frame(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = match &mut self.wire {
            None => Pin::new(&mut self.incoming).poll_frame(context),
            Some(wire) => match look(&mut self.incoming) {
                Poll::Pending => {
                    wire.drive(context);
                    look(&mut self.incoming)
                }
                there @ Poll::Ready(_) => there,
            },
        };
        match frame {
            Poll::Pending if self.stall.is_over(self.idle, context) => {
                self.wire = None;
                Poll::Ready(Some(Err(BodyError::Stalled)))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Err(error))) => {
                self.wire = None;
                Poll::Ready(Some(Err(error.into())))
            }
            Poll::Ready(Some(Ok(frame))) => {
                self.stall.moved();
                if self.incoming.is_end_stream() {
                    self.finish();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => {
                self.finish();
                Poll::Ready(None)
            }
        }
    }

    /// The answer was read to its end: the target is free, and so is its connection.
    fn finish(&mut self) {
        if let (Some(wire), Some(held), false) = (self.wire.take(), &self.held, self.must_close) {
            release(wire, held, &self.stall.client().shared);
        }
        self.held = None;
    }
}

/// The frame that is there, without a waker: only driving brings another, and whoever looks does
/// that next. Without a budget, too, since running out of one wakes.
fn look(incoming: &mut Incoming) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
    let looking = std::future::poll_fn(|context| Pin::new(&mut *incoming).poll_frame(context));
    let looking = std::pin::pin!(tokio::task::unconstrained(looking));
    looking.poll(&mut Context::from_waker(Waker::noop()))
}

/// Keeps a connection whose answer was read to the end.
pub(crate) fn release(mut wire: Wire, held: &InFlight, shared: &Shared) {
    if wire.is_ready() || wire.is_still_ready() {
        held.target().pool.put(wire, shared.ticks.now());
    }
}
