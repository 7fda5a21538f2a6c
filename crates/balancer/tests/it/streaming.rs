//! Large bodies pass without being held, and a side that breaks off is noticed by the other.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
};

use crate::{
    backend::{Backend, read_head},
    client,
    world::{PATIENCE, World},
};

const BODY_BYTES: usize = 100 * 1024 * 1024;
/// Far below the body, above all buffers together.
const MEMORY_GROWTH_MAX: usize = 40 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_megabytes_pass_both_ways_in_bounded_memory() {
    // Sends each piece back as it comes, so that both directions move at once.
    let backend = Backend::answering(|request| async move {
        let (sender, receiver) = mpsc::channel::<Bytes>(2);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut body = request.into_body();
            while let Some(Ok(frame)) = body.frame().await {
                let Ok(data) = frame.into_data() else { break };
                if sender.send(data).await.is_err() {
                    break;
                }
            }
        });
        let body = Pieces { receiver, _tasks: tasks };
        Response::new(body.boxed())
    })
    .await;
    let world = World::with(&[&backend]).await;
    let before = resident_bytes();
    let stream = TcpStream::connect(world.address()).await.expect("it listens");
    let (mut reader, mut writer) = stream.into_split();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
             Content-Length: {BODY_BYTES}\r\n\r\n"
        );
        writer.write_all(head.as_bytes()).await.expect("it reads");
        let piece = vec![b'x'; 64 * 1024];
        for _ in 0..BODY_BYTES / piece.len() {
            writer.write_all(&piece).await.expect("it reads");
        }
        // Held open until the answer is complete.
        std::future::pending::<()>().await;
    });
    let (mut received, mut peak) = (0, 0);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = tokio::time::timeout(PATIENCE, reader.read(&mut buffer)).await.expect("in time");
        match read.expect("no error") {
            0 => break,
            length => received += length,
        }
        peak = peak.max(resident_bytes());
    }
    // The head and the chunks' sizes come on top.
    assert!((BODY_BYTES..BODY_BYTES * 11 / 10).contains(&received), "{received} bytes came back");
    let growth = peak.saturating_sub(before);
    assert!(growth < MEMORY_GROWTH_MAX, "{growth} bytes more while it passed");
}

/// A client that does not read stops the target, not the balancer's memory.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_holds_the_target_back() {
    let (written, mut progress) = tokio::sync::watch::channel(0_usize);
    let backend = Backend::raw(move |mut stream| {
        let written = written.clone();
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await.ok();
            let piece = vec![b'x'; 64 * 1024];
            while stream.write_all(&piece).await.is_ok() {
                written.send_modify(|bytes| *bytes += piece.len());
            }
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("it reads");
    // The target is held back once no progress is made for a while.
    let quiet = Duration::from_millis(500);
    while tokio::time::timeout(quiet, progress.changed()).await.is_ok() {}
    assert!(*progress.borrow() < BODY_BYTES / 2, "{} bytes", *progress.borrow());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_is_not_made_whole() {
    let backend = Backend::raw(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf").await.ok();
    })
    .await;
    let world = World::with(&[&backend]).await;
    let answer = client::say(world.address(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.ends_with("half") || answer.is_empty(), "{answer:?}");

    let backend = Backend::raw(|mut stream| async move {
        let answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n";
        stream.write_all(answer).await.ok();
    })
    .await;
    let world = World::with(&[&backend]).await;
    let answer = client::say(world.address(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(!answer.contains("0\r\n\r\n"), "{answer:?}");
}

/// An answer that comes before the whole request does neither wait for it nor lose it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_answer_passes_while_the_upload_goes_on() {
    let (uploaded, mut whole) = mpsc::channel(1);
    let backend = Backend::raw(move |mut stream| {
        let uploaded = uploaded.clone();
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly").await.ok();
            let mut body = vec![0; 1_000_000];
            let read = stream.read_exact(&mut body).await;
            uploaded.send(read.is_ok()).await.expect("somebody waits");
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nfirst";
    stream.write_all(head).await.expect("it reads");
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 200"));
    let mut early = [0; 5];
    stream.read_exact(&mut early).await.expect("it speaks");
    assert_eq!(&early, b"early");
    stream.write_all(&vec![b'x'; 999_995]).await.ok();
    let whole = tokio::time::timeout(PATIENCE, whole.recv()).await.expect("in time");
    assert!(whole.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_ends_the_targets_work() {
    let (said, mut heard) = mpsc::channel(1);
    let backend = Backend::raw(move |mut stream| {
        let said = said.clone();
        async move {
            said.send("arrived").await.expect("somebody waits");
            // Until the balancer closes.
            let closed = stream.read_u8().await.is_err();
            said.send(if closed { "closed" } else { "more" }).await.expect("somebody waits");
        }
    })
    .await;
    let world = World::with(&[&backend]).await;
    let mut stream = TcpStream::connect(world.address()).await.expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.expect("it reads");
    assert_eq!(heard.recv().await, Some("arrived"));
    drop(stream);
    let end = tokio::time::timeout(PATIENCE, heard.recv()).await.expect("in time");
    assert_eq!(end, Some("closed"));
}

/// A body fed from a channel.
struct Pieces {
    receiver: mpsc::Receiver<Bytes>,
    _tasks: JoinSet<()>,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let piece = self.receiver.poll_recv(context);
        piece.map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = text.split(' ').nth(1).and_then(|field| field.parse::<usize>().ok());
    pages.expect("the second field is a number") * 4096
}
