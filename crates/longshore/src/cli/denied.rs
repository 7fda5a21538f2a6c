//! `longshore status --denied`: the packets that were denied lately, by interface.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use netplan::{Denials, DeniedKind};

use super::{env, page, say, status};
use crate::admin::denied::Denied;
use crate::config::Paths;

pub(super) fn run(paths: &Paths) -> Result<()> {
    let (config, _) = env::read(paths)?;
    let body = page::get(config.listen, "/_longshore/denied")
        .with_context(|| format!("control does not answer at `{}`", config.listen))?;
    let denied: Denied = serde_json::from_slice(&body).context("the answer is not understood")?;
    say(render(&denied).trim_end());
    Ok(())
}

/// A table for each interface.
fn render(denied: &Denied) -> String {
    let mut text = String::new();
    for Denials { interface, owner, packets, kinds } in &denied.denials {
        let interface = interface.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
        let noun = if *packets == 1 { "packet" } else { "packets" };
        let _ = writeln!(text, "{interface}{owner}, {packets} {noun}");
        let columns = ["PACKETS", "FROM", "TO", "PORT", "WHY"];
        status::table(&mut text, &columns, kinds.iter().map(row).collect());
    }
    if denied.denials.is_empty() {
        text.push_str("Nothing was denied in the last ten minutes.\n");
    }
    for reason in &denied.unheard {
        let _ = writeln!(text, "Not known of {reason}");
    }
    text
}

fn row(kind: &DeniedKind) -> Vec<String> {
    let DeniedKind { from, to, port, packets, reason } = kind.clone();
    vec![packets.to_string(), from, to, port, reason]
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_was_denied_is_shown_by_interface() {
        let kind = |from: &str, port: &str, packets| DeniedKind {
            from: from.to_owned(),
            to: "10.0.0.2".to_owned(),
            port: port.to_owned(),
            packets,
            reason: "no ingress rule of sg-1 (db) lets it in".to_owned(),
        };
        let denials = vec![
            Denials {
                interface: Some("eni-1".to_owned()),
                owner: "task t of service:db (10.0.0.2)".to_owned(),
                packets: 9,
                kinds: vec![kind("10.0.0.3", "5432/tcp", 7), kind("10.0.0.44", "icmp", 2)],
            },
            Denials {
                interface: None,
                owner: "addresses that no interface has".to_owned(),
                packets: 1,
                kinds: vec![kind("10.0.0.9", "53/udp", 1)],
            },
        ];
        let unheard = vec!["b: node `b` is not connected".to_owned()];
        expect![[r"
            eni-1: task t of service:db (10.0.0.2), 9 packets
            PACKETS  FROM       TO        PORT      WHY
            7        10.0.0.3   10.0.0.2  5432/tcp  no ingress rule of sg-1 (db) lets it in
            2        10.0.0.44  10.0.0.2  icmp      no ingress rule of sg-1 (db) lets it in

            addresses that no interface has, 1 packet
            PACKETS  FROM      TO        PORT    WHY
            1        10.0.0.9  10.0.0.2  53/udp  no ingress rule of sg-1 (db) lets it in

            Not known of b: node `b` is not connected
        "]]
        .assert_eq(&render(&Denied { denials, unheard }));
        expect![[r"
            Nothing was denied in the last ten minutes.
        "]]
        .assert_eq(&render(&Denied::default()));
    }
}
