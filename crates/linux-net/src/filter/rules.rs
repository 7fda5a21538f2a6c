//! The text of our one table, and of each change to it but those of its policy.
//!
//! Where a packet enters, its source is checked: before connections are tracked. Where it is
//! going, the network ACLs of its subnets are asked, and the packet that opens a connection is
//! judged: by the rules of its sender's security groups, by those of its receiver's, or by the
//! way outside of its VPC. Who passed carries the policy's generation as the connection's mark,
//! and is not judged again until a change forbids something: then the generation changes, and all
//! are judged again by the addresses and ports that opened them.
//!
//! INVARIANT: a packet from a task's interface passes only with the address attached there.
//! INVARIANT: a packet to or from an address of a VPC passes only where it was judged, or answers
//! one that was.
//! INVARIANT: every change may be applied again.

use std::{
    collections::BTreeSet,
    fmt::{Display, Write},
    net::Ipv4Addr,
};

use model::packet_rules::PacketRules;

use super::{
    command::{Command, Key, Rule, RuleEnd},
    policy,
};
use crate::{netlink::messages::GROUP, range::Ipv4Range, task::Attachment};

/// Marks the connections that the policy of the moment allows; never 0, which marks none.
pub(crate) type Generation = u32;

/// A service of the host on the gateway's address that tasks may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GatewayService {
    Tcp(u16),
    Udp(u16),
}

/// What becomes of packets that are denied, besides that they are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeniedPackets {
    Counted,
    /// And some are handed to whoever listens.
    Logged,
}

/// All that the table holds.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub gateway: Ipv4Addr,
    pub services: BTreeSet<GatewayService>,
    pub ranges: BTreeSet<Ipv4Range>,
    pub balancer_addresses: BTreeSet<Ipv4Addr>,
    pub attachments: BTreeSet<Attachment>,
    pub uplinks: BTreeSet<String>,
    pub policy: PacketRules,
    pub generation: Generation,
    pub denied: DeniedPackets,
}

/// Puts the whole table in place of what was there, in one transaction: connections go on.
pub(crate) fn replace(table: &Table) -> String {
    let sources = table.attachments.iter().map(|one| source(one).text());
    let sets = [
        set("task_sources", "ifname . ipv4_addr", sources),
        set("balancer_addresses", "ipv4_addr", &table.balancer_addresses),
        set(
            "gateway_services",
            "inet_proto . inet_service",
            table.services.iter().copied().map(service),
        ),
        set("vpc_ranges", "ipv4_addr; flags interval; auto-merge", &table.ranges),
        set("uplinks", "ifname", table.uplinks.iter().map(|name| quote(name))),
        set("current", "mark", [table.generation]),
    ];
    let chains = CHAINS
        .replace("$GROUP", &GROUP.to_string())
        .replace("$GATEWAY", &table.gateway.to_string())
        .replace("$LOG", &log_rule(table.denied))
        .replace("$GENERATION", &table.generation.to_string());
    let policy = policy::whole(&table.policy);
    let (name, sets) = (shape(), sets.concat());
    format!("{REMOVE}table inet longshore {{\n  chain {name} {{ }}\n{sets}{chains}}}\n{policy}")
}

