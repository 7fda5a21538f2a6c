//! Handing a query on to the host's resolvers, byte for byte.
//!
//! Each resolver is asked once, in order; the first that answers is believed. Every query has a
//! socket of its own, so the kernel picks an unpredictable port and takes answers from that
//! resolver alone.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use super::{
    answer::{Transport, is_response},
    read_framed, write_framed,
};

/// How long one resolver may take; a client's own patience is 5 s as a rule.
const UPSTREAM_WAIT_MAX: Duration = Duration::from_secs(2);
/// The C library asks no more of them either.
pub(super) const UPSTREAMS_MAX: usize = 3;

/// The first answer of the upstreams; none when none answers in time.
pub(super) async fn exchange(
    upstreams: &[SocketAddr],
    query: &[u8],
    transport: Transport,
) -> Option<Vec<u8>> {
    for upstream in upstreams.iter().take(UPSTREAMS_MAX) {
        let asked = async {
            match transport {
                Transport::Datagram => over_datagrams(*upstream, query).await,
                Transport::Stream => over_stream(*upstream, query).await,
            }
        };
        match timeout(UPSTREAM_WAIT_MAX, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => tracing::debug!(%upstream, %error, "a resolver failed"),
            Err(_elapsed) => tracing::debug!(%upstream, "a resolver did not answer in time"),
        }
    }
    None
}

async fn over_datagrams(upstream: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let any: SocketAddr = match upstream {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(upstream).await?;
    socket.send(query).await?;
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if answers(&buffer[..length], query) {
            buffer.truncate(length);
            return Ok(buffer);
        }
    }
}

async fn over_stream(upstream: SocketAddr, query: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(upstream).await?;
    write_framed(&mut stream, query).await?;
    let answer = read_framed(&mut stream).await?;
    if answers(&answer, query) { Ok(answer) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Whether a message is a response with the query's id.
fn answers(message: &[u8], query: &[u8]) -> bool {
    is_response(message) && message.get(..2) == query.get(..2)
}
