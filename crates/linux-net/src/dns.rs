//! The resolver that tasks see: names of our own from a table, all others from the host's.
//!
//! It answers at the gateway's address, where the packet filter lets tasks and the host in and
//! nobody else. A name of ours never leaves the host, and neither does anything under
//! `localhost`; everything else is handed on byte for byte, or refused when that is not allowed.
//!
//! INVARIANT: the table is swapped whole: a query sees one version of it.
//! INVARIANT: what is under way is bounded; beyond the bound a query is answered SERVFAIL at once.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    sync::Semaphore,
    task::JoinSet,
    time::timeout,
};

mod answer;
mod files;
mod forward;

use answer::{Decision, Transport, decide, failure};
pub use files::{HostsFile, ResolverFile, upstreams_of};

/// Queries handed on and not yet answered, over both transports.
const FORWARDED_MAX: usize = 256;
/// Open TCP connections; more wait to be accepted.
const CONNECTIONS_MAX: usize = 64;
/// A TCP client that says nothing for so long is let go.
const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(10);
/// The longest query taken over UDP; a resolver's queries are a tenth of it.
const DATAGRAM_SIZE_MAX: usize = 4096;

/// Names in lower case without a dot at the end, and their addresses.
pub type Names = BTreeMap<String, Vec<Ipv4Addr>>;

/// Where to answer, and whom to ask.
#[derive(Clone, Debug)]
pub struct DnsConfig {
    /// Normally the gateway's address and port 53.
    pub address: SocketAddr,
    /// Resolvers to hand other names to, in order; none: other names are refused.
    pub upstreams: Vec<SocketAddr>,
}

/// Both sockets, bound: queries wait from here on.
#[derive(Debug)]
pub struct DnsServer {
    datagrams: Arc<UdpSocket>,
    connections: TcpListener,
    shared: Arc<Shared>,
}

/// Changes the names of a running server.
#[derive(Clone, Debug)]
pub struct DnsHandle {
    shared: Arc<Shared>,
    address: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    names: ArcSwap<Names>,
    upstreams: Vec<SocketAddr>,
    forwarded: Semaphore,
}

impl DnsServer {
    /// Binds both sockets, with no names yet. Port 0 picks one for both.
    pub async fn bind(config: DnsConfig) -> io::Result<(Self, DnsHandle)> {
        let connections = TcpListener::bind(config.address).await?;
        let address = connections.local_addr()?;
        let datagrams = Arc::new(UdpSocket::bind(address).await?);
        let shared = Arc::new(Shared {
            names: ArcSwap::default(),
            upstreams: config.upstreams,
            forwarded: Semaphore::new(FORWARDED_MAX),
        });
        let handle = DnsHandle { shared: Arc::clone(&shared), address };
        Ok((Self { datagrams, connections, shared }, handle))
    }

    /// Answers until a socket fails, which is what it returns. Dropping it ends all queries.
    pub async fn run(self) -> io::Error {
        let Self { datagrams, connections, shared } = self;
        tokio::select! {
            error = serve_datagrams(datagrams, Arc::clone(&shared)) => error,
            error = serve_connections(connections, shared) => error,
        }
    }
}

impl DnsHandle {
    /// Puts `names` in the place of all names so far.
    pub fn replace_names(&self, names: Names) {
        self.shared.names.store(Arc::new(names));
    }

    /// Where the server answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Shared {
    /// The answer to a query; none to what is no query.
    async fn resolve(&self, query: &[u8], transport: Transport) -> Option<Vec<u8>> {
        match decide(&self.names.load(), query, transport) {
            Decision::Discard => None,
            Decision::Answer(answer) => Some(answer),
            Decision::Forward if self.upstreams.is_empty() => Some(failure::refused(query)),
            Decision::Forward => {
                let Ok(_permit) = self.forwarded.try_acquire() else {
                    return Some(failure::server_failure(query));
                };
                let answer = forward::exchange(&self.upstreams, query, transport).await;
                Some(answer.unwrap_or_else(|| failure::server_failure(query)))
            }
        }
    }
}

async fn serve_datagrams(socket: Arc<UdpSocket>, shared: Arc<Shared>) -> io::Error {
    let mut queries = JoinSet::new();
    let mut buffer = vec![0; DATAGRAM_SIZE_MAX];
    loop {
        // As many queries wait for an upstream as may, and as many again are about to be told no.
        while queries.len() >= 2 * FORWARDED_MAX {
            queries.join_next().await;
        }
        let received = tokio::select! {
            received = socket.recv_from(&mut buffer) => received,
            Some(_ended) = queries.join_next() => continue,
        };
        let (length, client) = match received {
            Ok(received) => received,
            Err(error) => return error,
        };
        let query = buffer[..length].to_vec();
        let (socket, shared) = (Arc::clone(&socket), Arc::clone(&shared));
        queries.spawn(async move {
            if let Some(answer) = shared.resolve(&query, Transport::Datagram).await
                && let Err(error) = socket.send_to(&answer, client).await
            {
                tracing::debug!(%client, %error, "an answer could not be sent");
            }
        });
    }
}

async fn serve_connections(listener: TcpListener, shared: Arc<Shared>) -> io::Error {
    let mut open = JoinSet::new();
    loop {
        while open.len() >= CONNECTIONS_MAX {
            open.join_next().await;
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_ended) = open.join_next() => continue,
        };
        match accepted {
            Ok((stream, client)) => {
                let shared = Arc::clone(&shared);
                open.spawn(async move {
                    if let Err(error) = serve_connection(stream, &shared).await {
                        tracing::debug!(%client, %error, "a connection ended early");
                    }
                });
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => return error,
        }
    }
}

async fn serve_connection(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    loop {
        let query = match timeout(CONNECTION_IDLE_MAX, read_framed(&mut stream)).await? {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            query => query?,
        };
        let Some(answer) = shared.resolve(&query, Transport::Stream).await else { return Ok(()) };
        timeout(CONNECTION_IDLE_MAX, write_framed(&mut stream, &answer)).await??;
    }
}

/// A message over TCP is preceded by its length, in two bytes.
async fn read_framed(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let length = stream.read_u16().await?;
    let mut message = vec![0; usize::from(length)];
    stream.read_exact(&mut message).await?;
    Ok(message)
}

async fn write_framed(stream: &mut TcpStream, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    let framed = [&length.to_be_bytes(), message].concat();
    stream.write_all(&framed).await
}
