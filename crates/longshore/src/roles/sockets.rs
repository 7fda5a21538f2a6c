//! Listening sockets that outlive the balancer: the supervisor holds a copy of each.
//!
//! While the balancer is being started again, the kernel goes on taking connections in and keeps
//! them waiting, so that its death costs the requests it held and no others. The two talk over
//! the balancer's standard input, a socket: what is kept comes first, then each socket opened or
//! closed is told, and answered.
//!
//! INVARIANT: whatever fails here costs the copies, never the serving.

use std::collections::BTreeMap;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::{SocketAddrV4, TcpListener};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use balancer::{FreshSockets, Sockets};
use rustix::io::Errno;
use rustix::net::sockopt::{Timeout, set_socket_timeout, socket_type};
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, SocketFlags, SocketType, recvmsg, sendmsg, socketpair,
};

/// LIMIT: sockets that are kept; those beyond are refused connections during a restart.
const SOCKETS_KEPT_MAX: usize = 1024;
/// LIMIT: bytes of one message, which is a word and an address.
const MESSAGE_BYTES_MAX: usize = 64;
/// How long the balancer waits for the supervisor, which has nothing else to do.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(1);

const KEEP: &str = "keep";
const CLOSE: &str = "close";
/// What is kept has been told.
const END: &str = "end";
const DONE: &str = "done";
const FULL: &str = "full";

/// The supervisor's copies.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptSockets(Arc<Mutex<BTreeMap<SocketAddrV4, OwnedFd>>>);