/// The name of an empty chain that tells whether a table was made by a program like this one.
pub(crate) fn shape() -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(CHAINS);
    format!("shape_{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

/// Takes the table away, if it is there.
pub(crate) const REMOVE: &str = "add table inet longshore\ndelete table inet longshore\n";

/// Lets an attached task speak. Nothing is deleted on this path: a deletion makes the kernel wait
/// until no packet can be looking, which takes ten times as long as all the rest.
pub(crate) fn add_task(attachment: &Attachment) -> Command {
    Command::add("task_sources", source(attachment))
}

/// Silences a task.
pub(crate) fn remove_task(attachment: &Attachment) -> Command {
    Command::remove("task_sources", source(attachment))
}

pub(crate) fn add_balancer_address(address: Ipv4Addr) -> Command {
    Command::add("balancer_addresses", Key::Address(address))
}

pub(crate) fn remove_balancer_address(address: Ipv4Addr) -> Command {
    Command::remove("balancer_addresses", Key::Address(address))
}

pub(crate) fn add_range(range: Ipv4Range) -> Command {
    Command::Text(add("vpc_ranges", &range))
}

pub(crate) fn add_uplinks(names: &BTreeSet<String>) -> Command {
    Command::Text(names.iter().map(|name| add("uplinks", &quote(name))).collect())
}

pub(super) fn add(set: &str, element: &dyn Display) -> String {
    format!("add element inet longshore {set} {{ {element} }}\n")
}

/// Deleting what is not there is refused, and adding what is there is not: so both, in turn.
pub(super) fn remove(set: &str, element: &dyn Display) -> String {
    format!("{}delete element inet longshore {set} {{ {element} }}\n", add(set, element))
}

fn source(attachment: &Attachment) -> Key {
    Key::Interface(attachment.host_interface(), attachment.address)
}

fn service(service: GatewayService) -> String {
    match service {
        GatewayService::Tcp(port) => format!("tcp . {port}"),
        GatewayService::Udp(port) => format!("udp . {port}"),
    }
}

/// An interface's name as a literal. The kernel allows quotes in names; they cannot be written.
fn quote(name: &str) -> String {
    let plain: String = name.chars().filter(|letter| !matches!(letter, '"' | '*' | '\\')).collect();
    format!("\"{plain}\"")
}

pub(super) fn set<T: Display>(
    name: &str,
    kind: &str,
    elements: impl IntoIterator<Item = T>,
) -> String {
    let listed: Vec<String> = elements.into_iter().map(|element| element.to_string()).collect();
    let mut text = format!("  set {name} {{ type {kind};");
    if !listed.is_empty() {
        write!(text, " elements = {{ {} }};", listed.join(", ")).expect("a String takes all");
    }
    text + " }\n"
}

/// What judges and what is judged, before any policy: everything inside is denied.
///
/// `socket wildcard 0`: a service of the host that listens on every address is not thereby one of
/// the balancer's. Link-local addresses stay out of reach even with egress: they are the host's
/// own, and on a cloud's machine they give out the machine's credentials. Addresses of the reply
/// are those behind a translation, so a public address is judged as the one it stands for.
const CHAINS: &str = "\
  set unresolved { type ipv4_addr; }
  set resolvers { type ipv4_addr . ipv4_addr; }
  set interfaces { type ipv4_addr; }
  map senders { type ipv4_addr : verdict; }
  map receivers { type ipv4_addr : verdict; }
  map vpcs { type ipv4_addr : verdict; }
  map acl_senders { type ipv4_addr : verdict; }
  map acl_receivers { type ipv4_addr : verdict; }
  map ways { type ipv4_addr : verdict; }
  map public_addresses { type ipv4_addr : ipv4_addr; }
  set denied {
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    size 4096; flags dynamic,timeout; timeout 10m; counter;
  }
  set denied_others {
    type ipv4_addr . ipv4_addr . inet_proto
    size 4096; flags dynamic,timeout; timeout 10m; counter;
  }
  chain deny {
    meta l4proto { tcp, udp } update @denied { ip saddr . ip daddr . meta l4proto . th dport }
    meta l4proto != { tcp, udp } update @denied_others { ip saddr . ip daddr . meta l4proto }
    $LOG
    drop
  }
  chain admit {
    ct mark set $GENERATION accept
  }
  chain leave {
    ct reply ip saddr { 169.254.0.0/16, 224.0.0.0/4 } goto deny
    ct original ip saddr vmap @ways
    goto deny
  }
  chain arrive {
    ct reply ip saddr vmap @vpcs
    ct reply ip saddr vmap @receivers
    ct reply ip saddr @interfaces goto admit
    ct reply ip saddr @vpc_ranges goto deny
    goto leave
  }
  chain judge {
    ct mark @current accept
    ct state related meta l4proto icmp accept
    ct state { invalid, untracked } goto deny
    ct original ip saddr vmap @senders
    ct original ip saddr @vpc_ranges ct original ip saddr != @interfaces goto deny
    goto arrive
  }
  chain pass {
    ip saddr vmap @acl_senders
    ip daddr vmap @acl_receivers
    goto judge
  }
  chain task_source {
    iifname . ip saddr @task_sources accept
    goto deny
  }
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifgroup $GROUP goto task_source
    iif \"lo\" accept
    ip saddr @vpc_ranges drop
    ip daddr @vpc_ranges drop
    ip daddr $GATEWAY drop
  }
  chain task_to_host {
    ip daddr $GATEWAY ip saddr @unresolved goto deny
    ip daddr $GATEWAY meta l4proto . th dport @gateway_services accept
    ct direction original ip daddr != @balancer_addresses goto deny
    goto pass
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifgroup $GROUP goto task_to_host
  }
  chain task_to_balancer {
    socket wildcard 0 accept
    meta l4proto tcp reject with tcp reset
    drop
  }
  chain balancer {
    type filter hook input priority filter + 1; policy accept;
    iifgroup $GROUP ct state new ip daddr @balancer_addresses goto task_to_balancer
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifgroup != $GROUP oifgroup != $GROUP goto not_ours
    goto pass
  }
  chain not_ours {
    iifname @uplinks drop
  }
  chain host_to_vpc {
    ip saddr $GATEWAY ct direction reply accept
    goto pass
  }
  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr @vpc_ranges goto host_to_vpc
  }
  chain resolver_of_vpc {
    type nat hook prerouting priority dstnat; policy accept;
    iifgroup != $GROUP accept
    ip saddr . ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 dnat ip to $GATEWAY
  }
  chain public_from_outside {
    type nat hook prerouting priority dstnat; policy accept;
    iifgroup != $GROUP dnat ip to ip daddr map @public_addresses
  }
  chain public_from_host {
    type nat hook output priority -100; policy accept;
    dnat ip to ip daddr map @public_addresses
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifgroup $GROUP accept
    ip daddr @vpc_ranges accept
    ip saddr @vpc_ranges masquerade
  }
