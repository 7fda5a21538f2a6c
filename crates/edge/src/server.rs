//! Accepts connections and keeps each within its bounds, until told to stop.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::routing::get;
use futures_util::FutureExt;
use http::{Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use model::Rng;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::authenticate::{Authenticator, Credentials};
use crate::browser;
use crate::config::{AuthMode, Config, ConfigError, validate};
use crate::context::{Clock, Services};
use crate::handler::{Handler, Origin, Peer};
use crate::limits::{Limits, STREAMS_PER_CONNECTION_MAX};
use crate::read::BodyReader;
use crate::respond;

/// The API listener, ready to serve.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds keys")]
pub struct Edge {
    router: Router,
    config: Config,
}

/// What the listener is made of.
#[expect(missing_debug_implementations, reason = "it holds the way to secrets")]
pub struct Parts {
    pub services: Arc<dyn Services>,
    pub credentials: Arc<dyn Credentials>,
    pub clock: Clock,
    /// For request ids.
    pub rng: Rng,
    pub config: Config,
    /// Served below `/_longshore`, beside `/_longshore/health`.
    pub pages: Router,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("a listener cannot be used")]
    Listener(#[from] io::Error),
}

impl Edge {
    pub fn new(parts: Parts) -> Edge {
        let config = parts.config;
        let handler = Arc::new(Handler {
            services: parts.services,
            authenticator: Authenticator::new(parts.credentials),
            clock: parts.clock,
            bodies: BodyReader::new(),
            places: Semaphore::new(config.limits.requests_max),
            rng: Mutex::new(parts.rng),
            config: config.clone(),
        });
        let aws = move |Extension(peer): Extension<Peer>, request: Request| {
            let handler = Arc::clone(&handler);
            async move { handler.handle(peer, request).await }
        };
        let pages = Router::new()
            .route("/health", get(|| async { "ok\n" }))
            .merge(parts.pages)
            .fallback(|| async { respond::plain(StatusCode::NOT_FOUND, "no such page\n") });
        let pages = match config.auth {
            AuthMode::Verify => pages,
            AuthMode::Any => pages.layer(axum::middleware::from_fn(refuse_foreign)),
        };
        let pages = pages.layer(axum::middleware::from_fn(refuse_elsewhere));
        Edge { router: Router::new().nest("/_longshore", pages).fallback(aws), config }
    }

    /// Serves until `shutdown`, then lets open requests finish, within a bound.
    pub async fn serve(
        self,
        listeners: Vec<std::net::TcpListener>,
        shutdown: CancellationToken,
    ) -> Result<(), ServeError> {
        let addresses = listeners
            .iter()
            .map(std::net::TcpListener::local_addr)
            .collect::<io::Result<Vec<_>>>()?;
        validate(&self.config, &addresses)?;
        let tracker = TaskTracker::new();
        for listener in listeners {
            listener.set_nonblocking(true)?;
            tracker.spawn(
                Acceptor {
                    listener: TcpListener::from_std(listener)?,
                    edge: self.clone(),
                    // Each listener's own: tasks cannot take the places of others.
                    places: Arc::new(Semaphore::new(self.config.limits.connections_max)),
                    tracker: tracker.clone(),
                    shutdown: shutdown.clone(),
                }
                .run(),
            );
        }
        shutdown.cancelled().await;
        tracker.close();
        if timeout(self.config.limits.shutdown_grace, tracker.wait()).await.is_err() {
            tracing::warn!(connections = tracker.len(), "connections were open at shutdown");
        }
        Ok(())
    }
}

/// Signatures guard the AWS calls; the pages have this.
async fn refuse_foreign(request: Request, next: axum::middleware::Next) -> Response<Body> {
    let authority = request.uri().authority().map(http::uri::Authority::as_str);
    if browser::is_foreign(request.headers(), authority) {
        return respond::plain(StatusCode::FORBIDDEN, "not from this page\n");
    }
    next.run(request).await
}

/// The pages know no caller: they are for who is on this host, and not in one of its tasks.
async fn refuse_elsewhere(
    Extension(Peer { origin, .. }): Extension<Peer>,
    request: Request,
    next: axum::middleware::Next,
) -> Response<Body> {
    match origin {
        Origin::Host => next.run(request).await,
        Origin::Elsewhere => respond::plain(StatusCode::NOT_FOUND, "no such page\n"),
    }
}

struct Acceptor {
    listener: TcpListener,
    edge: Edge,
    places: Arc<Semaphore>,
    tracker: TaskTracker,
    shutdown: CancellationToken,
}

/// How long to wait where the process has no file descriptor left.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

impl Acceptor {
    async fn run(self) {
        while let Some(Some((accepted, place))) =
            self.shutdown.run_until_cancelled(self.accept()).await
        {
            match accepted {
                Ok((stream, peer)) => {
                    let connection = Connection {
                        peer: Peer { address: peer, origin: origin(&stream, peer) },
                        stream,
                        router: self.edge.router.clone(),
                        limits: self.edge.config.limits,
                        shutdown: self.shutdown.clone(),
                        _place: place,
                    };
                    self.tracker.spawn(connection.run());
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    let _is_over = timeout(ACCEPT_RETRY, self.shutdown.cancelled()).await;
                }
            }
        }
    }

    /// A place first, so that what is accepted is also served.
    async fn accept(&self) -> Option<(io::Result<(TcpStream, SocketAddr)>, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some((self.listener.accept().await, place))
    }
}

/// Whether the connection comes from this host itself.
fn origin(stream: &TcpStream, peer: SocketAddr) -> Origin {
    let is_own = stream.local_addr().is_ok_and(|own| own.ip() == peer.ip());
    if is_own || peer.ip().is_loopback() { Origin::Host } else { Origin::Elsewhere }
}

struct Connection {
    stream: TcpStream,
    peer: Peer,
    router: Router,
    limits: Limits,
    shutdown: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    async fn run(self) {
        if let Err(error) = self.stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was lost at once");
            return;
        }
        let spoke = CancellationToken::new();
        let service = Guarded {
            router: TowerToHyperService::new(self.router),
            peer: self.peer,
            spoke: spoke.clone(),
        };
        let server = server(&self.limits);
        let connection = server.serve_connection_with_upgrades(TokioIo::new(self.stream), service);
        tokio::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            // hyper starts its own clock only once it knows the version of HTTP.
            () = silence(&spoke, self.limits.head_timeout) => return,
            () = self.shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, peer = %self.peer.address, "a connection ended");
        }
    }
}

/// Ends only where no request came in time.
async fn silence(spoke: &CancellationToken, head_timeout: Duration) {
    if timeout(head_timeout, spoke.cancelled()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

fn server(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_headers(limits.header_count_max)
        .max_buf_size(limits.head_bytes_max);
    server
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(limits.head_timeout)
        .keep_alive_timeout(limits.head_timeout)
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_PER_CONNECTION_MAX);
    server
}

/// The router, told who is calling, and surviving its panics.
struct Guarded {
    router: TowerToHyperService<Router>,
    peer: Peer,
    spoke: CancellationToken,
}

impl Service<http::Request<Incoming>> for Guarded {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = futures_util::future::BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn call(&self, mut request: http::Request<Incoming>) -> Self::Future {
        self.spoke.cancel();
        request.extensions_mut().insert(self.peer);
        let answering = AssertUnwindSafe(self.router.call(request)).catch_unwind();
        Box::pin(async {
            answering.await.unwrap_or_else(|_| {
                tracing::error!("a page panicked");
                Ok(respond::plain(StatusCode::INTERNAL_SERVER_ERROR, "internal failure\n"))
            })
        })
    }
}
