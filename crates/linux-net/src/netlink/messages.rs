//! The netlink requests this crate makes, and the facts it reads from the answers, as data.
//!
//! INVARIANT: everything made here carries a mark of ours — routes and neighbours the protocol
//! number, interfaces the group, addresses the label — so that what a crash left behind is told
//! from what belongs to the host.

use std::{
    net::{IpAddr, Ipv4Addr},
    os::fd::{AsRawFd, BorrowedFd},
};

use rtnetlink::{
    packet_core::{NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE},
    packet_route::{
        AddressFamily, RouteNetlinkMessage,
        address::{AddressAttribute, AddressMessage, AddressProtocol, AddressScope},
        link::{
            InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage, State,
        },
        neighbour::{NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState},
        route::{RouteAddress, RouteAttribute, RouteMessage, RouteProtocol, RouteScope, RouteType},
    },
};

use crate::range::Ipv4Range;

/// The origin of every route, neighbour and address of ours (`rt_protos`: unassigned).
pub(crate) const PROTOCOL: u8 = 108;
/// The group of every task interface on the host's side ("ls").
pub(crate) const GROUP: u32 = 0x6c73;
/// The label of every address of ours on the loopback interface.
pub(crate) const LABEL: &str = "lo:longshore";
/// The loopback interface is the first of its namespace, always.
pub(crate) const LOOPBACK_INDEX: u32 = 1;

const TABLE_MAIN: u8 = 254;
const TABLE_LOCAL: u8 = 255;

/// A request with the flags it needs.
pub(crate) type Request = (u16, RouteNetlinkMessage);

/// A hardware address.
pub(crate) type Mac = [u8; 6];

/// Both ends of a task's link.
pub(crate) struct Veth<'a> {
    pub host_name: &'a str,
    pub host_mac: Mac,
    pub task_name: &'a str,
    pub task_mac: Mac,
    pub task_namespace: BorrowedFd<'a>,
    pub mtu: u32,
}

/// An interface, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub index: u32,
    pub name: String,
    pub alias: Option<String>,
    pub group: u32,
    /// Up, with its other end up, and the kernel has acted on it.
    pub is_operational: bool,
}

/// An IPv4 route, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub range: Ipv4Range,
    pub kind: RouteType,
    pub protocol: u8,
    pub is_local_table: bool,
    pub interface: Option<u32>,
    message: RouteMessage,
}

/// An IPv4 address, as listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub local: Ipv4Addr,
    pub prefix: u8,
    pub interface: u32,
    pub label: Option<String>,
}

pub(crate) fn veth_create(veth: &Veth<'_>) -> Request {
    let mut peer = LinkMessage::default();
    peer.attributes = vec![
        LinkAttribute::IfName(veth.task_name.to_owned()),
        LinkAttribute::Address(veth.task_mac.to_vec()),
        LinkAttribute::Mtu(veth.mtu),
        LinkAttribute::NetNsFd(veth.task_namespace.as_raw_fd()),
    ];
    let mut message = LinkMessage::default();
    message.attributes = vec![
        LinkAttribute::IfName(veth.host_name.to_owned()),
        LinkAttribute::Address(veth.host_mac.to_vec()),
        LinkAttribute::Mtu(veth.mtu),
        LinkAttribute::Group(GROUP),
        LinkAttribute::LinkInfo(vec![
            LinkInfo::Kind(InfoKind::Veth),
            LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(peer))),
        ]),
    ];
    (NLM_F_CREATE | NLM_F_EXCL, RouteNetlinkMessage::NewLink(message))
}

pub(crate) fn link_up(index: u32) -> Request {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message.header.flags = LinkFlags::Up;
    message.header.change_mask = LinkFlags::Up;
    (0, RouteNetlinkMessage::SetLink(message))
}

