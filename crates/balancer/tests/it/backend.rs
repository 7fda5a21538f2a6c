//! Targets for tests: HTTP servers whose answers the test decides.

use std::{
    convert::Infallible,
    future::Future,
    net::{Ipv4Addr, SocketAddrV4},
    sync::Arc,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty, Full, combinators::BoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

pub(crate) type Answer = Response<BoxBody<Bytes, std::io::Error>>;

/// A listening server; it ends with this.
pub(crate) struct Backend {
    pub(crate) address: SocketAddrV4,
    _tasks: JoinSet<()>,
}

impl Backend {
    /// Answers everything with its name, and health checks with 200.
    pub(crate) async fn named(name: &'static str) -> Self {
        Self::answering(move |request| async move {
            // A server that answers without reading the body has to close its connection.
            request.into_body().collect().await.ok();
            text(name)
        })
        .await
    }

    /// Answers all but health checks with what `answer` makes of them.
    pub(crate) async fn answering<F>(
        answer: impl Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let answer = Arc::new(answer);
        Self::checked(move |request| {
            let answer = Arc::clone(&answer);
            async move {
                if request.uri().path() == "/health" { text("ok") } else { answer(request).await }
            }
        })
        .await
    }

    /// Answers health checks too with what `answer` makes of them.
    pub(crate) async fn checked<F>(
        answer: impl Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let answer = Arc::new(answer);
        Self::accepting(move |stream| {
            let answer = Arc::clone(&answer);
            async move {
                let service = service_fn(|request| {
                    let answered = answer(request);
                    async move { Ok::<_, Infallible>(answered.await) }
                });
                let connection = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                // How a connection ends is for the client's side to judge.
                connection.await.ok();
            }
        })
        .await
    }

    /// Gives each health check 200, and anything else to `talk` after its head was read.
    pub(crate) async fn raw<F>(talk: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let talk = Arc::new(talk);
        Self::accepting(move |mut stream| {
            let talk = Arc::clone(&talk);
            async move {
                if read_head(&mut stream).await.starts_with("GET /health") {
                    let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                    stream.write_all(ok).await.ok();
                } else {
                    talk(stream).await;
                }
            }
        })
        .await
    }

    async fn accepting<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
        let std::net::SocketAddr::V4(address) = listener.local_addr().expect("it is bound") else {
            unreachable!("it was bound to an IPv4 address");
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { address, _tasks: tasks }
    }
}

pub(crate) fn text(text: &str) -> Answer {
    Response::new(full(text.to_owned()))
}

pub(crate) fn full(bytes: impl Into<Bytes>) -> BoxBody<Bytes, std::io::Error> {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

pub(crate) fn empty(status: u16) -> Answer {
    let body = Empty::new().map_err(|never| match never {}).boxed();
    Response::builder().status(status).body(body).expect("a valid answer")
}

/// Reads a request up to the end of its head.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_closed) => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
