//! Reads a request's body within its bounds of size and time.

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::limits::{BIG_BODIES_MAX, BODY_DRAIN_BYTES_MAX, Limits, SMALL_BODY_BYTES};

/// Reads bodies; all connections share one, so that the bound is on their sum.
#[derive(Debug)]
pub(crate) struct BodyReader {
    big_bodies: Semaphore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("the body is larger than the limit")]
    TooLarge,
    #[error("the body did not come in time")]
    TimedOut,
    #[error("the body is not well formed, or was cut off")]
    Broken,
}

impl BodyReader {
    pub(crate) fn new() -> BodyReader {
        BodyReader { big_bodies: Semaphore::new(BIG_BODIES_MAX) }
    }

    /// The whole body.
    pub(crate) async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        limits: &Limits,
    ) -> Result<Bytes, ReadError> {
        let reading = async {
            if stated_length(headers).is_some_and(|length| length > limits.body_bytes_max as u64) {
                if !headers.contains_key(EXPECT) {
                    drain(body).await;
                }
                return Err(ReadError::TooLarge);
            }
            self.collect(body, limits.body_bytes_max).await
        };
        timeout(limits.body_timeout, reading).await.unwrap_or(Err(ReadError::TimedOut))
    }

    async fn collect(&self, mut body: Body, bytes_max: usize) -> Result<Bytes, ReadError> {
        let mut collected = BytesMut::new();
        let mut place = None;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| ReadError::Broken)?.into_data() else { continue };
            if collected.is_empty() && body.is_end_stream() && data.len() <= bytes_max {
                return Ok(data);
            }
            if collected.len() + data.len() > bytes_max {
                drain(body).await;
                return Err(ReadError::TooLarge);
            }
            if place.is_none() && collected.len() + data.len() > SMALL_BODY_BYTES {
                place = Some(self.big_bodies.acquire().await.map_err(|_| ReadError::TimedOut)?);
            }
            collected.extend_from_slice(&data);
        }
        Ok(collected.freeze())
    }
}

/// Throws away what its sender will not stop sending, up to a bound.
async fn drain(mut body: Body) {
    let mut drained = 0;
    while let Some(Ok(frame)) = body.frame().await {
        drained += frame.data_ref().map_or(0, Bytes::len);
        if drained > BODY_DRAIN_BYTES_MAX {
            return;
        }
    }
}

fn stated_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
