//! What a client and a target see of each other.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use expect_test::expect;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    backend::{Backend, empty, full, read_head, text},
    client::{self, Client},
    world::{self, PATIENCE, World},
};

/// A backend that answers with the request's headers, less what differs from run to run.
async fn echo() -> Backend {
    Backend::answering(|request| async move {
        let mut lines: Vec<String> = request
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                match name.as_str() {
                    "x-amzn-trace-id" => format!("{name}: {}…", &value[..16]),
                    _ => format!("{name}: {value}"),
                }
            })
            .collect();
        lines.sort();
        let line = format!("{} {} {:?}", request.method(), request.uri(), request.version());
        text(&format!("{line}\n{}\n", lines.join("\n")))
    })
    .await
}

fn masked(body: &str, world: &World) -> String {
    body.replace(&world.address().port().to_string(), "PORT")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forwarding_headers_are_added_and_hop_by_hop_ones_removed() {
    let backend = echo().await;
    let world = World::with(&[&backend]).await;
    let request = Request::get("/a?b=c")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .header("te", "gzip")
        .header("upgrade", "h2c")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "https");
    let got = Client::connect(world.address()).await.request(request).await;
    expect![[r"
        GET /a?b=c HTTP/1.1
        host: test.example:PORT
        x-amzn-trace-id: Root=1-6553f100-…
        x-forwarded-for: 203.0.113.9, 127.0.0.1
        x-forwarded-port: PORT
        x-forwarded-proto: http
    "]]
    .assert_eq(&masked(&got.body, &world));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_http_1_0_is_given_a_host() {
    let backend = echo().await;
    let world = World::with(&[&backend]).await;
    let answer = client::say(world.address(), "GET / HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.0 200 "), "{answer}");
    assert!(answer.contains("host: one-1.us-east-1.elb.localhost:"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attributes_change_what_is_forwarded() {
    let backend = echo().await;
    let mut world = World::with(&[&backend]).await;
    world
        .change(|config| {
            let attributes = &mut config.load_balancers[0].attributes;
            attributes.preserve_host_header = true;
            attributes.drop_invalid_header_fields = true;
            attributes.forwarded_for_mode = routing::config::ForwardedForMode::Remove;
        })
        .await;
    let request = Request::get("/")
        .header("x_bad", "1")
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-amzn-trace-id", "Root=1-2-3");
    let got = Client::connect(world.address()).await.request(request).await;
    expect![[r"
        GET / HTTP/1.1
        host: test.example
        x-amzn-trace-id: Self=1-6553f100-…
        x-forwarded-port: PORT
        x-forwarded-proto: http
    "]]
    .assert_eq(&masked(&got.body, &world));
}

/// The target sees the load balancer's own address, whatever the client's is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_see_the_load_balancers_address() {
    let backend = Backend::raw(|mut stream| async move {
        let peer = stream.peer_addr().expect("connected").ip().to_string();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{peer}", peer.len());
        stream.write_all(answer.as_bytes()).await.expect("it reads");
    })
    .await;
    let world = World::with(&[&backend]).await;
    let own = world.address().ip().to_string();
    assert_eq!(client::get(world.address(), "/").await.body, own);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_with_prior_knowledge_is_proxied() {
    let backend = echo().await;
    let world = World::with(&[&backend]).await;
    let stream = TcpStream::connect(world.address()).await.expect("it listens");
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream)).await.expect("h2");
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move {
        connection.await.ok();
    });
    for _ in 0..3 {
        let request = Request::post("http://test.example/x")
            .header("cookie", "a=1")
            .header("cookie", "b=2")
            .body(full("hello"))
            .expect("a valid request");
        let response = sender.send_request(request).await.expect("an answer");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        expect![[r"
            POST /x HTTP/1.1
            content-length: 5
            cookie: a=1; b=2
            host: test.example:PORT
            x-amzn-trace-id: Root=1-6553f100-…
            x-forwarded-for: 127.0.0.1
            x-forwarded-port: PORT
            x-forwarded-proto: http
        "]]
        .assert_eq(&masked(&String::from_utf8_lossy(&body), &world));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http2_is_refused_where_it_is_off() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    world.change(|config| config.load_balancers[0].attributes.http2_enabled = false).await;
    let answer = client::say(world.address(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!answer.contains("200"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_a_tunnel() {
    let backend = Backend::raw(|mut stream| async move {
        let switching = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
                          Upgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\nearly ";
        stream.write_all(switching).await.expect("it reads");
        let mut said = [0; 4];
        stream.read_exact(&mut said).await.expect("it speaks");
        stream.write_all(&said.map(|byte| byte.to_ascii_uppercase())).await.expect("it reads");
    })
    .await;
    let mut world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    let request = b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n\
                    Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n";
    stream.write_all(request).await.expect("it reads");
    let head = read_head(&mut stream).await.to_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(head.contains("upgrade: websocket") && head.contains("sec-websocket-accept: x"));

    // The tunnel is a request in flight: a drain waits for it.
    world
        .change(|config| {
            config.target_groups[0].targets[0].state = routing::config::TargetState::Draining;
        })
        .await;
    stream.write_all(b"ping").await.expect("it reads");
    assert_eq!(client::hear(&mut stream).await, "early PING");
    world.drained().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_client_is_told_to_continue() {
    let backend = Backend::answering(|request| async move {
        assert!(!request.headers().contains_key("expect"), "it was answered already");
        let body = request.into_body().collect().await.expect("a body").to_bytes();
        Response::new(full(body))
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\
                 Expect: 100-continue\r\n\r\n";
    stream.write_all(head).await.expect("it reads");
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 100 Continue"));
    stream.write_all(b"hello").await.expect("it reads");
    let answer = client::hear(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_without_a_body_keep_their_shape() {
    let backend = Backend::answering(|request| async move {
        match request.uri().path() {
            "/204" => empty(204),
            "/304" => empty(304),
            _ => text("four"),
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut client = Client::connect(world.address()).await;
    assert_eq!(client.get("/204").await.status, 204);
    assert_eq!(client.get("/304").await.status, 304);
    let head = client.request(Request::head("/")).await;
    assert_eq!((head.headers["content-length"].as_bytes(), head.body.as_str()), (&b"4"[..], ""));
    assert_eq!(client.get("/").await.body, "four");
    let trace = client.request(Request::builder().method("TRACE").uri("/")).await;
    assert_eq!(trace.status, 405);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trailers_pass_both_ways() {
    let backend = Backend::raw(|mut stream| async move {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.expect("it speaks"));
        }
        let said = String::from_utf8_lossy(&request).to_lowercase();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n\
             2\r\n{}\r\n0\r\nx-sum: 7\r\n\r\n",
            if said.contains("x-check: 9") { "ok" } else { "no" },
        );
        stream.write_all(answer.as_bytes()).await.expect("it reads");
        // Kept open: the answer must be complete without the connection's end.
        stream.read_u8().await.ok();
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    let request = "POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\
                   Trailer: x-check\r\nConnection: close\r\n\r\n2\r\nhi\r\n0\r\nx-check: 9\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let answer = client::hear(&mut stream).await.to_lowercase();
    assert!(answer.contains("\r\nok\r\n0\r\nx-sum: 7\r\n\r\n"), "{answer:?}");
}

/// A target that closes each connection after one answer, without saying so, loses nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_went_stale_is_replaced() {
    let served = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&served);
    let backend = Backend::raw(move |mut stream| {
        let counting = Arc::clone(&counting);
        async move {
            counting.fetch_add(1, Ordering::Relaxed);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.ok();
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut client = Client::connect(world.address()).await;
    for _ in 0..200 {
        let got = client.get("/").await;
        assert_eq!((got.status.as_u16(), got.body.as_str()), (200, "ok"));
    }
    assert!(served.load(Ordering::Relaxed) >= 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_a_target_are_reused() {
    let accepted = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&accepted);
    let backend = Backend::raw(move |mut stream| {
        counting.fetch_add(1, Ordering::Relaxed);
        async move {
            loop {
                let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
                if stream.write_all(ok).await.is_err() || read_head(&mut stream).await.is_empty() {
                    return;
                }
            }
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    for _ in 0..20 {
        assert_eq!(client::get(world.address(), "/").await.body, "ok");
    }
    // Each worker has its own.
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    assert!(accepted.load(Ordering::Relaxed) <= workers);
    assert_eq!(world.handle.metrics()[0].requests, 20);
    assert_eq!(world.handle.metrics()[0].target_responses[2], 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_are_told_as_a_load_balancer_does() {
    let refusing =
        world::target(std::net::SocketAddrV4::new([127, 0, 0, 1].into(), world::free_port()));
    let mut config = world::config(&[]);
    config.target_groups[0].health_check.enabled = false;
    let mut world = World::serving(config).await;
    let none = client::get(world.address(), "/").await;
    assert_eq!(
        (none.status.as_u16(), &none.headers["server"]),
        (503, &"awselb/2.0".parse().expect("a value"))
    );
    world.change(|config| config.target_groups[0].targets.push(refusing)).await;
    assert_eq!(client::get(world.address(), "/").await.status, 502);

    let garbage = Backend::raw(|mut stream| async move {
        stream.write_all(b"NOT HTTP\r\n\r\n").await.ok();
    })
    .await;
    let silent = Backend::raw(|mut stream| async move {
        stream.read_u8().await.ok();
    })
    .await;
    for (backend, wanted) in [(&garbage, 502), (&silent, 504)] {
        world
            .change(|config| {
                config.load_balancers[0].attributes.idle_timeout_seconds = 1;
                config.target_groups[0].targets = vec![world::target(backend.address)];
            })
            .await;
        assert_eq!(client::get(world.address(), "/").await.status, wanted);
    }
    assert_eq!(world.handle.metrics()[0].load_balancer_responses[5], 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_clients_are_closed_at_the_idle_timeout() {
    let backend = Backend::named("one").await;
    let mut world = World::with(&[&backend]).await;
    world.change(|config| config.load_balancers[0].attributes.idle_timeout_seconds = 1).await;
    for said in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
        let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
        stream.write_all(b"").await.expect("it reads");
        stream.write_all(said.as_bytes()).await.expect("it reads");
        if said.is_empty() {
            continue;
        }
        // It ends at all: within the test's patience, without the client's help.
        client::hear(&mut stream).await;
    }
    let stalled = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf";
    let answer = client::say(world.address(), stalled).await;
    assert!(PATIENCE.as_secs() > 10 && answer.starts_with("HTTP/1.1 "), "{answer:?}");
}
