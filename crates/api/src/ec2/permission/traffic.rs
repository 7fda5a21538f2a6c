//! Protocols and ports as callers write them, and in the words of errors.

use model::Traffic;
use wire::ApiError;

use crate::ec2::invalid;

/// The traffic that a protocol and its ports stand for.
///
/// COMPAT: ports are needed for TCP and UDP, type and code for ICMP, and neither for `ICMPv6`
/// (`IpPermission`).
pub(in crate::ec2) fn traffic(
    protocol: Option<&str>,
    (from, to): (Option<i32>, Option<i32>),
) -> Result<Traffic, ApiError> {
    let name = protocol.ok_or_else(|| {
        invalid(
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols \
             explicitly.",
        )
    })?;
    match name.to_ascii_lowercase().as_str() {
        "-1" => all_ports((from, to)).map(|()| Traffic::All),
        "tcp" | "6" => ports((from, to)).map(|(first, last)| Traffic::Tcp(first, last)),
        "udp" | "17" => ports((from, to)).map(|(first, last)| Traffic::Udp(first, last)),
        "icmp" | "1" => {
            let (Some(kind), Some(code)) = (from, to) else {
                return Err(invalid(
                    "Invalid value for portRange. Must specify both type and code with ICMP.",
                ));
            };
            kind_and_code((kind, code)).map(|(kind, code)| Traffic::Icmp(kind, code))
        }
        "icmpv6" | "58" => kind_and_code((from.unwrap_or(-1), to.unwrap_or(-1)))
            .map(|(kind, code)| Traffic::Icmpv6(kind, code)),
        number => {
            let number: u8 = number.parse().map_err(|_| {
                invalid(format!("Invalid value '{name}' for IP protocol. Unknown protocol."))
            })?;
            all_ports((from, to)).map(|()| Traffic::Protocol(number))
        }
    }
}

fn ports((from, to): (Option<i32>, Option<i32>)) -> Result<(u16, u16), ApiError> {
    let (Some(from), Some(to)) = (from, to) else {
        return Err(invalid(
            "Invalid value for portRange. Must specify both from and to ports with TCP/UDP.",
        ));
    };
    let port = |which: &str, port: i32| {
        u16::try_from(port)
            .map_err(|_| invalid(format!("TCP/UDP ({which}) port ({port}) out of range")))
    };
    let (first, last) = (port("from", from)?, port("to", to)?);
    if first > last {
        return Err(invalid(format!("Invalid TCP/UDP port range ({first}:{last})")));
    }
    Ok((first, last))
}

/// Refuses ports of what has none.
///
/// COMPAT: EC2 takes any, and lets all traffic through whatever they are. Here only those are
/// taken that mean all or are nothing, as the others would be a narrower rule than is kept.
fn all_ports(ports: (Option<i32>, Option<i32>)) -> Result<(), ApiError> {
    match ports {
        (None | Some(-1 | 0), None | Some(-1 | 0)) | (Some(0), Some(65_535)) => Ok(()),
        (_, _) => Err(crate::ec2::unsupported(
            "a port range for a protocol other than TCP, UDP, ICMP and ICMPv6 is not supported by \
             Longshore: EC2 would ignore it"
                .to_owned(),
        )),
    }
}

/// COMPAT: -1 is each type or code, and where the type is any, so is the code.
fn kind_and_code((kind, code): (i32, i32)) -> Result<(Option<u8>, Option<u8>), ApiError> {
    let read = |what: &str, value: i32| match value {
        -1 => Ok(None),
        _ => u8::try_from(value)
            .map(Some)
            .map_err(|_| invalid(format!("ICMP {what} ({value}) out of range"))),
    };
    let (kind, code) = (read("type", kind)?, read("code", code)?);
    if kind.is_none() && code.is_some() {
        return Err(invalid("ICMP code must be -1 where the ICMP type is -1"));
    }
    Ok((kind, code))
}

pub(super) fn in_words(traffic: Traffic) -> String {
    let or_all = |value: Option<u8>| value.map_or_else(|| "ALL".to_owned(), |it| it.to_string());
    match traffic {
        Traffic::All => "ALL".to_owned(),
        Traffic::Tcp(first, last) => format!("TCP, from port: {first}, to port: {last}"),
        Traffic::Udp(first, last) => format!("UDP, from port: {first}, to port: {last}"),
        Traffic::Icmp(kind, code) => {
            format!("ICMP, type: {}, code: {}", or_all(kind), or_all(code))
        }
        Traffic::Icmpv6(kind, code) => {
            format!("ICMPV6, type: {}, code: {}", or_all(kind), or_all(code))
        }
        Traffic::Protocol(number) => format!("protocol: {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_and_ports_are_read() {
        let table = [
            ("tcp", (Some(80), Some(81)), Traffic::Tcp(80, 81)),
            ("6", (Some(0), Some(65_535)), Traffic::Tcp(0, 65_535)),
            ("UDP", (Some(53), Some(53)), Traffic::Udp(53, 53)),
            ("icmp", (Some(8), Some(-1)), Traffic::Icmp(Some(8), None)),
            ("1", (Some(-1), Some(-1)), Traffic::Icmp(None, None)),
            ("icmpv6", (None, None), Traffic::Icmpv6(None, None)),
            ("58", (Some(128), Some(0)), Traffic::Icmpv6(Some(128), Some(0))),
            ("-1", (Some(0), Some(0)), Traffic::All),
            ("-1", (None, None), Traffic::All),
            ("50", (Some(-1), Some(-1)), Traffic::Protocol(50)),
        ];
        for (protocol, ports, wanted) in table {
            assert_eq!(traffic(Some(protocol), ports).expect(protocol), wanted);
        }
    }

    #[test]
    fn what_is_no_traffic_is_refused() {
        let table = [
            (Some("tcp"), (None, None), "Must specify both from and to ports"),
            (Some("tcp"), (Some(-1), Some(-1)), "TCP/UDP (from) port (-1) out of range"),
            (Some("udp"), (Some(1), Some(65_536)), "TCP/UDP (to) port (65536) out of range"),
            (Some("tcp"), (Some(2), Some(1)), "Invalid TCP/UDP port range (2:1)"),
            (Some("icmp"), (None, None), "Must specify both type and code with ICMP"),
            (Some("icmp"), (Some(256), Some(0)), "ICMP type (256) out of range"),
            (Some("icmp"), (Some(-1), Some(0)), "ICMP code must be -1"),
            (Some("-1"), (Some(80), Some(80)), "a port range for a protocol other than"),
            (Some("50"), (Some(1), Some(2)), "a port range for a protocol other than"),
            (Some("all"), (None, None), "Invalid value 'all' for IP protocol. Unknown protocol."),
            (Some("256"), (None, None), "Invalid value '256' for IP protocol"),
            (None, (None, None), "Invalid value 'null' for protocol"),
        ];
        for (protocol, ports, words) in table {
            let told = traffic(protocol, ports).expect_err(words).to_string();
            assert!(told.contains(words), "{told}");
        }
    }
}
