//! Bodies of requests and answers, and what is kept with them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use s3s::{S3Result, s3_error};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::fault;
use crate::limits::{BODY_STALL_MAX, DOCUMENT_BYTES_MAX, DRAIN_BYTES_MAX, DRAIN_TIME_MAX};

/// A request's body, of which what nobody read can be thrown away afterwards.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Body>>);

impl Shared {
    pub(crate) fn new(body: Body) -> Shared {
        Shared(Arc::new(Mutex::new(body)))
    }

    /// All of it, which is a document.
    pub(crate) async fn read(&mut self) -> S3Result<Bytes> {
        let mut read = BytesMut::new();
        loop {
            let next = timeout(BODY_STALL_MAX, self.frame()).await;
            let next =
                next.map_err(|_| s3_error!(RequestTimeout, "The body did not come in time."))?;
            let Some(frame) = next else { return Ok(read.freeze()) };
            let cut_off = |_| s3_error!(IncompleteBody, "The request's body was cut off.");
            let Ok(data) = frame.map_err(cut_off)?.into_data() else { continue };
            if read.len() + data.len() > DOCUMENT_BYTES_MAX {
                return Err(fault::too_large());
            }
            read.extend_from_slice(&data);
        }
    }

    /// Reads what its sender will not stop sending, up to a bound.
    pub(crate) async fn drain(mut self) {
        let draining = async {
            let mut drained = 0;
            while let Some(Ok(frame)) = self.frame().await {
                drained += frame.data_ref().map_or(0, Bytes::len) as u64;
                if drained > DRAIN_BYTES_MAX {
                    return;
                }
            }
        };
        // What did not come by then is the sender's loss.
        let _is_drained = timeout(DRAIN_TIME_MAX, draining).await;
    }
}

impl http_body::Body for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).size_hint()
    }
}

/// An answer's body, which keeps the request's place until it is sent.
pub(crate) struct Placed {
    pub(crate) body: s3s::Body,
    pub(crate) _place: OwnedSemaphorePermit,
}

impl http_body::Body for Placed {
    type Data = Bytes;
    type Error = s3s::StdError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, s3s::StdError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