";

/// LIMIT: of all interfaces five packets a second are logged, after twenty at once.
fn log_rule(denied: DeniedPackets) -> String {
    match denied {
        DeniedPackets::Logged => format!(
            "meta nfproto ipv4 limit rate 5/second burst 20 packets log group {} snaplen {}",
            super::log::GROUP,
            super::log::PACKET_SIZE_MAX
        ),
        DeniedPackets::Counted => String::new(),
    }
}

/// Replaces what knows the generation: the rule that marks, and the set of what is current.
pub(crate) fn set_generation(old: Generation, new: Generation) -> [Command; 4] {
    let rule = Rule { matches: Vec::new(), end: RuleEnd::AcceptMarked(new) };
    [
        Command::FlushChain("admit".to_owned()),
        Command::AddRule("admit".to_owned(), rule),
        Command::remove("current", Key::Mark(old)),
        Command::add("current", Key::Mark(new)),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect;
    use model::packet_rules::PacketRules;

    use super::{DeniedPackets, GatewayService, Table, add_task, remove_task, replace};
    use crate::task::Attachment;

    fn attachment() -> Attachment {
        Attachment { task_id: "t".to_owned(), address: "172.31.5.7".parse().expect("an address") }
    }

    #[test]
    fn the_sets_hold_what_survives() {
        let text = replace(&Table {
            gateway: "169.254.169.253".parse().expect("an address"),
            services: BTreeSet::from([GatewayService::Tcp(53), GatewayService::Udp(53)]),
            ranges: BTreeSet::from(["172.31.0.0/16".parse().expect("a range")]),
            balancer_addresses: BTreeSet::new(),
            attachments: BTreeSet::from([attachment()]),
            uplinks: BTreeSet::new(),
            policy: PacketRules::default(),
            generation: 7,
            denied: DeniedPackets::Counted,
        });
        let sets = text.lines().filter_map(|line| line.trim().strip_prefix("set "));
        let sets = sets.take_while(|set| !set.starts_with("unresolved"));
        let sets: String = sets.flat_map(|set| [set, "\n"]).collect();
        expect![[r#"
            task_sources { ifname . ipv4_addr; { "lse3b98a4da31a1" . 172.31.5.7 }; }
            balancer_addresses { ipv4_addr; }
            gateway_services { inet_proto . inet_service; { tcp . 53, udp . 53 }; }
            vpc_ranges { ipv4_addr; flags interval; auto-merge; { 172.31.0.0/16 }; }
            uplinks { ifname; }
            current { mark; { 7 }; }
        "#]]
        .assert_eq(&sets.replace("type ", "").replace("elements = ", ""));
    }

    #[test]
    fn a_change_is_made_of_single_elements() {
        let change = add_task(&attachment()).text() + &remove_task(&attachment()).text();
        expect![[r#"
            add task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            add task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            delete task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
        "#]]
        .assert_eq(&change.replace(" element inet longshore", ""));
    }
}