pub(crate) fn link_alias(index: u32, alias: &str) -> Request {
    let mut message = LinkMessage::default();
    message.header.index = index;
    message.attributes = vec![LinkAttribute::IfAlias(alias.to_owned())];
    (0, RouteNetlinkMessage::SetLink(message))
}

pub(crate) fn link_delete(index: u32) -> Request {
    let mut message = LinkMessage::default();
    message.header.index = index;
    (0, RouteNetlinkMessage::DelLink(message))
}

pub(crate) fn link_query(name: &str) -> RouteNetlinkMessage {
    let mut message = LinkMessage::default();
    message.attributes = vec![LinkAttribute::IfName(name.to_owned())];
    RouteNetlinkMessage::GetLink(message)
}

pub(crate) fn link_list() -> RouteNetlinkMessage {
    RouteNetlinkMessage::GetLink(LinkMessage::default())
}

/// A /32 of ours on `interface`.
pub(crate) fn address_create(interface: u32, address: Ipv4Addr) -> Request {
    let mut message = address_message(interface, address);
    message.attributes.push(AddressAttribute::Protocol(AddressProtocol::Other(PROTOCOL)));
    if interface == LOOPBACK_INDEX {
        message.attributes.push(AddressAttribute::Label(LABEL.to_owned()));
    }
    (NLM_F_CREATE | NLM_F_EXCL, RouteNetlinkMessage::NewAddress(message))
}

pub(crate) fn address_delete(interface: u32, address: Ipv4Addr) -> Request {
    (0, RouteNetlinkMessage::DelAddress(address_message(interface, address)))
}

pub(crate) fn address_list() -> RouteNetlinkMessage {
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    RouteNetlinkMessage::GetAddress(message)
}

fn address_message(interface: u32, address: Ipv4Addr) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.prefix_len = 32;
    message.header.scope = AddressScope::Universe;
    message.header.index = interface;
    message.attributes = vec![
        AddressAttribute::Local(IpAddr::V4(address)),
        AddressAttribute::Address(IpAddr::V4(address)),
    ];
    message
}

/// The host's way to a task: its address, on its link, from the gateway's address.
pub(crate) fn task_route(interface: u32, address: Ipv4Addr, source: Ipv4Addr) -> Request {
    let mut message = route_message(RouteType::Unicast, RouteScope::Link);
    message.header.destination_prefix_length = 32;
    message.attributes = vec![
        RouteAttribute::Destination(RouteAddress::Inet(address)),
        RouteAttribute::PrefSource(RouteAddress::Inet(source)),
        RouteAttribute::Oif(interface),
    ];
    (NLM_F_CREATE | NLM_F_REPLACE, RouteNetlinkMessage::NewRoute(message))
}

/// An address that is the host's own, and what the host sends there is sent from.
pub(crate) fn local_route(address: Ipv4Addr, source: Ipv4Addr) -> Request {
    let mut message = route_message(RouteType::Local, RouteScope::Host);
    message.header.table = TABLE_LOCAL;
    message.header.destination_prefix_length = 32;
    message.attributes = vec![
        RouteAttribute::Destination(RouteAddress::Inet(address)),
        RouteAttribute::PrefSource(RouteAddress::Inet(source)),
        RouteAttribute::Oif(LOOPBACK_INDEX),
    ];
    (NLM_F_CREATE | NLM_F_REPLACE, RouteNetlinkMessage::NewRoute(message))
}

/// The task's way out: everything goes to a next hop that only its link knows.
pub(crate) fn default_route(interface: u32, next_hop: Ipv4Addr) -> Request {
    let mut message = route_message(RouteType::Unicast, RouteScope::Universe);
    message.header.flags = rtnetlink::packet_route::route::RouteFlags::Onlink;
    message.attributes =
        vec![RouteAttribute::Gateway(RouteAddress::Inet(next_hop)), RouteAttribute::Oif(interface)];
    (NLM_F_CREATE | NLM_F_EXCL, RouteNetlinkMessage::NewRoute(message))
}

