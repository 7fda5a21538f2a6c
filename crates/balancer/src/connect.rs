//! New connections to targets, from the load balancer's own address.
//!
//! A target's security group lets the load balancer in by where its packets come from, so every
//! connection is bound to that address first.
#![expect(unsafe_code, reason = "one socket option that no safe wrapper offers")]

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    os::fd::AsRawFd as _,
    time::Duration,
};

use thiserror::Error;
use tokio::net::{TcpSocket, TcpStream};

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    /// The balancer's own fault: no address, no file descriptor.
    #[error("cannot open a connection from `{0}`")]
    Local(Ipv4Addr, #[source] io::Error),
    #[error("the target took no connection")]
    Refused(#[source] io::Error),
    #[error("the target did not answer in time")]
    TimedOut,
}

/// Connects to `target` from `source`.
pub(crate) async fn connect(
    source: Ipv4Addr,
    target: SocketAddrV4,
    patience: Duration,
) -> Result<TcpStream, ConnectError> {
    let socket = bound_socket(source).map_err(|error| ConnectError::Local(source, error))?;
    match tokio::time::timeout(patience, socket.connect(SocketAddr::V4(target))).await {
        Err(_elapsed) => Err(ConnectError::TimedOut),
        Ok(Err(error)) => Err(ConnectError::Refused(error)),
        Ok(Ok(stream)) => {
            stream.set_nodelay(true).map_err(ConnectError::Refused)?;
            Ok(stream)
        }
    }
}

fn bound_socket(source: Ipv4Addr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    choose_port_at_connect(&socket)?;
    socket.bind(SocketAddr::V4(SocketAddrV4::new(source, 0)))?;
    Ok(socket)
}

/// Without this, `bind` would take one of some 28,000 ports from all targets together; with it,
/// the kernel chooses a port per target at `connect`.
fn choose_port_at_connect(socket: &TcpSocket) -> io::Result<()> {
    let enabled: libc::c_int = 1;
    let length = libc::socklen_t::try_from(size_of_val(&enabled)).expect("the size of an int");
    // SAFETY: the descriptor is open for as long as `socket` is borrowed, and the option's value
    // is an int that outlives the call, of the length that is given.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_IP,
            libc::IP_BIND_ADDRESS_NO_PORT,
            (&raw const enabled).cast(),
            length,
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
