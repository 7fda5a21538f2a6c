//! Changes told to the kernel directly, as one batch of netlink messages (`nf_tables`).
//!
//! The nft program reads all sets and chains of the host before it changes one, which with a
//! thousand groups takes longer than the change may; this reads nothing.
//!
//! INVARIANT: a batch is one transaction.

use std::{io, time::Duration};

use model::Cidr;
use netlink_packet_netfilter::{
    NetfilterHeader, NetfilterMessage, NetfilterMessageInner, NetfilterProtoFamily,
    nftables::{
        Bitwise, ChainAttribute, ChainMessage, Cmp, DataAttribute, Expressions, Immediate,
        ListAttribute, Lookup, Meta, MetaKey, NfTablesMessage, Operator, Payload, Register,
        RuleAttribute, RuleMessage, SetAttribute, SetElementAttribute, SetElementList,
        SetElementMessage, SetFlags, SetMessage, Verdict, VerdictAttribute,
    },
    none::ControlMessage,
};
use rtnetlink::{
    packet_core::{
        DefaultNla, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_REQUEST, NetlinkMessage,
        NetlinkPayload,
    },
    sys::{Socket, SocketAddr, protocols::NETLINK_NETFILTER},
};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

use super::command::{Command, Element, End, Key, Match, Rule, RuleEnd, Side};
use crate::{error::NetworkError, netlink::next_message};

const TABLE: &str = "longshore";
/// `NFNL_SUBSYS_NFTABLES`
const SUBSYSTEM: u16 = 10;
/// LIMIT: the bytes of one batch, which a socket's buffer takes; more is left to nft.
const BATCH_SIZE_MAX: usize = 128 * 1024;
/// The kernel answers before it returns from the sending; this is for one that does not.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// A socket to the kernel. It stays open, for closing it waits until what was deleted is freed.
#[derive(Default)]
pub(super) struct Kernel(Option<Socket>);

impl std::fmt::Debug for Kernel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Kernel").finish_non_exhaustive()
    }
}

impl Kernel {
    /// Applies commands in the calling thread's namespace, which is the same each time; `None`
    /// where they are left to nft.
    pub(super) fn apply(&mut self, commands: &[Command]) -> Option<Result<(), NetworkError>> {
        let batch = encode(commands)?;
        let sent = self.send(&batch);
        Some(sent.map_err(|error| NetworkError::Filter { message: error.to_string() }))
    }

    fn send(&mut self, batch: &[u8]) -> io::Result<()> {
        let socket = match self.0.take() {
            Some(socket) => socket,
            None => open()?,
        };
        socket.send(batch, 0)?;
        answer(&socket)?;
        // After an error there may be others to read, so that one is not used again.
        self.0 = Some(socket);
        Ok(())
    }
}

fn open() -> io::Result<Socket> {
    let mut socket = Socket::new(NETLINK_NETFILTER)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    set_socket_timeout(&socket, Timeout::Recv, Some(ANSWER_TIME_MAX))?;
    Ok(socket)
}

