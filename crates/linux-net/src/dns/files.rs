//! The text of the resolver's files: the host's, read; a task's, written.

use std::{
    collections::BTreeMap,
    fmt::Write,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use super::forward::UPSTREAMS_MAX;

const DNS_PORT: u16 = 53;

/// A task's `/etc/resolv.conf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResolverFile {
    /// In order; normally the gateway's address alone.
    pub servers: Vec<IpAddr>,
    pub search: Vec<String>,
    pub options: Vec<String>,
}

/// A task's `/etc/hosts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostsFile {
    pub hostname: String,
    pub address: Ipv4Addr,
    /// Further names, each with its address.
    pub extra: BTreeMap<String, IpAddr>,
}

impl ResolverFile {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |keyword: &str, values: &[String]| {
            if !values.is_empty() {
                writeln!(text, "{keyword} {}", values.join(" ")).expect("a String takes all");
            }
        };
        for server in &self.servers {
            line("nameserver", &[server.to_string()]);
        }
        line("search", &self.search);
        line("options", &self.options);
        text
    }
}

impl HostsFile {
    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n".to_owned();
        let mut line = |address: IpAddr, name: &str| {
            writeln!(text, "{address} {name}").expect("a String takes all");
        };
        line(self.address.into(), &self.hostname);
        for (name, address) in &self.extra {
            line(*address, name);
        }
        text
    }
}

/// The resolvers that a `/etc/resolv.conf` names, but for `own`, which would ask itself.
///
/// A scoped IPv6 address names an interface that this process may not have, and is passed over.
pub fn upstreams_of(resolv_conf: &str, own: IpAddr) -> Vec<SocketAddr> {
    let servers = resolv_conf.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        (words.next()? == "nameserver").then(|| words.next()?.parse::<IpAddr>().ok())?
    });
    servers
        .filter(|server| *server != own)
        .take(UPSTREAMS_MAX)
        .map(|server| SocketAddr::new(server, DNS_PORT))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::expect;

    use super::{HostsFile, ResolverFile, upstreams_of};

    #[test]
    fn the_hosts_resolvers_are_read_without_ourselves() {
        let text = "# nameserver 9.9.9.9\nnameserver 127.0.0.53\nnameserver 169.254.169.253\n\
            search x\n nameserver fd00::1\nnameserver fe80::1%eth0\nnameserver\n";
        let own = "169.254.169.253".parse().expect("an address");
        let found: Vec<String> = upstreams_of(text, own).iter().map(ToString::to_string).collect();
        expect![["127.0.0.53:53 [fd00::1]:53"]].assert_eq(&found.join(" "));
    }

    #[test]
    fn a_tasks_files_are_written_plainly() {
        let resolver = ResolverFile {
            servers: vec!["169.254.169.253".parse().expect("an address")],
            search: vec!["us-east-1.compute.internal".to_owned()],
            options: Vec::new(),
        };
        expect![[r"
            nameserver 169.254.169.253
            search us-east-1.compute.internal
        "]]
        .assert_eq(&resolver.text());
        let hosts = HostsFile {
            hostname: "ip-172-31-5-7.ec2.internal".to_owned(),
            address: "172.31.5.7".parse().expect("an address"),
            extra: BTreeMap::from([("db".to_owned(), "10.0.0.9".parse().expect("an address"))]),
        };
        expect![[r"
            127.0.0.1 localhost
            ::1 localhost ip6-localhost ip6-loopback
            172.31.5.7 ip-172-31-5-7.ec2.internal
            10.0.0.9 db
        "]]
        .assert_eq(&hosts.text());
    }
}
