//! What to do with one query: bytes in, bytes out, or hand it on.
//!
//! A name of ours has A records and nothing else; asked for another type, it exists without one.
//! Names under `localhost` are the host's own affair (RFC 6761): the unknown ones do not exist.
//!
//! INVARIANT: no input makes this panic, and every query with a readable header gets an answer.

use std::net::Ipv4Addr;

use hickory_proto::{
    op::{Edns, Message, OpCode, Query, ResponseCode},
    rr::{DNSClass, RData, Record, RecordType, rdata::A},
};

use super::Names;

/// Our names change when a load balancer comes or goes; clients ask again after so many seconds.
const TTL_SECONDS: u32 = 5;
/// The longest answer over UDP that no path has to cut in pieces.
const DATAGRAM_ANSWER_MAX: u16 = 1232;
/// A header without which there is nothing to answer to.
const HEADER_LENGTH: usize = 12;

/// How a query came; its answer goes the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Datagram,
    Stream,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Answer(Vec<u8>),
    Forward,
    Discard,
}

/// Decides on `query` by the names of ours.
pub(super) fn decide(names: &Names, query: &[u8], transport: Transport) -> Decision {
    if query.len() < HEADER_LENGTH || is_response(query) {
        return Decision::Discard;
    }
    let Ok(request) = Message::from_vec(query) else {
        return Decision::Answer(failure::format_error(query));
    };
    if request.metadata.op_code != OpCode::Query {
        return reply(&request, ResponseCode::NotImp, &[], transport);
    }
    let [question] = request.queries.as_slice() else {
        return reply(&request, ResponseCode::FormErr, &[], transport);
    };
    if question.query_class() != DNSClass::IN {
        return reply(&request, ResponseCode::Refused, &[], transport);
    }
    match look_up(names, question) {
        Some(Ok(records)) => reply(&request, ResponseCode::NoError, &records, transport),
        Some(Err(code)) => reply(&request, code, &[], transport),
        None => Decision::Forward,
    }
}

/// Answers that need nothing but the query's header.
pub(super) mod failure {
    use super::{Message, OpCode, ResponseCode};

    pub(in super::super) fn refused(query: &[u8]) -> Vec<u8> {
        with_code(query, ResponseCode::Refused)
    }

    pub(in super::super) fn server_failure(query: &[u8]) -> Vec<u8> {
        with_code(query, ResponseCode::ServFail)
    }

    pub(super) fn format_error(query: &[u8]) -> Vec<u8> {
        with_code(query, ResponseCode::FormErr)
    }

    fn with_code(query: &[u8], code: ResponseCode) -> Vec<u8> {
        let id = query.first_chunk().map_or(0, |id| u16::from_be_bytes(*id));
        let mut answer = Message::error_msg(id, OpCode::Query, code);
        if let Ok(request) = Message::from_vec(query) {
            answer.add_queries(request.queries);
            answer.metadata.recursion_desired = request.metadata.recursion_desired;
        }
        answer.to_vec().unwrap_or_default()
    }
}

/// `None` when the name is none of ours.
fn look_up(names: &Names, question: &Query) -> Option<Result<Vec<Record>, ResponseCode>> {
    let name = question.name().to_lowercase().to_ascii();
    let name = name.trim_end_matches('.');
    let own = names.get(name).cloned().or_else(|| Some(vec![said_in(name)?]));
    let Some(addresses) = own else {
        let is_local = name == "localhost" || name.ends_with(".localhost");
        return is_local.then_some(Err(ResponseCode::NXDomain));
    };
    let is_asked = matches!(question.query_type(), RecordType::A | RecordType::ANY);
    let record = |address: &_| {
        Record::from_rdata(question.name().clone(), TTL_SECONDS, RData::A(A(*address)))
    };
    Some(Ok(addresses.iter().filter(|_| is_asked).map(record).collect()))
}

/// The address of an interface, in whose name it is.
///
/// COMPAT: `ip-10-0-0-5.ec2.internal` and `ec2-198-18-0-5.compute-1.amazonaws.com`; outside of
/// us-east-1 the domains are `REGION.compute.internal` and `REGION.compute.amazonaws.com`
/// ("DNS attributes for your VPC").
fn said_in(name: &str) -> Option<Ipv4Addr> {
    let (host, domain) = name.split_once('.')?;
    let is_regional = |suffix: &str| {
        domain
            .strip_suffix(suffix)
            .is_some_and(|region| !region.is_empty() && !region.contains('.'))
    };
    let digits = host
        .strip_prefix("ip-")
        .filter(|_| domain == "ec2.internal" || is_regional(".compute.internal"))
        .or_else(|| {
            host.strip_prefix("ec2-").filter(|_| {
                domain == "compute-1.amazonaws.com" || is_regional(".compute.amazonaws.com")
            })
        });
    digits?.replace('-', ".").parse().ok()
}