/// What makes a vacant address of a VPC an immediate "host unreachable".
pub(crate) fn unreachable_route(range: Ipv4Range) -> Request {
    let mut message = route_message(RouteType::Unreachable, RouteScope::Universe);
    message.header.destination_prefix_length = range.prefix();
    message.attributes = vec![RouteAttribute::Destination(RouteAddress::Inet(range.address()))];
    (NLM_F_CREATE | NLM_F_REPLACE, RouteNetlinkMessage::NewRoute(message))
}

pub(crate) fn route_delete(route: &Route) -> Request {
    (0, RouteNetlinkMessage::DelRoute(route.message.clone()))
}

pub(crate) fn route_list() -> RouteNetlinkMessage {
    let mut message = RouteMessage::default();
    message.header.address_family = AddressFamily::Inet;
    RouteNetlinkMessage::GetRoute(message)
}

fn route_message(kind: RouteType, scope: RouteScope) -> RouteMessage {
    let mut message = RouteMessage::default();
    message.header.address_family = AddressFamily::Inet;
    message.header.table = TABLE_MAIN;
    message.header.protocol = RouteProtocol::from(PROTOCOL);
    message.header.kind = kind;
    message.header.scope = scope;
    message
}

/// Who answers for `address` on `interface`, so that nobody has to ask.
pub(crate) fn neighbour_create(interface: u32, address: Ipv4Addr, mac: Mac) -> Request {
    let mut message = NeighbourMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.ifindex = interface;
    message.header.state = NeighbourState::Permanent;
    message.attributes = vec![
        NeighbourAttribute::Destination(NeighbourAddress::Inet(address)),
        NeighbourAttribute::LinkLayerAddress(mac.to_vec()),
    ];
    (NLM_F_CREATE | NLM_F_REPLACE, RouteNetlinkMessage::NewNeighbour(message))
}

impl Link {
    pub(crate) fn read(message: RouteNetlinkMessage) -> Option<Self> {
        let RouteNetlinkMessage::NewLink(message) = message else { return None };
        let mut link = Self {
            index: message.header.index,
            name: String::new(),
            alias: None,
            group: 0,
            is_operational: false,
        };
        for attribute in message.attributes {
            match attribute {
                LinkAttribute::IfName(name) => link.name = name,
                LinkAttribute::IfAlias(alias) => link.alias = Some(alias),
                LinkAttribute::Group(group) => link.group = group,
                LinkAttribute::OperState(state) => link.is_operational = state == State::Up,
                _ => {}
            }
        }
        Some(link)
    }
}

impl Route {
    pub(crate) fn read(message: RouteNetlinkMessage) -> Option<Self> {
        let RouteNetlinkMessage::NewRoute(message) = message else { return None };
        let mut destination = Ipv4Addr::UNSPECIFIED;
        let mut interface = None;
        for attribute in &message.attributes {
            match attribute {
                RouteAttribute::Destination(RouteAddress::Inet(address)) => destination = *address,
                RouteAttribute::Oif(index) => interface = Some(*index),
                _ => {}
            }
        }
        Some(Self {
            range: Ipv4Range::covering(destination, message.header.destination_prefix_length)?,
            kind: message.header.kind,
            protocol: message.header.protocol.into(),
            is_local_table: message.header.table == TABLE_LOCAL,
            interface,
            message,
        })
    }
}

impl Address {
    pub(crate) fn read(message: RouteNetlinkMessage) -> Option<Self> {
        let RouteNetlinkMessage::NewAddress(message) = message else { return None };
        let mut local = None;
        let mut label = None;
        for attribute in message.attributes {
            match attribute {
                AddressAttribute::Local(IpAddr::V4(address)) => local = Some(address),
                AddressAttribute::Label(text) => label = Some(text),
                _ => {}
            }
        }
        let prefix = message.header.prefix_len;
        Some(Self { local: local?, prefix, interface: message.header.index, label })
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.label.as_deref() == Some(LABEL)
    }
}
