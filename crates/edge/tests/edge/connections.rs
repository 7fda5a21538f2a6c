//! Connections: kept, shared, bounded, and let go.

use std::time::Duration;

use bytes::Bytes;
use edge::{AuthMode, Limits};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Answer, Call, ECS_TARGET, Server, read_to_end};

const SHORT: Duration = Duration::from_millis(150);

fn with(change: impl FnOnce(&mut Limits)) -> Server {
    let mut limits = Limits::default();
    change(&mut limits);
    Server::with(AuthMode::Verify, limits)
}

async fn is_alive(server: &Server) {
    assert_eq!(server.call(&Call::list_clusters()).await.status, 200);
}

#[tokio::test]
async fn a_connection_serves_many_requests() {
    let server = Server::start();
    let stream = TokioIo::new(server.connect().await);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.expect("a connection");
    let driver = tokio::spawn(connection);
    for call in [Call::list_clusters(), Call::describe_vpcs(), Call::list_clusters()] {
        let request = call.request(server.address);
        sender.ready().await.expect("the connection was kept");
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(Answer::read(response).await.code(), call_code(&call));
    }
    drop(sender);
    driver.await.expect("no panic").expect("a clean end");
}

fn call_code(call: &Call) -> &'static str {
    if call.service == "ec2" { "NotImplemented" } else { "none" }
}

#[tokio::test]
async fn http2_without_tls() {
    let server = Server::start();
    let stream = TokioIo::new(server.connect().await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .expect("a connection");
    tokio::spawn(connection);
    for _ in 0..3 {
        let mut request = Call::list_clusters().request(server.address);
        // HTTP/2 has an authority, which was signed as the host.
        request.headers_mut().remove("host");
        let response = sender.send_request(request).await.expect("an answer");
        assert_eq!(Answer::read(response).await.status, 200);
    }
}

#[tokio::test]
async fn a_panic_costs_one_request() {
    let server = Server::start();
    let client = Client::builder(TokioExecutor::new()).build_http();
    let send = async |target: &str, body: &'static str| {
        let call = Call::json(&format!("{ECS_TARGET}.{target}"), body);
        let response = client.request(call.request(server.address)).await.expect("an answer");
        let answer = Answer::read(response).await;
        (answer.status, answer.code())
    };
    assert_eq!(send("DescribeClusters", "{}").await, (500, "InternalFailure".to_owned()));
    assert_eq!(send("ListClusters", "{}").await, (200, "none".to_owned()));
}

#[tokio::test]
async fn a_body_has_a_size() {
    let server = with(|limits| limits.body_bytes_max = 1000);
    let blank = |bytes: usize| format!("{{{}}}", " ".repeat(bytes - 2));
    let target = format!("{ECS_TARGET}.ListClusters");
    for (bytes, status) in [(1000, 200), (1001, 413), (400_000, 413)] {
        let answer = server.call(&Call::json(&target, blank(bytes))).await;
        assert_eq!(answer.status, status, "{bytes}");
    }
    for (call, code) in [
        (Call::json(&target, blank(1001)), "RequestEntityTooLargeException"),
        (Call::form("sts", blank(1001)), "RequestEntityTooLargeException"),
        (Call::form("ec2", blank(1001)), "RequestEntityTooLargeException"),
    ] {
        let answer = server.call(&call).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, code));
    }
}

#[tokio::test]
async fn a_body_in_chunks_has_a_size() {
    let server = with(|limits| limits.body_bytes_max = 200_000);
    let chunks = |count: usize| {
        let frames = (0..count).map(|_| Ok(Frame::data(Bytes::from(vec![b' '; 1000]))));
        StreamBody::new(futures_util::stream::iter(frames)).boxed()
    };
    let client = Client::builder(TokioExecutor::new()).build_http();
    for (count, code) in
        [(100, "InvalidSignatureException"), (201, "RequestEntityTooLargeException")]
    {
        let (head, _) = Call::list_clusters().request(server.address).into_parts();
        let body: http_body_util::combinators::BoxBody<Bytes, std::convert::Infallible> =
            chunks(count);
        let request = http::Request::from_parts(head, body);
        let response = client.request(request).await.expect("an answer");
        assert_eq!(Answer::read(response).await.code(), code, "{count}");
    }
}