fn reply(
    request: &Message,
    code: ResponseCode,
    records: &[Record],
    transport: Transport,
) -> Decision {
    let mut answer = Message::response(request.metadata.id, request.metadata.op_code);
    answer.metadata.response_code = code;
    answer.metadata.authoritative = true;
    answer.metadata.recursion_desired = request.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_queries(request.queries.iter().cloned());
    answer.add_answers(records.iter().cloned());
    if request.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(DATAGRAM_ANSWER_MAX);
        answer.set_edns(edns);
    }
    let Ok(whole) = answer.to_vec() else { return Decision::Discard };
    let limit = match transport {
        Transport::Datagram => request.max_payload().min(DATAGRAM_ANSWER_MAX),
        Transport::Stream => u16::MAX,
    };
    if whole.len() <= usize::from(limit) {
        return Decision::Answer(whole);
    }
    answer.truncate().to_vec().map_or(Decision::Discard, Decision::Answer)
}

pub(super) fn is_response(message: &[u8]) -> bool {
    message.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use expect_test::{Expect, expect};
    use hickory_proto::{
        op::{Message, MessageType, OpCode, Query},
        rr::{Name, RecordType},
    };

    use super::{Decision, Ipv4Addr, Names, Transport, decide};

    const WEB: &str = "web-123.us-east-1.elb.localhost";

    fn names(count: u8) -> Names {
        let addresses = (1..=count).map(|last| Ipv4Addr::new(172, 31, 0, last)).collect();
        Names::from([(WEB.to_owned(), addresses)])
    }

    fn query(name: &str, kind: RecordType) -> Vec<u8> {
        let mut message = Message::new(7, MessageType::Query, OpCode::Query);
        message.add_query(Query::query(Name::from_str(name).expect("a name"), kind));
        message.to_vec().expect("a message")
    }

    fn check(decision: &Decision, expected: &Expect) {
        let text = match decision {
            Decision::Answer(bytes) => {
                let answer = Message::from_vec(bytes).expect("an answer");
                let records: Vec<String> =
                    answer.answers.iter().map(|record| record.data.to_string()).collect();
                let cut = if answer.metadata.truncation { " cut" } else { "" };
                let code = answer.metadata.response_code;
                format!("{} {code}{cut} [{}]", answer.metadata.id, records.join(" "))
            }
            Decision::Forward => "forward".to_owned(),
            Decision::Discard => "discard".to_owned(),
        };
        expected.assert_eq(&text);
    }

    fn decided(name: &str, kind: RecordType) -> Decision {
        decide(&names(2), &query(name, kind), Transport::Datagram)
    }

    #[test]
    fn names_of_ours_are_answered_and_others_handed_on() {
        check(&decided(WEB, RecordType::A), &expect!["7 No Error [172.31.0.1 172.31.0.2]"]);
        check(
            &decided("WEB-123.us-east-1.ELB.localhost.", RecordType::A),
            &expect!["7 No Error [172.31.0.1 172.31.0.2]"],
        );
        check(&decided(WEB, RecordType::AAAA), &expect!["7 No Error []"]);
        check(
            &decided("gone.us-east-1.elb.localhost", RecordType::A),
            &expect!["7 Non-Existent Domain []"],
        );
        check(&decided("localhost", RecordType::A), &expect!["7 Non-Existent Domain []"]);
        check(&decided("example.com", RecordType::A), &expect!["forward"]);
        check(&decided("notlocalhost", RecordType::A), &expect!["forward"]);
    }

    #[test]
    fn names_of_interfaces_say_their_addresses() {
        for name in ["ip-10-0-0-5.ec2.internal", "ip-10-0-0-5.eu-west-1.compute.internal"] {
            check(&decided(name, RecordType::A), &expect!["7 No Error [10.0.0.5]"]);
            check(&decided(name, RecordType::AAAA), &expect!["7 No Error []"]);
        }
        for name in [
            "ec2-198-18-0-5.compute-1.amazonaws.com",
            "ec2-198-18-0-5.eu-west-1.compute.amazonaws.com",
        ] {
            check(&decided(name, RecordType::A), &expect!["7 No Error [198.18.0.5]"]);
        }
        for name in [
            "ip-10-0-0.ec2.internal",
            "ip-10-0-0-256.ec2.internal",
            "ip-10-0-0-5.example.com",
            "ip-10-0-0-5.a.b.compute.internal",
            "ec2-10-0-0-5.ec2.internal",
            "ec2.internal",
        ] {
            check(&decided(name, RecordType::A), &expect!["forward"]);
        }
    }

    #[test]
    fn what_is_no_query_is_told_so_or_ignored() {
        let mut garbage = query(WEB, RecordType::A);
        garbage.truncate(14);
        check(&decide(&names(1), &garbage, Transport::Datagram), &expect!["7 Form Error []"]);
        check(&decide(&names(1), &garbage[..11], Transport::Datagram), &expect!["discard"]);
        let mut response = query(WEB, RecordType::A);
        response[2] |= 0x80;
        check(&decide(&names(1), &response, Transport::Datagram), &expect!["discard"]);
        let mut update = query(WEB, RecordType::A);
        update[2] |= 5 << 3;
        check(&decide(&names(1), &update, Transport::Stream), &expect!["7 Not Implemented []"]);
    }

    #[test]
    fn a_long_answer_is_cut_for_a_datagram_alone() {
        let query = query(WEB, RecordType::A);
        check(&decide(&names(60), &query, Transport::Datagram), &expect!["7 No Error cut []"]);
        let Decision::Answer(whole) = decide(&names(60), &query, Transport::Stream) else {
            panic!("an answer was expected")
        };
        assert_eq!(Message::from_vec(&whole).expect("an answer").answers.len(), 60);
    }
}