/// The first answer is the first refusal, or says that all is done.
pub(super) fn answer(socket: &Socket) -> io::Result<()> {
    let (datagram, _) = socket.recv_from_full()?;
    let Some(raw) = next_message(&datagram)? else {
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    match NetlinkMessage::<NetfilterMessage>::deserialize(raw).map(|one| one.payload) {
        Ok(NetlinkPayload::Error(error)) if error.code.is_none() => Ok(()),
        Ok(NetlinkPayload::Error(error)) => Err(error.to_io()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn encode(commands: &[Command]) -> Option<Vec<u8>> {
    let mut messages = Vec::new();
    for (index, command) in commands.iter().enumerate() {
        messages.extend(encode_one(command, index)?);
    }
    // Of all that is refused the kernel tells; of what is not, only where it is asked to.
    messages.last_mut()?.0 |= NLM_F_ACK;
    let begin = (0, control(ControlMessage::BatchBegin));
    let end = (0, control(ControlMessage::BatchEnd));
    let mut bytes = Vec::new();
    for (sequence, (flags, message)) in [begin].into_iter().chain(messages).chain([end]).enumerate()
    {
        let mut packet = NetlinkMessage::from(message);
        packet.header.flags = NLM_F_REQUEST | flags;
        packet.header.sequence_number = u32::try_from(sequence).ok()?;
        packet.finalize();
        let start = bytes.len();
        bytes.resize(start + packet.buffer_len().next_multiple_of(4), 0);
        packet.serialize(&mut bytes[start..]);
    }
    (bytes.len() <= BATCH_SIZE_MAX).then_some(bytes)
}

type Flagged = (u16, NetfilterMessage);

fn control(message: ControlMessage) -> NetfilterMessage {
    NetfilterMessage::new(NetfilterHeader::new(NetfilterProtoFamily::Unspec, 0, SUBSYSTEM), message)
}

fn ours(flags: u16, message: NfTablesMessage) -> Flagged {
    let header = NetfilterHeader::new(NetfilterProtoFamily::Inet, 0, 0);
    (flags, NetfilterMessage::new(header, NetfilterMessageInner::NfTables(message)))
}

fn encode_one(command: &Command, index: usize) -> Option<Vec<Flagged>> {
    Some(match command {
        Command::AddChain(name) => {
            vec![ours(NLM_F_CREATE, NfTablesMessage::NewChain(chain(name)))]
        }
        Command::DeleteChain(name) => vec![ours(0, NfTablesMessage::DeleteChain(chain(name)))],
        Command::FlushChain(name) => {
            let attributes =
                vec![RuleAttribute::Table(TABLE.into()), RuleAttribute::Chain(name.clone())];
            vec![ours(0, NfTablesMessage::DeleteRule(RuleMessage { attributes }))]
        }
        Command::AddRule(chain, rule) => {
            vec![ours(NLM_F_CREATE | NLM_F_APPEND, add_rule(chain, rule))]
        }
        Command::InsertRule(chain, rule) => vec![ours(NLM_F_CREATE, add_rule(chain, rule))],
        Command::AddSet(name) => vec![ours(NLM_F_CREATE, add_set(name, index)?)],
        Command::DeleteSet(name) => {
            let attributes =
                vec![SetAttribute::Table(TABLE.into()), SetAttribute::Name(name.clone())];
            vec![ours(0, NfTablesMessage::DeleteSet(SetMessage { attributes }))]
        }
        Command::Add(element) => vec![add_element(element)],
        Command::Remove(element) => {
            let remove = NfTablesMessage::DeleteSetElement(elements(element));
            // Deleting what is not there is refused, and adding what is there is not.
            vec![add_element(element), ours(0, remove)]
        }
        Command::Text(_) => return None,
    })
}

fn chain(name: &str) -> ChainMessage {
    let attributes = vec![ChainAttribute::Table(TABLE.into()), ChainAttribute::Name(name.into())];
    ChainMessage { attributes }
}

fn add_rule(chain: &str, rule: &Rule) -> NfTablesMessage {
    let expressions = rule_expressions(rule).into_iter().map(ListAttribute::from);
    let attributes = vec![
        RuleAttribute::Table(TABLE.into()),
        RuleAttribute::Chain(chain.into()),
        RuleAttribute::Expressions(expressions.collect()),
    ];
    NfTablesMessage::NewRule(RuleMessage { attributes })
}

fn add_set(name: &str, index: usize) -> Option<NfTablesMessage> {
    /// nft's number for IPv4 addresses, and how it notes that keys are in network order.
    const ADDRESS_TYPE: u32 = 7;
    const NETWORK_ORDER: [u8; 6] = [0, 4, 2, 0, 0, 0];
    let attributes = vec![
        SetAttribute::Table(TABLE.into()),
        SetAttribute::Name(name.into()),
        SetAttribute::Flags(SetFlags::empty()),
        SetAttribute::KeyType(ADDRESS_TYPE),
        SetAttribute::KeyLen(4),
        SetAttribute::Id(u32::try_from(index).ok()? + 1),
        SetAttribute::UserData(NETWORK_ORDER.to_vec()),
    ];
    Some(NfTablesMessage::NewSet(SetMessage { attributes }))
}

// === elements ===

fn add_element(element: &Element) -> Flagged {
    ours(NLM_F_CREATE, NfTablesMessage::NewSetElement(elements(element)))
}

fn elements(element: &Element) -> SetElementMessage {
    let key = SetElementAttribute::Key(DataAttribute::Value(key(&element.key)));
    let data = element.end.as_ref().map(|end| SetElementAttribute::Data(verdict(end)));
    let one = ListAttribute::Element([key].into_iter().chain(data).collect());
    let attributes = vec![
        SetElementList::Table(TABLE.into()),
        SetElementList::Set(element.set.clone()),
        SetElementList::Elements(vec![one]),
    ];
    SetElementMessage { attributes }
}

/// Each part of a key takes whole registers of four bytes.
fn key(key: &Key) -> Vec<u8> {
    match key {
        Key::Address(address) => address.octets().to_vec(),
        Key::Addresses(first, second) => [first.octets(), second.octets()].concat(),
        Key::Interface(name, address) => {
            let mut bytes = name.as_bytes().to_vec();
            bytes.resize(libc::IFNAMSIZ, 0);
            bytes.extend(address.octets());
            bytes
        }
        Key::Mark(generation) => generation.to_ne_bytes().to_vec(),
    }
}

fn verdict(end: &End) -> DataAttribute {
    match end {
        End::Goto(chain) => to_chain(Verdict::Goto, chain),
        End::Jump(chain) => to_chain(Verdict::Jump, chain),
    }
}

fn to_chain(code: Verdict, chain: &str) -> DataAttribute {
    let chain = VerdictAttribute::Chain(chain.into());
    DataAttribute::Verdict(vec![VerdictAttribute::Code(code), chain])
}

// === rules ===

fn rule_expressions(rule: &Rule) -> Vec<Expressions> {
    let matches = rule.matches.iter().flat_map(match_expressions);
    matches.chain(end_expressions(&rule.end)).collect()
}

fn match_expressions(one: &Match) -> Vec<Expressions> {
    match one {
        Match::Protocol(number) => vec![
            Expressions::Meta(vec![
                Meta::DestinationRegister(Register::Reg1),
                Meta::Key(MetaKey::L4Proto),
            ]),
            compare(Operator::Equal, &[*number]),
        ],
        Match::Port(first, last) => {
            let port = load_tracked(Tracked::ProtocolSource, Side::Answerer);
            let [first_bytes, last_bytes] = [first.to_be_bytes(), last.to_be_bytes()];
            if first == last {
                return vec![port, compare(Operator::Equal, &first_bytes)];
            }
            let at_least = compare(Operator::GreatherThanEqual, &first_bytes);
            vec![port, at_least, compare(Operator::LessThanEqual, &last_bytes)]
        }
        Match::IcmpType(number) => vec![load_transport(0), compare(Operator::Equal, &[*number])],
        Match::IcmpCode(number) => vec![load_transport(1), compare(Operator::Equal, &[*number])],
        Match::InRange(side, range) => in_range(*side, *range),
        Match::InSet(side, set) => {
            vec![load_tracked(Tracked::SourceAddress, *side), look_up(set, 0)]
        }
        Match::NotInSet(side, set) => {
            vec![load_tracked(Tracked::SourceAddress, *side), look_up(set, LOOKUP_INVERTED)]
        }
    }
}

/// Of a prefix of whole bytes, those are compared; of another, all that the mask leaves.
fn in_range(side: Side, range: Cidr) -> Vec<Expressions> {
    let base = range.base().octets();
    let load = load_tracked(Tracked::SourceAddress, side);
    let prefix = range.prefix();
    if prefix.is_multiple_of(8) && prefix > 0 {
        return vec![load, compare(Operator::Equal, &base[..usize::from(prefix / 8)])];
    }
    let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
    let masked = Expressions::Bitwise(vec![
        Bitwise::SourceRegister(Register::Reg1),
        Bitwise::DestinationRegister(Register::Reg1),
        Bitwise::Length(4),
        Bitwise::Mask(DataAttribute::Value(mask.to_be_bytes().to_vec())),
        Bitwise::Xor(DataAttribute::Value(vec![0; 4])),
    ]);
    vec![load, masked, compare(Operator::Equal, &base)]
}

fn compare(operator: Operator, value: &[u8]) -> Expressions {
    Expressions::Cmp(vec![
        Cmp::SourceRegister(Register::Reg1),
        Cmp::Op(operator),
        Cmp::Data(DataAttribute::Value(value.to_vec())),
    ])
}

/// `NFT_LOOKUP_F_INV`
const LOOKUP_INVERTED: u32 = 1;

fn look_up(set: &str, flags: u32) -> Expressions {
    Expressions::Lookup(vec![
        Lookup::Set(set.into()),
        Lookup::SourceRegister(Register::Reg1),
        Lookup::Flags(flags),
    ])
}

/// One byte of the transport header.
fn load_transport(offset: u32) -> Expressions {
    /// `NFT_PAYLOAD_TRANSPORT_HEADER`
    const TRANSPORT: u32 = 2;
    Expressions::Payload(vec![
        Payload::DestinationRegister(Register::Reg1),
        Payload::Base(TRANSPORT),
        Payload::Offset(offset),
        Payload::Len(1),
    ])
}

/// What connection tracking knows: `enum nft_ct_keys`.
#[derive(Clone, Copy)]
enum Tracked {
    Mark = 3,
    ProtocolSource = 11,
    SourceAddress = 19,
}

/// `enum nft_ct_attributes`
const CT_DESTINATION_REGISTER: u16 = 1;
const CT_KEY: u16 = 2;
const CT_DIRECTION: u16 = 3;
const CT_SOURCE_REGISTER: u16 = 4;

fn load_tracked(key: Tracked, side: Side) -> Expressions {
    let direction = match side {
        Side::Opener => 0,
        Side::Answerer => 1,
    };
    tracked(vec![
        number(CT_DESTINATION_REGISTER, Register::Reg1.into()),
        number(CT_KEY, key as u32),
        DefaultNla::new(CT_DIRECTION, vec![direction]),
    ])
}

fn tracked(attributes: Vec<DefaultNla>) -> Expressions {
    Expressions::Other { expression_type: "ct".into(), attributes }
}

fn number(kind: u16, value: u32) -> DefaultNla {
    DefaultNla::new(kind, value.to_be_bytes().to_vec())
}

fn end_expressions(end: &RuleEnd) -> Vec<Expressions> {
    /// `NF_ACCEPT`
    const ACCEPT: Verdict = Verdict::Other(1);
    match end {
        RuleEnd::Goto(chain) => {
            vec![immediate(Register::Verdict, to_chain(Verdict::Goto, chain))]
        }
        RuleEnd::Return => {
            let back = DataAttribute::Verdict(vec![VerdictAttribute::Code(Verdict::Return)]);
            vec![immediate(Register::Verdict, back)]
        }
        RuleEnd::AcceptMarked(generation) => {
            let mark = DataAttribute::Value(generation.to_ne_bytes().to_vec());
            let accept = DataAttribute::Verdict(vec![VerdictAttribute::Code(ACCEPT)]);
            vec![
                immediate(Register::Reg1, mark),
                tracked(vec![
                    number(CT_KEY, Tracked::Mark as u32),
                    number(CT_SOURCE_REGISTER, Register::Reg1.into()),
                ]),
                immediate(Register::Verdict, accept),
            ]
        }
    }
}

fn immediate(register: Register, data: DataAttribute) -> Expressions {
    let register = Immediate::DestinationRegister(register);
    Expressions::Immediate(vec![register, Immediate::Data(data)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_more_than_a_batch_are_left_to_nft() {
        let add = |last| Command::add("m", Key::Address([10, 0, 0, last].into()));
        assert!(
            encode(&[add(1), Command::remove("m", Key::Address([10, 0, 0, 2].into()))]).is_some()
        );
        assert!(encode(&[add(1), Command::Text("add set …".to_owned())]).is_none());
        assert!(encode(&vec![add(1); BATCH_SIZE_MAX / 64]).is_none());
        assert!(encode(&[]).is_none());
    }
}
