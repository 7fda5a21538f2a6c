//! The text of our one table, and of each change to it.
//!
//! What a task sends is checked twice: its source where it enters (before connections are
//! tracked), its destination where it is going. Everything that is not allowed is dropped, as a
//! security group drops it. What the host sends is not filtered, and neither is any packet that
//! has nothing to do with a task or an address of a VPC.
//!
//! INVARIANT: a packet from a task's interface passes only with the address attached there.
//! INVARIANT: from outside, no packet passes to or from an address of a VPC, but for answers.
//! INVARIANT: every change may be applied again.

use std::{
    collections::BTreeSet,
    fmt::{Display, Write},
    net::Ipv4Addr,
};

use crate::{netlink::messages::GROUP, range::Ipv4Range, task::Attachment};

/// A service of the host on the gateway's address that tasks may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GatewayService {
    Tcp(u16),
    Udp(u16),
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
}

/// Puts the whole table in place of what was there, in one transaction: connections go on.
pub(crate) fn replace(table: &Table) -> String {
    let sources = table.attachments.iter().map(source);
    let masqueraded = table.attachments.iter().filter(|attachment| attachment.is_masqueraded);
    let sets = [
        set("task_sources", "ifname . ipv4_addr", sources),
        set("egress_sources", "ifname . ipv4_addr", masqueraded.map(source)),
        set("balancer_addresses", "ipv4_addr", &table.balancer_addresses),
        set(
            "gateway_services",
            "inet_proto . inet_service",
            table.services.iter().copied().map(service),
        ),
        set("vpc_ranges", "ipv4_addr; flags interval; auto-merge", &table.ranges),
        set("uplinks", "ifname", table.uplinks.iter().map(|name| quote(name))),
    ];
    let chains = CHAINS
        .replace("$GROUP", &GROUP.to_string())
        .replace("$GATEWAY", &table.gateway.to_string());
    format!("{REMOVE}table inet longshore {{\n{}{chains}}}\n", sets.concat())
}

/// Takes the table away, if it is there.
pub(crate) const REMOVE: &str = "add table inet longshore\ndelete table inet longshore\n";

/// Lets an attached task speak. Nothing is deleted on this path: a deletion makes the kernel wait
/// until no packet can be looking, which takes ten times as long as all the rest.
pub(crate) fn add_task(attachment: &Attachment) -> String {
    let source = source(attachment);
    let mut change = add("task_sources", &source);
    if attachment.is_masqueraded {
        change += &add("egress_sources", &source);
    }
    change
}

/// Silences a task.
pub(crate) fn remove_task(attachment: &Attachment) -> String {
    let source = source(attachment);
    let mut change = remove("task_sources", &source);
    if attachment.is_masqueraded {
        change += &remove("egress_sources", &source);
    }
    change
}

pub(crate) fn add_balancer_address(address: Ipv4Addr) -> String {
    add("balancer_addresses", &address)
}

pub(crate) fn remove_balancer_address(address: Ipv4Addr) -> String {
    remove("balancer_addresses", &address)
}

pub(crate) fn add_range(range: Ipv4Range) -> String {
    add("vpc_ranges", &range)
}

pub(crate) fn add_uplinks(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| add("uplinks", &quote(name))).collect()
}

fn add(set: &str, element: &dyn Display) -> String {
    format!("add element inet longshore {set} {{ {element} }}\n")
}

/// Deleting what is not there is refused, and adding what is there is not: so both, in turn.
fn remove(set: &str, element: &dyn Display) -> String {
    format!("{}delete element inet longshore {set} {{ {element} }}\n", add(set, element))
}

fn source(attachment: &Attachment) -> String {
    format!("{} . {}", quote(&attachment.host_interface()), attachment.address)
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

fn set<T: Display>(name: &str, kind: &str, elements: impl IntoIterator<Item = T>) -> String {
    let listed: Vec<String> = elements.into_iter().map(|element| element.to_string()).collect();
    let mut text = format!("  set {name} {{ type {kind};");
    if !listed.is_empty() {
        write!(text, " elements = {{ {} }};", listed.join(", ")).expect("a String takes all");
    }
    text + " }\n"
}

/// `socket wildcard 0`: a service of the host that listens on every address is not thereby one of
/// the balancer's. Link-local addresses stay out of reach even with egress: they are the host's
/// own, and on a cloud's machine they give out the machine's credentials.
const CHAINS: &str = "\
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifgroup $GROUP goto task_source
    iif \"lo\" accept
    ip saddr @vpc_ranges drop
    ip daddr @vpc_ranges drop
    ip daddr $GATEWAY drop
  }
  chain task_source {
    iifname . ip saddr @task_sources accept
    drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifgroup $GROUP goto task_to_host
  }
  chain task_to_host {
    ct state established,related accept
    ip daddr $GATEWAY meta l4proto . th dport @gateway_services accept
    ip daddr @balancer_addresses socket wildcard 0 accept
    ip daddr @balancer_addresses meta l4proto tcp reject with tcp reset
    drop
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifgroup $GROUP goto task_to_elsewhere
    oifgroup $GROUP goto elsewhere_to_task
    iifname @uplinks drop
  }
  chain task_to_elsewhere {
    ct state established,related accept
    oifgroup $GROUP accept
    ip daddr { 169.254.0.0/16, 224.0.0.0/4 } drop
    ip daddr @vpc_ranges drop
    iifname . ip saddr @egress_sources accept
    drop
  }
  chain elsewhere_to_task {
    ct state established,related accept
    drop
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifgroup $GROUP accept
    ip daddr @vpc_ranges accept
    ip saddr @vpc_ranges masquerade
  }
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use expect_test::expect;

    use super::{GatewayService, Table, add_task, remove_task, replace};
    use crate::task::Attachment;

    fn attachment() -> Attachment {
        Attachment {
            task_id: "t".to_owned(),
            address: "172.31.5.7".parse().expect("an address"),
            is_masqueraded: true,
        }
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
        });
        let sets = text.lines().filter_map(|line| line.trim().strip_prefix("set "));
        let sets: String = sets.flat_map(|set| [set, "\n"]).collect();
        expect![[r#"
            task_sources { ifname . ipv4_addr; { "lse3b98a4da31a1" . 172.31.5.7 }; }
            egress_sources { ifname . ipv4_addr; { "lse3b98a4da31a1" . 172.31.5.7 }; }
            balancer_addresses { ipv4_addr; }
            gateway_services { inet_proto . inet_service; { tcp . 53, udp . 53 }; }
            vpc_ranges { ipv4_addr; flags interval; auto-merge; { 172.31.0.0/16 }; }
            uplinks { ifname; }
        "#]]
        .assert_eq(&sets.replace("type ", "").replace("elements = ", ""));
    }

    #[test]
    fn a_change_is_made_of_single_elements() {
        let change = add_task(&attachment()) + &remove_task(&attachment());
        expect![[r#"
            add task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            add egress_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            add task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            delete task_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            add egress_sources { "lse3b98a4da31a1" . 172.31.5.7 }
            delete egress_sources { "lse3b98a4da31a1" . 172.31.5.7 }
        "#]]
        .assert_eq(&change.replace(" element inet longshore", ""));
    }
}
