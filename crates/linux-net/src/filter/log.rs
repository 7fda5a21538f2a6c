//! Packets that were denied, as they are: the filter hands over some of them, the kernel's log of
//! packets (`nfnetlink_log`) queues them, and whoever listens hears of each at once.
//!
//! INVARIANT: nobody who does not listen, or not fast enough, holds up a packet.

use std::{io, net::Ipv4Addr};

use netlink_packet_netfilter::{
    NetfilterMessage, NetfilterMessageInner, NetfilterProtoFamily,
    nflog::{ConfigCmd, ConfigMode, ConfigNla, PacketNla, ULogMessage, config_request},
};
use rtnetlink::{
    packet_core::{NetlinkMessage, NetlinkPayload},
    sys::{Socket, protocols::NETLINK_NETFILTER},
};
use tokio::io::unix::AsyncFd;

use super::{
    command::{TCP, UDP},
    kernel::answer,
};
use crate::{error::NetworkError, netlink::next_message};

/// The group of the kernel's log that is ours in this namespace.
pub(crate) const GROUP: u16 = 4566;
/// The bytes of a packet that are handed over: an IPv4 header with options, and the ports.
pub(crate) const PACKET_SIZE_MAX: u32 = 64;

/// The ear for denied packets of one namespace; there can be one.
#[derive(Debug)]
pub struct DeniedLog(AsyncFd<Socket>);

/// One packet that was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeniedPacket {
    pub source: Ipv4Addr,
    pub destination: Ipv4Addr,
    /// The protocol's number (RFC 5237).
    pub protocol: u8,
    /// Of the destination, for TCP and UDP.
    pub port: Option<u16>,
}

impl DeniedLog {
    /// Listens in the calling thread's namespace. Fails where the kernel has no log of packets,
    /// or somebody else listens.
    pub fn open() -> Result<Self, NetworkError> {
        let listen = || -> io::Result<Self> {
            let mut socket = Socket::new(NETLINK_NETFILTER)?;
            socket.bind_auto()?;
            configure(&socket)?;
            socket.set_non_blocking(true)?;
            Ok(Self(register(socket)?))
        };
        listen().map_err(|error| NetworkError::kernel("listen for denied packets", error))
    }

    /// The next packets that were denied; there may be none in what the kernel says.
    pub async fn next(&self) -> io::Result<Vec<DeniedPacket>> {
        let mut ready = self.0.readable().await?;
        match ready.try_io(|socket| socket.get_ref().recv_from_full()) {
            Ok(Ok((datagram, _))) => read(&datagram),
            // What found no room is counted all the same.
            Ok(Err(error)) if error.raw_os_error() == Some(libc::ENOBUFS) => Ok(Vec::new()),
            Ok(Err(error)) => Err(error),
            Err(_would_block) => Ok(Vec::new()),
        }
    }
}

#[expect(unsafe_code, reason = "the safe constructor is deprecated for being unsound")]
fn register(socket: Socket) -> io::Result<AsyncFd<Socket>> {
    // SAFETY: the socket owns its descriptor, and closes it when it is dropped with the `AsyncFd`.
    // JUSTIFICATION: a thread that blocks in `recv` could not be ended.
    Ok(unsafe { AsyncFd::register(socket) }?)
}

/// Binds the group: packets are handed over one by one, at once.
fn configure(socket: &Socket) -> io::Result<()> {
    let wanted = vec![
        ConfigCmd::Bind.into(),
        ConfigMode::new_packet(PACKET_SIZE_MAX).into(),
        ConfigNla::QThresh(1),
    ];
    let request = config_request(NetfilterProtoFamily::IPv4, GROUP, wanted);
    let mut buffer = vec![0; request.buffer_len()];
    request.serialize(&mut buffer);
    socket.send(&buffer, 0)?;
    answer(socket)
}

fn read(datagram: &[u8]) -> io::Result<Vec<DeniedPacket>> {
    let mut packets = Vec::new();
    let mut rest = datagram;
    while let Some(raw) = next_message(rest)? {
        rest = rest.get(raw.len().next_multiple_of(4)..).unwrap_or(&[]);
        let Ok(message) = NetlinkMessage::<NetfilterMessage>::deserialize(raw) else { continue };
        let NetlinkPayload::InnerMessage(message) = message.payload else { continue };
        let NetfilterMessageInner::ULog(ULogMessage::Packet(parts)) = message.inner else {
            continue;
        };
        packets.extend(parts.iter().find_map(|part| match part {
            PacketNla::Payload(bytes) => parse(bytes),
            _ => None,
        }));
    }
    Ok(packets)
}

/// The addresses and ports of an IPv4 packet (RFC 791); of a fragment, no port.
fn parse(bytes: &[u8]) -> Option<DeniedPacket> {
    let header = bytes.first_chunk::<20>()?;
    let header_len = usize::from(header[0] & 0x0f) * 4;
    // The place in the packet that it is a fragment of is in the lower 13 bits.
    let is_first = [header[6] & 0x1f, header[7]] == [0, 0];
    let protocol = header[9];
    let port = || {
        let ports = bytes.get(header_len..)?.first_chunk::<4>()?;
        Some(u16::from_be_bytes([ports[2], ports[3]]))
    };
    let address =
        |at: usize| Ipv4Addr::new(header[at], header[at + 1], header[at + 2], header[at + 3]);
    Some(DeniedPacket {
        source: address(12),
        destination: address(16),
        protocol,
        port: if is_first && matches!(protocol, TCP | UDP) { port() } else { None },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ports_are_read_behind_options_and_of_no_fragment() {
        let packet = |first: u8, fragment: u16, protocol: u8| {
            let mut bytes = vec![first, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0];
            bytes[6..8].copy_from_slice(&fragment.to_be_bytes());
            bytes.extend([10, 0, 0, 1, 10, 0, 0, 2]);
            bytes.resize(usize::from(first & 0x0f) * 4, 0);
            bytes.extend([0x9c, 0x40, 0x15, 0x38]);
            parse(&bytes).expect("a packet")
        };
        let plain = packet(0x45, 0, TCP);
        assert_eq!(plain.source, Ipv4Addr::new(10, 0, 0, 1));
        assert_eq!(plain.destination, Ipv4Addr::new(10, 0, 0, 2));
        assert_eq!((plain.protocol, plain.port), (TCP, Some(5432)));
        assert_eq!(packet(0x47, 0x4000, UDP).port, Some(5432));
        assert_eq!(packet(0x45, 0x2000, TCP).port, Some(5432));
        assert_eq!(packet(0x45, 0x00b9, TCP).port, None);
        assert_eq!(packet(0x45, 0, 1).port, None);
        assert_eq!(parse(&[0x45; 19]), None);
        assert_eq!(parse(&[0x4f; 21]).map(|one| one.port), Some(None));
    }
}
