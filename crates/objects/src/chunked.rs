//! The framing that clients put around a body whose signature or checksum comes in pieces.
//!
//! Where there is a signature, `s3s` reads the framing and verifies each chunk. Where there is
//! none, or nobody asks for it, the framing is there all the same, and is read here.
//!
//! COMPAT: "Signature calculations for the Authorization header: transferring payload in multiple
//! chunks".

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use bytes::{Buf as _, Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;

/// LIMIT: of a chunk's head, and of all that follows the last.
const LINE_BYTES_MAX: usize = 16 << 10;

/// What follows the body, once it was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trailers(Arc<Mutex<Option<HeaderMap>>>);

impl Trailers {
    pub(crate) fn take(&self) -> Option<HeaderMap> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChunkError {
    #[error("the body was cut off")]
    Incomplete,
    #[error("the body is not framed as its head says")]
    Malformed,
}

pub(crate) fn decode(
    body: Body,
    trailers: Trailers,
) -> impl Stream<Item = Result<Bytes, ChunkError>> + Send {
    let decoder = Decoder { body, buffer: BytesMut::new(), state: State::Head, trailers };
    futures_util::stream::try_unfold(decoder, Decoder::next)
}

struct Decoder {
    body: Body,
    buffer: BytesMut,
    state: State,
    trailers: Trailers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A chunk's length comes.
    Head,
    /// So much of a chunk.
    Data(usize),
    /// The line's end behind a chunk.
    End,
    Trailers,
    Done,
}

impl Decoder {
    async fn next(mut self) -> Result<Option<(Bytes, Decoder)>, ChunkError> {
        loop {
            match self.state {
                State::Head => {
                    let line = self.line().await?;
                    let digits = line.split(';').next().unwrap_or_default();
                    let length = usize::from_str_radix(digits.trim(), 16);
                    self.state = match length.map_err(|_| ChunkError::Malformed)? {
                        0 => State::Trailers,
                        length => State::Data(length),
                    };
                }
                State::Data(left) => {
                    if self.buffer.is_empty() && !self.fill().await? {
                        return Err(ChunkError::Incomplete);
                    }
                    let taken = self.buffer.len().min(left);
                    let bytes = self.buffer.split_to(taken).freeze();
                    self.state = if taken == left { State::End } else { State::Data(left - taken) };
                    return Ok(Some((bytes, self)));
                }
                State::End => {
                    if !self.line().await?.is_empty() {
                        return Err(ChunkError::Malformed);
                    }
                    self.state = State::Head;
                }
                State::Trailers => {
                    let found = self.read_trailers().await?;
                    let mut trailers =
                        self.trailers.0.lock().unwrap_or_else(PoisonError::into_inner);
                    *trailers = Some(found);
                    drop(trailers);
                    self.state = State::Done;
                }
                State::Done => return Ok(None),
            }
        }
    }

    async fn read_trailers(&mut self) -> Result<HeaderMap, ChunkError> {
        let mut found = HeaderMap::new();
        let mut bytes = 0;
        loop {
            // Whoever has none may leave out the empty line too.
            if self.buffer.is_empty() && !self.fill().await? {
                return Ok(found);
            }
            let line = self.line().await?;
            bytes += line.len();
            if line.is_empty() {
                return Ok(found);
            }
            let (name, value) = line.split_once(':').ok_or(ChunkError::Malformed)?;
            let name: HeaderName = name.trim().parse().map_err(|_| ChunkError::Malformed)?;
            let value: HeaderValue = value.trim().parse().map_err(|_| ChunkError::Malformed)?;
            if bytes > LINE_BYTES_MAX {
                return Err(ChunkError::Malformed);
            }
            found.insert(name, value);
        }
    }

    /// Up to the line's end, which is taken as well.
    async fn line(&mut self) -> Result<String, ChunkError> {
        loop {
            if let Some(at) = self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.buffer.split_to(at);
                self.buffer.advance(2);
                return String::from_utf8(line.to_vec()).map_err(|_| ChunkError::Malformed);
            }
            if self.buffer.len() > LINE_BYTES_MAX {
                return Err(ChunkError::Malformed);
            }
            if !self.fill().await? {
                return Err(ChunkError::Incomplete);
            }
        }
    }

    /// Whether more came.
    async fn fill(&mut self) -> Result<bool, ChunkError> {
        while let Some(frame) = self.body.frame().await {
            let frame = frame.map_err(|_| ChunkError::Incomplete)?;
            if let Ok(data) = frame.into_data()
                && !data.is_empty()
            {
                self.buffer.extend_from_slice(&data);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    async fn check(text: &str, piece: usize) -> Result<(String, Option<HeaderMap>), ChunkError> {
        let pieces: Vec<_> = text.as_bytes().chunks(piece).map(Bytes::copy_from_slice).collect();
        let stream = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, ChunkError>));
        let trailers = Trailers::default();
        let found: Vec<Bytes> =
            decode(Body::from_stream(stream), trailers.clone()).try_collect().await?;
        let text = String::from_utf8(found.concat()).expect("it is text");
        Ok((text, trailers.take()))
    }

    #[tokio::test]
    async fn chunks_are_joined_however_they_come() {
        let text = "5;chunk-signature=ab\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AA==\
                    \r\n\r\n";
        for piece in 1..text.len() {
            let (found, trailers) = check(text, piece).await.expect("it is framed");
            assert_eq!(found, "hello world");
            let trailers = trailers.expect("they came");
            assert_eq!(trailers["x-amz-checksum-crc32"], "AA==");
        }
        let (found, trailers) = check("0\r\n\r\n", 100).await.expect("it is framed");
        assert_eq!((found.as_str(), trailers), ("", Some(HeaderMap::new())));
    }

    #[tokio::test]
    async fn what_is_not_framed_is_refused() {
        assert_eq!(check("hello\r\n", 100).await, Err(ChunkError::Malformed));
        assert_eq!(check("5\r\nhel", 100).await, Err(ChunkError::Incomplete));
        assert_eq!(check("5\r\nhello\r\n", 100).await, Err(ChunkError::Incomplete));
        assert_eq!(check("5\r\nhello6\r\n", 100).await, Err(ChunkError::Malformed));
        assert_eq!(check("ffffffffffffffffff\r\n", 100).await, Err(ChunkError::Malformed));
        assert_eq!(check(&"1".repeat(40_000), 100).await, Err(ChunkError::Malformed));
    }
}