#[tokio::test]
async fn a_head_has_a_size() {
    let server = Server::start();
    let many = "X-Many: 1\r\n".repeat(101);
    let long = format!("X-Long: {}\r\n", "x".repeat(17 << 10));
    for headers in [many, long] {
        let text = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
        let answer = server.raw(text.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    is_alive(&server).await;
}

#[tokio::test]
async fn an_http2_head_has_a_size() {
    let server = Server::start();
    let stream = TokioIo::new(server.connect().await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
            .await
            .expect("a connection");
    tokio::spawn(connection);
    let mut request = Call::list_clusters().request(server.address);
    for number in 0..100 {
        let name: http::HeaderName = format!("x-many-{number}").parse().expect("a name");
        request.headers_mut().insert(name, "1".parse().expect("a value"));
    }
    let answer = Answer::read(sender.send_request(request).await.expect("an answer")).await;
    assert_eq!((answer.status, answer.code().as_str()), (431, "MalformedHttpRequestException"));
}

#[tokio::test]
async fn a_silent_or_slow_head_is_hung_up_on() {
    let server = with(|limits| limits.head_timeout = SHORT);
    for start in ["", "PRI * HT", "POST / HTTP/1.1\r\nHost: loc", "PRI * HTTP/2.0\r\n\r\nSM"] {
        let mut stream = server.connect().await;
        stream.write_all(start.as_bytes()).await.expect("the connection is open");
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains(" 200 "), "{start}: {answer}");
    }
    is_alive(&server).await;
}

#[tokio::test]
async fn a_slow_body_is_refused() {
    let server = with(|limits| limits.body_timeout = SHORT);
    let text = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {ECS_TARGET}.ListClusters\r\n\
         Content-Length: 10\r\n\r\n{{"
    );
    let answer = server.raw(text.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("RequestTimeoutException"), "{answer}");
}

#[tokio::test]
async fn a_slow_operation_is_given_up() {
    let server = with(|limits| limits.request_timeout = SHORT);
    let call = Call::json(&format!("{ECS_TARGET}.DeleteCluster"), r#"{"cluster":"a"}"#);
    let answer = server.call(&call).await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "ServiceUnavailable"));
    is_alive(&server).await;
}

#[tokio::test]
async fn connections_have_a_number() {
    let server = with(|limits| limits.connections_max = 1);
    let mut first = server.connect().await;
    first.write_all(b"GET /_longshore/health HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("open");
    let mut byte = [0];
    first.read_exact(&mut byte).await.expect("the first is served");
    // The kernel takes the second; it is served once the first is gone.
    let mut second = server.connect().await;
    second
        .write_all(b"GET /_longshore/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        .await
        .expect("open");
    let waiting = tokio::time::timeout(SHORT, second.read_exact(&mut byte)).await;
    assert!(waiting.is_err(), "the second was served beside the first");
    drop(first);
    assert!(read_to_end(&mut second).await.contains("200 OK"));
}

#[tokio::test]
async fn garbage_is_hung_up_on() {
    let server = Server::start();
    for bytes in [
        b"\x00\x01\x02\x03\xff\xfe\r\n\r\n".as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nNo colon\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(bytes).await.expect("the connection is open");
        // By now the listener may have hung up.
        let _is_open = stream.shutdown().await;
        let answer = read_to_end(&mut stream).await;
        assert!(!answer.contains(" 200 ") && !answer.contains(" 500 "), "{bytes:?}: {answer}");
    }
    is_alive(&server).await;
}

#[tokio::test]
async fn shutdown_lets_open_requests_finish() {
    let server = Server::start();
    let call = Call::json(&format!("{ECS_TARGET}.DeleteCluster"), r#"{"cluster":"a"}"#);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let open = tokio::spawn(client.request(call.request(server.address)));
    server.fake.started.acquire().await.expect("never closed").forget();
    let mut idle = server.connect().await;
    server.shutdown.cancel();
    assert_eq!(read_to_end(&mut idle).await, "", "an idle connection is closed");
    server.fake.release.add_permits(1);
    let response = open.await.expect("no panic").expect("an answer");
    assert_eq!(response.status(), 200);
    server.serving.await.expect("no panic").expect("a clean end");
}

#[tokio::test]
async fn shutdown_does_not_wait_for_ever() {
    let server = with(|limits| limits.shutdown_grace = SHORT);
    let call = Call::json(&format!("{ECS_TARGET}.DeleteCluster"), r#"{"cluster":"a"}"#);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let open = tokio::spawn(client.request(call.request(server.address)));
    server.fake.started.acquire().await.expect("never closed").forget();
    server.shutdown.cancel();
    server.serving.await.expect("no panic").expect("a clean end");
    open.abort();
}