impl KeptSockets {
    /// Both ends of a new balancer's channel: the supervisor's, and its standard input.
    pub(super) fn channel() -> io::Result<(OwnedFd, OwnedFd)> {
        let flags = SocketFlags::CLOEXEC;
        Ok(socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None)?)
    }

    /// Serves one balancer to its end.
    pub(super) fn serve(&self, channel: &OwnedFd) -> io::Result<()> {
        for (address, socket) in &*self.held() {
            send(channel.as_fd(), &format!("{KEEP} {address}"), Some(socket.as_fd()))?;
        }
        send(channel.as_fd(), END, None)?;
        while let Some((text, socket)) = receive(channel.as_fd())? {
            let answer = self.obey(&text, socket);
            send(channel.as_fd(), answer, None)?;
        }
        Ok(())
    }

    fn obey(&self, text: &str, socket: Option<OwnedFd>) -> &'static str {
        let mut held = self.held();
        match (parse(text), socket) {
            (Some((KEEP, address)), Some(socket)) if held.len() < SOCKETS_KEPT_MAX => {
                held.insert(address, socket);
                DONE
            }
            (Some((CLOSE, address)), _) => {
                held.remove(&address);
                DONE
            }
            _ => FULL,
        }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<SocketAddrV4, OwnedFd>> {
        // A map is whole after any panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The balancer's side.
#[derive(Debug)]
pub(super) struct InheritedSockets {
    channel: OwnedFd,
    /// Kept for this process, and not opened by it yet.
    waiting: Mutex<BTreeMap<SocketAddrV4, OwnedFd>>,
}

impl InheritedSockets {
    /// What the standard input offers; new sockets that nobody keeps where it is no channel.
    pub(super) fn receive() -> Arc<dyn Sockets> {
        match Self::receive_from(rustix::stdio::stdin()) {
            Ok(sockets) => Arc::new(sockets),
            Err(error) => {
                tracing::warn!(%error, "listening sockets are not kept over a restart");
                Arc::new(FreshSockets)
            }
        }
    }

    fn receive_from(channel: BorrowedFd<'_>) -> io::Result<InheritedSockets> {
        if socket_type(channel)? != SocketType::SEQPACKET {
            return Err(Errno::NOTSOCK.into());
        }
        set_socket_timeout(channel, Timeout::Recv, Some(ANSWER_TIME_MAX))?;
        let channel = channel.try_clone_to_owned()?;
        let mut waiting = BTreeMap::new();
        loop {
            match receive(channel.as_fd())? {
                Some((text, Some(socket))) => {
                    if let Some((KEEP, address)) = parse(&text) {
                        waiting.insert(address, socket);
                    }
                }
                Some((text, None)) if text == END => break,
                Some(_) | None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        Ok(InheritedSockets { channel, waiting: Mutex::new(waiting) })
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<SocketAddrV4, OwnedFd>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the supervisor, and waits until it has done so.
    fn tell(&self, word: &str, address: SocketAddrV4, socket: Option<BorrowedFd<'_>>) {
        let told = send(self.channel.as_fd(), &format!("{word} {address}"), socket)
            .and_then(|()| receive(self.channel.as_fd()));
        match told {
            Ok(Some((answer, _))) if answer == DONE => {}
            Ok(answer) => tracing::warn!(%address, ?answer, "a socket is not kept"),
            Err(error) => tracing::warn!(%address, %error, "a socket is not kept"),
        }
    }
}

impl Sockets for InheritedSockets {
    fn open(&self, address: SocketAddrV4) -> io::Result<TcpListener> {
        if let Some(kept) = self.waiting().remove(&address) {
            return Ok(kept.into());
        }
        let socket = FreshSockets.open(address)?;
        self.tell(KEEP, address, Some(socket.as_fd()));
        Ok(socket)
    }

    fn close(&self, address: SocketAddrV4) {
        self.tell(CLOSE, address, None);
    }

    fn close_unopened(&self) {
        let unopened = std::mem::take(&mut *self.waiting());
        for address in unopened.into_keys() {
            self.close(address);
        }
    }
}

fn parse(text: &str) -> Option<(&str, SocketAddrV4)> {
    let (word, address) = text.split_once(' ')?;
    Some((word, address.parse().ok()?))
}

fn send(channel: BorrowedFd<'_>, text: &str, socket: Option<BorrowedFd<'_>>) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    let sockets = socket.as_slice();
    if !sockets.is_empty() {
        control.push(SendAncillaryMessage::ScmRights(sockets));
    }
    sendmsg(channel, &[IoSlice::new(text.as_bytes())], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// The next message; none when the other side is gone.
fn receive(channel: BorrowedFd<'_>) -> io::Result<Option<(String, Option<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut bytes = [0; MESSAGE_BYTES_MAX];
    let length = {
        let mut parts = [IoSliceMut::new(&mut bytes)];
        match recvmsg(channel, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC) {
            Ok(received) => received.bytes,
            // It was killed with something unread.
            Err(Errno::CONNRESET) => 0,
            Err(error) => return Err(error.into()),
        }
    };
    if length == 0 {
        return Ok(None);
    }
    let socket = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    Ok(Some((String::from_utf8_lossy(&bytes[..length]).into_owned(), socket)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpStream};

    /// Runs a balancer's life against the supervisor's copies.
    fn life(kept: &KeptSockets, act: impl FnOnce(&InheritedSockets)) {
        let (ours, theirs) = KeptSockets::channel().expect("a channel");
        std::thread::scope(|scope| {
            scope.spawn(move || kept.serve(&ours).expect("a whole conversation"));
            let sockets = InheritedSockets::receive_from(theirs.as_fd()).expect("what is kept");
            drop(theirs);
            act(&sockets);
        });
    }

    fn free_address() -> SocketAddrV4 {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = socket.local_addr().expect("its address").port();
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
    }

    #[tokio::test]
    async fn a_connection_waits_for_the_next_balancer() {
        let (kept, address) = (KeptSockets::default(), free_address());
        life(&kept, |sockets| drop(sockets.open(address).expect("a new socket")));
        let _client = TcpStream::connect(address).expect("taken in by the kernel");
        life(&kept, |sockets| {
            let socket = sockets.open(address).expect("the kept socket");
            sockets.close_unopened();
            assert!(socket.accept().is_ok(), "the connection that waited");
        });
    }

    #[tokio::test]
    async fn what_nobody_serves_is_closed() {
        let kept = KeptSockets::default();
        let (closed, unopened) = (free_address(), free_address());
        life(&kept, |sockets| {
            for address in [closed, unopened] {
                drop(sockets.open(address).expect("a new socket"));
            }
            sockets.close(closed);
            // And can be opened again at once.
            drop(sockets.open(closed).expect("free again"));
            sockets.close(closed);
        });
        assert!(TcpStream::connect(closed).is_err());
        life(&kept, Sockets::close_unopened);
        assert!(TcpStream::connect(unopened).is_err());
    }

    #[test]
    fn without_a_channel_nothing_is_inherited() {
        let null = std::fs::File::open("/dev/null").expect("it is everywhere");
        assert!(InheritedSockets::receive_from(null.as_fd()).is_err());
    }
}
