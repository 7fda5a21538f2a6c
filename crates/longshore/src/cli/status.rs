//! `longshore status`: what runs, in tables.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result};
use comfy_table::{Table, presets};

use super::{env, say};
use crate::admin::Status;
use crate::config::Paths;

/// How long control may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

pub(super) fn run(paths: &Paths) -> Result<()> {
    let (config, _) = env::read(paths)?;
    let body = get(config.listen, "/_longshore/status")
        .with_context(|| format!("control does not answer at `{}`", config.listen))?;
    let status: Status = serde_json::from_slice(&body).context("the answer is not understood")?;
    show(
        "NODE",
        &["CPU UNITS", "MEMORY MIB", "CONNECTED"],
        status.nodes.iter().map(|node| {
            vec![
                node.id.clone(),
                node.cpu_units.to_string(),
                node.memory_mib.to_string(),
                if node.is_connected { "yes" } else { "no" }.to_owned(),
            ]
        }),
    );
    show(
        "LOAD BALANCER",
        &["NAME", "ADDRESS", "PORTS"],
        status.load_balancers.iter().map(|one| {
            let ports: Vec<String> = one.ports.iter().map(u16::to_string).collect();
            vec![one.name.clone(), one.dns_name.clone(), one.address.clone(), ports.join(", ")]
        }),
    );
    show(
        "SERVICE",
        &["STATUS", "RUNNING", "LAST EVENT"],
        status.services.iter().map(|one| {
            let running = format!("{}/{}", one.running, one.desired);
            let event = one.last_event.clone().unwrap_or_default();
            vec![last_part(&one.arn), one.status.clone(), running, event]
        }),
    );
    show(
        "TASK",
        &["DEFINITION", "STATUS", "ADDRESS"],
        status.tasks.iter().map(|task| {
            let address = task.address.clone().unwrap_or_default();
            vec![last_part(&task.arn), task.definition.clone(), task.last_status.clone(), address]
        }),
    );
    Ok(())
}

fn show(first: &str, others: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let mut table = Table::new();
    let headers: Vec<&str> = std::iter::once(first).chain(others.iter().copied()).collect();
    table.load_preset(presets::NOTHING).set_header(headers);
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return;
    }
    for row in rows {
        table.add_row(row);
    }
    say(table);
    say("");
}

fn last_part(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

/// One request, one answer, and the connection's end: HTTP/1.0 needs no more.
fn get(address: std::net::SocketAddr, path: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIME_MAX)?;
    stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no header")?;
    anyhow::ensure!(answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200"));
    Ok(answer.split_off(end + 4))
}
