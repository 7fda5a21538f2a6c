//! Clients for tests: one on hyper, and one that says any bytes it is told.

use std::net::SocketAddrV4;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};

use crate::world::PATIENCE;

/// A keep-alive connection.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    _tasks: JoinSet<()>,
}

pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddrV4) -> Self {
        let stream = TcpStream::connect(address).await.expect("the balancer listens");
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("a connection");
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // Its end shows in the requests.
            connection.await.ok();
        });
        Self { sender, _tasks: tasks }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Got {
        self.request(Request::get(path)).await
    }

    pub(crate) async fn request(&mut self, request: http::request::Builder) -> Got {
        self.send(request, "").await.expect("an answer")
    }

    pub(crate) async fn send(
        &mut self,
        mut request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> hyper::Result<Got> {
        if request.headers_ref().is_some_and(|headers| !headers.contains_key("host")) {
            request = request.header("host", "test.example");
        }
        let request = request.body(Full::new(body.into())).expect("a valid request");
        let exchange = async {
            self.sender.ready().await?;
            let (parts, body) = self.sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(Got {
                status: parts.status,
                headers: parts.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
            })
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect("an answer in time")
    }
}

/// One request on a connection of its own.
pub(crate) async fn get(address: SocketAddrV4, path: &str) -> Got {
    Client::connect(address).await.get(path).await
}

/// Says `bytes` and returns all that comes back until the other end closes.
pub(crate) async fn say(address: SocketAddrV4, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the balancer listens");
    stream.write_all(bytes.as_ref()).await.expect("it reads");
    hear(&mut stream).await
}

/// All that comes until the other end closes.
pub(crate) async fn hear(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let reading = stream.read_to_end(&mut answer);
    // A reset after the answer is a close as well.
    tokio::time::timeout(PATIENCE, reading).await.expect("it closes in time").ok();
    String::from_utf8_lossy(&answer).into_owned()
}
