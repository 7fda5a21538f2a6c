//! One request to the engine, on a connection of its own.

use std::path::Path;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use model::Scope;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixStream;

use crate::engine::EngineError;

/// LIMIT: an answer. DynamoDB's own largest is 16 MB of items, before JSON.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// The engine reads a signature's form and not the signature: ours is verified by then.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=longshore/20000101/any/dynamodb/aws4_request, \
                         SignedHeaders=host, Signature=0";

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// Asks the engine at `socket` for an operation on the scope's tables.
pub(crate) async fn ask(
    socket: &Path,
    scope: &Scope,
    (operation, body): (&str, Bytes),
) -> Result<Answer, EngineError> {
    let mut stream = UnixStream::connect(socket).await.map_err(EngineError::Gone)?;
    let preamble = format!("{}/{}\n", scope.account, scope.region);
    stream.write_all(preamble.as_bytes()).await.map_err(EngineError::Gone)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = hyper::Request::post("/")
        .header("host", "dynamodb")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("x-amz-date", "20000101T000000Z")
        .header("authorization", SIGNATURE)
        .header("connection", "close")
        .body(Full::new(body))
        .map_err(EngineError::Request)?;
    let answering = async {
        let response = sender.send_request(request).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        Ok(Answer { status, body: body.map_err(EngineError::Answer)?.to_bytes() })
    };
    tokio::pin!(answering, connection);
    tokio::select! {
        biased;
        answer = &mut answering => answer,
        // What it read last is still to be taken.
        _ = &mut connection => answering.await,
    }
}
