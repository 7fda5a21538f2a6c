//! One client connection from accept to close: protocol, requests, and the watch over silence.
//!
//! Timeouts are watched by one coarse timer per connection, not one per request: a silent client
//! is closed at its idle timeout to within a quarter of it.

use std::{
    convert::Infallible, future::Future, net::SocketAddrV4, pin::Pin, sync::Arc, time::Duration,
};

use http::Request;
use hyper::{
    body::Incoming,
    rt::Executor,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    client::{Client, Ends, Protocol},
    client_stream::{self, ClientStream},
    limits::{CLOSING_MAX, HEAD_BYTES_MAX, HEAD_TIMEOUT, STREAMS_MAX},
    proxy,
    shared::Shared,
};

/// A connection that was just accepted.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Not yet of any runtime.
    pub(crate) stream: std::net::TcpStream,
    pub(crate) ends: Ends,
    pub(crate) shared: Arc<Shared>,
    /// The listener is gone: no more requests on this connection.
    pub(crate) closing: CancellationToken,
}

/// What the watch over a connection decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    GoOn,
    /// No further request; what is under way is finished.
    WindDown,
    Close,
}

impl Connection {
    pub(crate) async fn run(self) {
        let Self { stream, ends, shared, closing } = self;
        let Ok(mut stream) = TcpStream::from_std(stream) else { return };
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let detecting = tokio::time::timeout(HEAD_TIMEOUT, client_stream::detect(&mut stream));
        let Some(Ok(Ok((protocol, first)))) = closing.run_until_cancelled(detecting).await else {
            return;
        };
        if protocol == Protocol::Http2 && !is_http2_offered(&shared, ends.arrived_at) {
            return;
        }
        let client = Arc::new(Client::new(shared, ends, protocol));
        let io = TokioIo::new(ClientStream::new(stream, Arc::clone(&client), first));
        match protocol {
            Protocol::Http1 => serve_http1(io, client, closing).await,
            Protocol::Http2 => serve_http2(io, client, closing).await,
        }
    }
}

/// Whether any load balancer behind the address speaks HTTP/2; which one it is, a request tells.
fn is_http2_offered(shared: &Shared, address: SocketAddrV4) -> bool {
    let live = shared.live.load();
    let mut listeners = live.table.listeners_at(address);
    listeners.any(|listener| listener.load_balancer.attributes.http2_enabled)
}

async fn serve_http1(io: TokioIo<ClientStream>, client: Arc<Client>, closing: CancellationToken) {
    let serving = Arc::clone(&client);
    let service = service_fn(move |request: Request<Incoming>| {
        let client = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(proxy::serve(client, request).await) }
    });
    let connection = http1::Builder::new()
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(io, service)
        .with_upgrades();
    let connection = std::pin::pin!(connection);
    watch(connection, http1::UpgradeableConnection::graceful_shutdown, &client, &closing).await;
}

async fn serve_http2(io: TokioIo<ClientStream>, client: Arc<Client>, closing: CancellationToken) {
    let serving = Arc::clone(&client);
    let service = service_fn(move |request: Request<Incoming>| {
        let client = Arc::clone(&serving);
        async move { Ok::<_, Infallible>(proxy::serve(client, request).await) }
    });
    let connection = http2::Builder::new(Streams(client.shared.tasks.clone()))
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX as u32)
        .serve_connection(io, service);
    let connection = std::pin::pin!(connection);
    watch(connection, http2::Connection::graceful_shutdown, &client, &closing).await;
}

/// Runs a connection to its end, or to where the watch ends it.
async fn watch<C: Future<Output = hyper::Result<()>>>(
    mut connection: Pin<&mut C>,
    wind_down: fn(Pin<&mut C>),
    client: &Client,
    closing: &CancellationToken,
) {
    let mut closed = std::pin::pin!(closing.cancelled());
    let started = client.shared.ticks.now();
    let mut winding_down_since = None;
    loop {
        let watched = tokio::time::timeout(watch_period(client), connection.as_mut());
        let judgement = tokio::select! {
            biased;
            finished = watched => match finished {
                Ok(Ok(())) => return,
                Ok(Err(error)) => {
                    tracing::debug!(%error, peer = %client.peer, "a client's connection broke");
                    return;
                }
                Err(_elapsed) => judge(client, started),
            },
            () = closed.as_mut(), if winding_down_since.is_none() => Judgement::WindDown,
        };
        match (judgement, winding_down_since) {
            (Judgement::Close, _) => return,
            (Judgement::GoOn | Judgement::WindDown, Some(since)) => {
                if client.shared.ticks.since(since) >= CLOSING_MAX {
                    return;
                }
            }
            (Judgement::WindDown, None) => {
                wind_down(connection.as_mut());
                winding_down_since = Some(client.shared.ticks.now());
            }
            (Judgement::GoOn, None) => {}
        }
    }
}

/// A silent connection without a request is closed at the idle timeout. One with a request gets
/// some more, since whoever handles the request answers for a silent target.
fn judge(client: &Client, started: u64) -> Judgement {
    let limits = limits(client);
    let idle = client.idle_for();
    let is_open = client.open() > 0;
    if !is_open && (idle >= limits.idle || client.is_head_late()) {
        return Judgement::Close;
    }
    if is_open && idle >= limits.idle + limits.idle / 2 + SLACK {
        return Judgement::Close;
    }
    if client.shared.ticks.since(started) >= limits.age {
        return Judgement::WindDown;
    }
    Judgement::GoOn
}

/// For what the handler of a request may be late.
const SLACK: Duration = Duration::from_secs(2);

struct Limits {
    idle: Duration,
    age: Duration,
}

/// The most patient of the load balancers behind the address; none is left once they are gone.
fn limits(client: &Client) -> Limits {
    let live = client.shared.live.load();
    let attributes = |read: fn(&routing::config::LoadBalancerAttributes) -> u32| {
        let values = live
            .table
            .listeners_at(client.arrived_at)
            .map(|listener| read(&listener.load_balancer.attributes));
        Duration::from_secs(values.max().unwrap_or(0).into())
    };
    Limits {
        idle: attributes(|attributes| attributes.idle_timeout_seconds),
        age: attributes(|attributes| attributes.client_keep_alive_seconds),
    }
}

fn watch_period(client: &Client) -> Duration {
    const SHORTEST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(15);
    (limits(client).idle / 4).clamp(SHORTEST, LONGEST)
}

/// Runs the requests of an HTTP/2 connection as tracked tasks.
#[derive(Clone, Debug)]
struct Streams(TaskTracker);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}
