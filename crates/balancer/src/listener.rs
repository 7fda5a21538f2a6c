//! One listening socket: accepts, counts, and hands connections over.
//!
//! Where the socket comes from is behind a port, so that it can outlive the process.

use std::{
    io,
    net::{SocketAddr, SocketAddrV4},
    sync::{Arc, atomic::Ordering},
};

use rustix::net::sockopt;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::Semaphore,
};
use tokio_util::sync::CancellationToken;

use crate::{
    client::Ends,
    connection::Connection,
    limits::{ACCEPT_PAUSE, BACKLOG, LISTENER_CONNECTIONS_MAX},
    shared::Shared,
    workers::Workers,
};

/// Opens and closes listening sockets for a balancer.
pub trait Sockets: std::fmt::Debug + Send + Sync {
    /// A socket that listens on `address`, without blocking.
    fn open(&self, address: SocketAddrV4) -> io::Result<std::net::TcpListener>;
    /// `address` is no longer served; the socket itself is closed already.
    fn close(&self, address: SocketAddrV4);
    /// Whatever was opened by a process before this one and is not served now may go.
    fn close_unopened(&self);
}

/// Sockets that live as long as the process.
#[derive(Clone, Copy, Debug)]
pub struct FreshSockets;

impl Sockets for FreshSockets {
    fn open(&self, address: SocketAddrV4) -> io::Result<std::net::TcpListener> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        // The node gives the host this address when it hears of the load balancer, as this
        // process does: whichever comes first, it is served once both have.
        sockopt::set_ip_freebind(&socket, true)?;
        socket.bind(SocketAddr::V4(address))?;
        socket.listen(BACKLOG)?.into_std()
    }

    fn close(&self, _address: SocketAddrV4) {}

    fn close_unopened(&self) {}
}

/// An open listener; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Listening {
    closing: CancellationToken,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.closing.cancel();
    }
}

/// Listens on `address` until what is returned is dropped.
pub(crate) fn listen(
    shared: &Arc<Shared>,
    workers: &Arc<Workers>,
    address: SocketAddrV4,
) -> io::Result<Listening> {
    let listener = TcpListener::from_std(shared.sockets.open(address)?)?;
    let closing = shared.stop.child_token();
    let accepting = Accepting {
        listener,
        address,
        workers: Arc::clone(workers),
        shared: Arc::clone(shared),
        closing: closing.clone(),
        permits: Arc::new(Semaphore::new(LISTENER_CONNECTIONS_MAX)),
    };
    shared.tasks.spawn(accepting.run());
    Ok(Listening { closing })
}

struct Accepting {
    listener: TcpListener,
    workers: Arc<Workers>,
    address: SocketAddrV4,
    shared: Arc<Shared>,
    closing: CancellationToken,
    permits: Arc<Semaphore>,
}

impl Accepting {
    async fn run(self) {
        while let Some(accepted) = self.closing.run_until_cancelled(self.accept()).await {
            match accepted {
                Ok((stream, peer)) => self.start(stream, peer),
                Err(error) if is_about_the_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(address = %self.address, %error, "cannot accept");
                    let closed = self.closing.cancelled();
                    // Passes either way: closed, or paused for long enough.
                    tokio::time::timeout(ACCEPT_PAUSE, closed).await.ok();
                }
            }
        }
        drop(self.listener);
        // A balancer that ends is started again, on the same sockets.
        if !self.shared.stop.is_cancelled() {
            self.shared.sockets.close(self.address);
        }
    }

    async fn accept(&self) -> io::Result<(std::net::TcpStream, SocketAddr)> {
        let (stream, peer) = self.listener.accept().await?;
        // It goes to the runtime of a worker, so this one lets go of it.
        Ok((stream.into_std()?, peer))
    }

    fn start(&self, stream: std::net::TcpStream, peer: SocketAddr) {
        let own = Arc::clone(&self.permits).try_acquire_owned();
        let all = Arc::clone(&self.shared.client_permits).try_acquire_owned();
        let (Ok(own), Ok(all)) = (own, all) else {
            self.shared.rejected_connections.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let connection = Connection {
            stream,
            ends: Ends { arrived_at: self.address, peer, permits: [own, all] },
            shared: Arc::clone(&self.shared),
            closing: self.closing.clone(),
        };
        if self.workers.hand_over(connection).is_err() {
            self.shared.rejected_connections.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The client gave up before it was accepted: nothing is wrong here.
fn is_about_the_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_the_host_does_not_have_yet_can_be_listened_on() {
        // TEST-NET-1 (RFC 5737), which no host has.
        let address = SocketAddrV4::new([192, 0, 2, 1].into(), 0);
        let listener = FreshSockets.open(address).expect("it listens");
        assert_eq!(listener.local_addr().expect("an address").ip(), *address.ip());
    }
}
