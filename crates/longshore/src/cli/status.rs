//! `longshore status`: what runs, in tables.

use anyhow::{Context as _, Result};
use comfy_table::{Table, presets};

use super::{denied, env, page, say};
use crate::admin::status::{
    DeploymentOverview, LoadBalancerOverview, NodeOverview, ServiceOverview, Status, TaskOverview,
};
use crate::config::Paths;

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The packets that were denied in the last ten minutes instead, by interface, and why.
    #[arg(long)]
    denied: bool,
}

pub(super) fn run(paths: &Paths, arguments: &Arguments) -> Result<()> {
    if arguments.denied {
        return denied::run(paths);
    }
    let (config, _) = env::read(paths)?;
    let body = page::get(config.listen, "/_longshore/status")
        .with_context(|| format!("control does not answer at `{}`", config.listen))?;
    let status: Status = serde_json::from_slice(&body).context("the answer is not understood")?;
    say(render(&status).trim_end());
    Ok(())
}

/// A table for each kind of thing of which there is one, and a word where nothing runs.
fn render(status: &Status) -> String {
    let mut text = String::new();
    table(&mut text, &["NODE", "CPU UNITS", "MEMORY MIB", "CONNECTED"], nodes(status));
    table(&mut text, &["LOAD BALANCER", "ADDRESS", "URL"], load_balancers(status));
    let columns = ["CLUSTER", "SERVICE", "STATUS", "RUNNING", "LAST EVENT"];
    table(&mut text, &columns, services(status));
    let columns = ["DEPLOYMENT OF", "FROM", "TO", "RUNNING", "FAILED"];
    table(&mut text, &columns, deployments(status));
    table(&mut text, &["TASK", "GROUP", "DEFINITION", "STATUS", "ADDRESS"], tasks(status));
    match (status.services.is_empty(), status.tasks.is_empty()) {
        (true, true) => text.push_str("Nothing runs: there are no services and no tasks.\n"),
        (false, true) => text.push_str("No task runs.\n"),
        (true | false, false) => {}
    }
    if !status.nodes.iter().any(|node| node.is_connected) {
        text.push_str("No node is connected, so no task can start.\n");
    }
    text
}

type Row = Vec<String>;

fn nodes(status: &Status) -> Vec<Row> {
    let row = |one: &NodeOverview| {
        let connected = if one.is_connected { "yes" } else { "no" }.to_owned();
        vec![one.id.clone(), one.cpu_units.to_string(), one.memory_mib.to_string(), connected]
    };
    status.nodes.iter().map(row).collect()
}

fn load_balancers(status: &Status) -> Vec<Row> {
    let row = |one: &LoadBalancerOverview| {
        let urls = if one.urls.is_empty() { "no listener".to_owned() } else { one.urls.join("\n") };
        vec![one.name.clone(), one.addresses.join("\n"), urls]
    };
    status.load_balancers.iter().map(row).collect()
}

fn services(status: &Status) -> Vec<Row> {
    let row = |one: &ServiceOverview| {
        let running = format!("{}/{}", one.running, one.desired);
        let event = one.last_event.clone().unwrap_or_default();
        vec![one.cluster.clone(), one.name.clone(), one.status.clone(), running, event]
    };
    status.services.iter().map(row).collect()
}

fn deployments(status: &Status) -> Vec<Row> {
    let row = |one: &DeploymentOverview| {
        let running = format!("{}/{}", one.running, one.desired);
        let service = format!("{}/{}", one.cluster, one.service);
        vec![service, one.from.join(", "), one.to.clone(), running, one.failed.to_string()]
    };
    status.deployments.iter().map(row).collect()
}

fn tasks(status: &Status) -> Vec<Row> {
    let row = |one: &TaskOverview| {
        let address = one.address.clone().unwrap_or_default();
        let (id, group) = (one.id.clone(), one.group.clone());
        vec![id, group, one.definition.clone(), one.last_status.clone(), address]
    };
    status.tasks.iter().map(row).collect()
}

