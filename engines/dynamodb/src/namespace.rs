//! A network namespace of its own, in which nothing is but a loopback device.

use std::io;

/// Moves the process there. It has no other thread yet, which would stay behind.
pub(crate) fn enter_own() -> io::Result<()> {
    // SAFETY: unshare takes a number and touches no memory of ours.
    // JUSTIFICATION: the standard library does not have it.
    check(unsafe { libc::unshare(libc::CLONE_NEWNET) })?;
    bring_loopback_up()
}

fn bring_loopback_up() -> io::Result<()> {
    let socket = std::net::UdpSocket::bind("0.0.0.0:0")?;
    let socket = std::os::fd::AsRawFd::as_raw_fd(&socket);
    // SAFETY: all zeroes is an `ifreq`: a name of no letters, and a union of plain numbers.
    // JUSTIFICATION: the kernel's structure has to be made somehow, and has no constructor.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(*b"lo") {
        *to = libc::c_char::try_from(from).map_err(io::Error::other)?;
    }
    request.ifr_ifru.ifru_flags =
        libc::c_short::try_from(libc::IFF_UP | libc::IFF_RUNNING).map_err(io::Error::other)?;
    // SAFETY: the request lives until the call returns, and the kernel only reads it.
    // JUSTIFICATION: the standard library does not have it.
    check(unsafe { libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request) })
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
