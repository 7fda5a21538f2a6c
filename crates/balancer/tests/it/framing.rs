//! No request is read in two ways: what is ambiguous is refused, or framed anew for the target.

use http_body_util::BodyExt as _;
use tokio::io::AsyncWriteExt as _;

use crate::{
    backend::{Backend, text},
    client::{self, Client},
    world::World,
};

/// Each is refused with 400, and its connection closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_with_unclear_framing_are_refused() {
    let backend = Backend::named("must not be reached").await;
    let world = World::with(&[&backend]).await;
    let post = |rest: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{rest}");
    let table = [
        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\ncontent-length : 5\r\n\r\n0\r\n\r\n"),
        post("Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        post("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        post("Content-Length: 5, 5\r\n\r\nhello"),
        post("Content-Length: +5\r\n\r\nhello"),
        post("Content-Length: -1\r\n\r\n"),
        post("Content-Length: 0x5\r\n\r\nhello"),
        post("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        post("Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n"),
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nX-Folded: one\r\n two\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nX-Bad\x00: 1\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nX-Bad: a\x00b\r\n\r\n".to_owned(),
        "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    for request in table {
        let answer = client::say(world.address(), &request).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{request:?} got {answer:?}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{request:?} got {answer:?}");
    }
}

/// The bound is hyper's own, which it keeps a table ready for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_of_more_than_100_headers_is_refused() {
    let backend = Backend::raw(|mut stream| async move {
        // A client that left sees no answer.
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.ok();
    })
    .await;
    let world = World::with(&[&backend]).await;
    for (headers, status) in [(100, 200), (101, 431)] {
        let more = "X-More: a\r\n".repeat(headers - 2);
        let request = format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n");
        let answer = client::say(world.address(), &request).await;
        let wanted = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&wanted), "{headers} headers got {answer:?}");
    }
}

/// A body whose chunks go wrong never ends well, whatever the target made of it so far.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_chunks_do_not_become_a_request() {
    let backend = Backend::answering(|request| async move {
        match request.into_body().collect().await {
            Ok(_) => text("complete"),
            Err(_) => text("broken"),
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    for chunks in ["x\r\n", "5\r\nhello!\r\n0\r\n\r\n", "5;\nhello\r\n", "fffffffffffffffff\r\n"] {
        let request =
            format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        let answer = client::say(world.address(), request).await;
        assert!(!answer.contains("complete"), "{chunks:?} got {answer:?}");
    }
}

/// The length that the target sees is the length of what was sent, in one form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_are_framed_once_for_the_target() {
    let backend = Backend::answering(|request| async move {
        let said = |name: &str| request.headers().get_all(name).iter().count();
        let counts = format!("{} {}", said("content-length"), said("transfer-encoding"));
        let body = request.into_body().collect().await.expect("a whole body").to_bytes();
        text(&format!("{counts} {}", String::from_utf8_lossy(&body)))
    })
    .await;
    let world = World::with(&[&backend]).await;
    let close = "Host: a\r\nConnection: close\r\n";
    for (request, wanted) in [
        (format!("POST / HTTP/1.1\r\n{close}Content-Length: 2\r\n\r\nhi"), "1 0 hi"),
        (
            format!(
                "POST / HTTP/1.1\r\n{close}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
            ),
            "0 1 hi",
        ),
        (format!("GET / HTTP/1.1\r\n{close}\r\n"), "0 0 "),
    ] {
        let answer = client::say(world.address(), &request).await;
        assert!(answer.ends_with(wanted), "{request:?} got {answer:?}");
    }
}

/// Several requests sent at once, bodies and all, are answered one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pipelined_requests_are_answered_in_order() {
    let backend = Backend::answering(|request| async move {
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await.expect("a whole body").to_bytes();
        text(&format!("[{path} {}]", String::from_utf8_lossy(&body)))
    })
    .await;
    let world = World::with(&[&backend]).await;
    let requests = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi\
                    POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nho\
                    GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = client::say(world.address(), requests).await;
    let places = ["[/1 hi]", "[/2 ho]", "[/3 ]"].map(|wanted| answer.find(wanted));
    assert!(places.is_sorted() && places[0].is_some(), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_long_is_refused() {
    let backend = Backend::named("must not be reached").await;
    let world = World::with(&[&backend]).await;
    let long = "a".repeat(100_000);
    let answer =
        client::say(world.address(), format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {long}\r\n"))
            .await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
    let many = "x: 1\r\n".repeat(500);
    let answer =
        client::say(world.address(), format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strict_mode_refuses_a_body_where_none_belongs() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    let request = "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
    // Routed, but neither connection is used again: the answer ends with the connection.
    let answer = client::say(world.address(), request).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("connection: close"),
        "{answer}"
    );
    world
        .change(|config| {
            config.load_balancers[0].attributes.desync_mitigation_mode =
                routing::config::DesyncMitigationMode::Strictest;
        })
        .await;
    let answer = client::say(world.address(), request).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let mut client = Client::connect(world.address()).await;
    assert_eq!(client.get("/").await.body, "one");
}
