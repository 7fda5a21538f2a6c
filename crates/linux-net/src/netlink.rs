//! A synchronous route-netlink socket: one request, one answer.
//!
//! A netlink socket belongs for ever to the namespace it was opened in, so a thread that moves
//! into a task's namespace keeps speaking for the host through the socket it opened before. That
//! needs no runtime and no second thread, which is why the asynchronous client is not used here.
//!
//! INVARIANT: every request is read to its end before the next one is sent.

use std::{io, time::Duration};

use rtnetlink::{
    packet_core::{
        NLM_F_ACK, NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NetlinkMessage, NetlinkPayload,
    },
    packet_route::RouteNetlinkMessage,
    sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE},
};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

use crate::error::NetworkError;

pub(crate) mod messages;

/// The multicast group of changes of interfaces (`RTNLGRP_LINK`).
const LINK_GROUP: u32 = 1;

/// A dump that the kernel says changed under it is asked for again at most so often.
const DUMP_ATTEMPTS_MAX: usize = 8;

/// One socket, in the namespace of the thread that opened it.
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
}

/// What the kernel already had, or no longer had, and the caller does not mind.
#[derive(Clone, Copy)]
pub(crate) enum Tolerate {
    Nothing,
    Present,
    Absent,
}

impl Netlink {
    pub(crate) fn open() -> Result<Self, NetworkError> {
        let connect = || -> io::Result<Socket> {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind_auto()?;
            socket.connect(&SocketAddr::new(0, 0))?;
            Ok(socket)
        };
        let socket = connect().map_err(|error| NetworkError::kernel("open netlink", error))?;
        Ok(Self { socket, sequence: 0 })
    }

    /// Sends a change and waits until the kernel has made or refused it.
    pub(crate) fn change(
        &mut self,
        operation: &str,
        request: (u16, RouteNetlinkMessage),
        tolerate: Tolerate,
    ) -> Result<(), NetworkError> {
        let (flags, message) = request;
        let answer = self
            .send(flags | NLM_F_ACK, message)
            .and_then(|()| self.receive(&mut |_| {}).map(|_intact| ()));
        match answer {
            Err(error) if tolerate.accepts(&error) => Ok(()),
            other => other.map_err(|error| NetworkError::kernel(operation, error)),
        }
    }

    /// Asks for one object; `None` when there is none.
    pub(crate) fn get(
        &mut self,
        operation: &str,
        message: RouteNetlinkMessage,
    ) -> Result<Option<RouteNetlinkMessage>, NetworkError> {
        let mut found = None;
        let answer = self
            .send(NLM_F_ACK, message)
            .and_then(|()| self.receive(&mut |message| found = Some(message)));
        match answer {
            Err(error) if Tolerate::Absent.accepts(&error) => Ok(None),
            other => other.map(|_| found).map_err(|error| NetworkError::kernel(operation, error)),
        }
    }

    /// Lists all objects of one kind.
    pub(crate) fn dump(
        &mut self,
        operation: &str,
        message: &RouteNetlinkMessage,
    ) -> Result<Vec<RouteNetlinkMessage>, NetworkError> {
        let mut found = Vec::new();
        for _ in 0..DUMP_ATTEMPTS_MAX {
            found.clear();
            let is_intact = self
                .send(NLM_F_DUMP, message.clone())
                .and_then(|()| self.receive(&mut |message| found.push(message)))
                .map_err(|error| NetworkError::kernel(operation, error))?;
            if is_intact {
                return Ok(found);
            }
        }
        Err(NetworkError::kernel(operation, io::ErrorKind::ResourceBusy.into()))
    }

    fn send(&mut self, flags: u16, message: RouteNetlinkMessage) -> io::Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = NetlinkMessage::from(message);
        packet.header.flags = flags | NLM_F_REQUEST;
        packet.header.sequence_number = self.sequence;
        packet.finalize();
        let mut buffer = vec![0; packet.buffer_len()];
        packet.serialize(&mut buffer);
        self.socket.send(&buffer, 0).map(|_sent| ())
    }

    /// Reads up to the acknowledgement or the end of the dump; answers whether the dump is whole.
    fn receive(&self, visit: &mut dyn FnMut(RouteNetlinkMessage)) -> io::Result<bool> {
        let mut is_intact = true;
        loop {
            let (datagram, _) = self.socket.recv_from_full()?;
            let mut rest = datagram.as_slice();
            while let Some(raw) = next_message(rest)? {
                rest = rest.get(raw.len().next_multiple_of(4)..).unwrap_or(&[]);
                let Some(packet) = decode(raw) else { continue };
                if packet.header.sequence_number != self.sequence {
                    continue;
                }
                is_intact &= packet.header.flags & NLM_F_DUMP_INTR == 0;
                match packet.payload {
                    NetlinkPayload::InnerMessage(message) => visit(message),
                    NetlinkPayload::Done(_) => return Ok(is_intact),
                    NetlinkPayload::Error(error) if error.code.is_some() => {
                        return Err(error.to_io());
                    }
                    NetlinkPayload::Error(_) => return Ok(is_intact),
                    _ => {}
                }
            }
        }
    }
}

/// Tells of changes of interfaces, from when it is opened, in the namespace it is opened in.
pub(crate) struct LinkEvents(Socket);

impl LinkEvents {
    pub(crate) fn open() -> Result<Self, NetworkError> {
        let subscribe = || -> io::Result<Self> {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind_auto()?;
            socket.add_membership(LINK_GROUP)?;
            Ok(Self(socket))
        };
        subscribe().map_err(|error| NetworkError::kernel("watch interfaces", error))
    }

    /// Waits for the next change, or so long; an error tells that it was not seen.
    pub(crate) fn wait(&self, wait_max: Duration) -> io::Result<()> {
        set_socket_timeout(&self.0, Timeout::Recv, Some(wait_max))?;
        self.0.recv_from_full().map(|_change| ())
    }
}

impl Tolerate {
    fn accepts(self, error: &io::Error) -> bool {
        match self {
            Self::Nothing => false,
            Self::Present => error.raw_os_error() == Some(libc::EEXIST),
            Self::Absent => matches!(
                error.raw_os_error(),
                Some(libc::ENOENT | libc::ESRCH | libc::ENODEV | libc::EADDRNOTAVAIL)
            ),
        }
    }
}

/// Cuts the first message off a datagram by the length that its header states.
pub(crate) fn next_message(rest: &[u8]) -> io::Result<Option<&[u8]>> {
    let Some(head) = rest.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_ne_bytes(*head) as usize;
    match rest.get(..length) {
        Some(raw) if length >= 16 => Ok(Some(raw)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// An object of a kind this decoder does not know is none of ours; it is told and passed over.
fn decode(raw: &[u8]) -> Option<NetlinkMessage<RouteNetlinkMessage>> {
    NetlinkMessage::deserialize(raw)
        .inspect_err(|error| tracing::warn!(%error, "a netlink message could not be read"))
        .ok()
}