/// Adds a table and an empty line, unless there are no rows.
pub(super) fn table(text: &mut String, columns: &[&str], rows: Vec<Row>) {
    if rows.is_empty() {
        return;
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(columns.iter().copied()).add_rows(rows);
    for line in table.lines() {
        text.push_str(line.strip_prefix(' ').unwrap_or(&line).trim_end());
        text.push('\n');
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(status: &Status, expected: &Expect) {
        expected.assert_eq(&render(status));
    }

    fn node() -> NodeOverview {
        NodeOverview {
            id: "local".to_owned(),
            is_connected: true,
            cpu_units: 2048,
            memory_mib: 1800,
        }
    }

    fn service(name: &str, running: u32) -> ServiceOverview {
        ServiceOverview {
            cluster: "default".to_owned(),
            name: name.to_owned(),
            status: "ACTIVE".to_owned(),
            desired: 3,
            running,
            last_event: Some(format!("(service {name}) has started 3 tasks: (task 1).")),
        }
    }

    #[test]
    fn what_runs_is_shown_in_tables() {
        let balancer = |name: &str, ports: &[u16]| LoadBalancerOverview {
            name: name.to_owned(),
            addresses: vec!["172.31.0.9".to_owned(), "172.31.16.9".to_owned()],
            urls: ports.iter().map(|port| format!("http://{name}.elb.localhost:{port}")).collect(),
        };
        let deployment = |from: &[&str]| DeploymentOverview {
            cluster: "default".to_owned(),
            service: "web".to_owned(),
            from: from.iter().map(|one| (*one).to_owned()).collect(),
            to: "web:2".to_owned(),
            running: 1,
            desired: 3,
            failed: 0,
        };
        let task = |address: Option<&str>| TaskOverview {
            id: "0123456789abcdef".to_owned(),
            group: "service:web".to_owned(),
            definition: "web:1".to_owned(),
            last_status: "RUNNING".to_owned(),
            address: address.map(str::to_owned),
        };
        let status = Status {
            nodes: vec![node()],
            load_balancers: vec![balancer("web", &[80, 8080]), balancer("idle", &[])],
            services: vec![service("web", 3), service("api", 2)],
            deployments: vec![deployment(&["web:1"]), deployment(&[])],
            tasks: vec![task(Some("172.31.0.4")), task(None)],
        };
        check(
            &status,
            &expect![[r#"
                NODE   CPU UNITS  MEMORY MIB  CONNECTED
                local  2048       1800        yes

                LOAD BALANCER  ADDRESS      URL
                web            172.31.0.9   http://web.elb.localhost:80
                               172.31.16.9  http://web.elb.localhost:8080
                idle           172.31.0.9   no listener
                               172.31.16.9

                CLUSTER  SERVICE  STATUS  RUNNING  LAST EVENT
                default  web      ACTIVE  3/3      (service web) has started 3 tasks: (task 1).
                default  api      ACTIVE  2/3      (service api) has started 3 tasks: (task 1).

                DEPLOYMENT OF  FROM   TO     RUNNING  FAILED
                default/web    web:1  web:2  1/3      0
                default/web           web:2  1/3      0

                TASK              GROUP        DEFINITION  STATUS   ADDRESS
                0123456789abcdef  service:web  web:1       RUNNING  172.31.0.4
                0123456789abcdef  service:web  web:1       RUNNING

            "#]],
        );
    }

    #[test]
    fn that_nothing_runs_is_said() {
        let idle = Status { nodes: vec![node()], ..Status::default() };
        check(
            &idle,
            &expect![[r#"
            NODE   CPU UNITS  MEMORY MIB  CONNECTED
            local  2048       1800        yes

            Nothing runs: there are no services and no tasks.
        "#]],
        );
        check(
            &Status { services: vec![service("web", 0)], ..idle },
            &expect![[r#"
            NODE   CPU UNITS  MEMORY MIB  CONNECTED
            local  2048       1800        yes

            CLUSTER  SERVICE  STATUS  RUNNING  LAST EVENT
            default  web      ACTIVE  0/3      (service web) has started 3 tasks: (task 1).

            No task runs.
        "#]],
        );
        let away = NodeOverview { is_connected: false, ..node() };
        check(
            &Status { nodes: vec![away], ..Status::default() },
            &expect![[r#"
            NODE   CPU UNITS  MEMORY MIB  CONNECTED
            local  2048       1800        no

            Nothing runs: there are no services and no tasks.
            No node is connected, so no task can start.
        "#]],
        );
    }
}
