//! `longshore deployments watch`: a service's deployment as it goes, until it has ended.
//!
//! On a terminal one view is drawn over and over; elsewhere each change is a line.

use std::io::{IsTerminal as _, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use comfy_table::{Table, presets};
use link::Link;
use model::Timestamp;
use model::session::{DeploymentView, RevisionView, WatchAnswer, WatchRequest};

use super::client_runtime;
use super::service::Named;
use crate::config::Paths;

const COLUMNS_DEFAULT: usize = 80;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show how a service's deployment goes, until it has ended.
    Watch(Named),
}

pub(super) fn run(paths: &Paths, command: &Command) -> Result<()> {
    let Command::Watch(named) = command;
    let request = WatchRequest { service: named.key(paths)? };
    let output = std::io::stdout();
    let mut screen = Screen {
        is_redrawn: output.is_terminal(),
        output: output.lock(),
        lines_drawn: 0,
        last_line: String::new(),
    };
    client_runtime()?.block_on(watch(&paths.control_socket(), &request, &mut screen))
}

async fn watch<W: Write>(
    socket: &Path,
    request: &WatchRequest,
    screen: &mut Screen<W>,
) -> Result<()> {
    let connected = link::connect(socket, "/watch").await;
    let mut open: Link<WatchAnswer, WatchRequest> =
        connected.context("control does not answer; `longshore up` starts it")?;
    open.send(request).await?;
    loop {
        match open.receive().await? {
            Some(WatchAnswer::Deployment(view)) => {
                if screen.show(&view).is_err() {
                    // Whoever read it has had enough.
                    return Ok(());
                }
            }
            Some(WatchAnswer::End) => return Ok(()),
            Some(WatchAnswer::Refused { reason }) => bail!(reason),
            None => bail!("control ended before the deployment did; ask again"),
        }
    }
}

struct Screen<W> {
    output: W,
    is_redrawn: bool,
    lines_drawn: usize,
    /// What was last said, where each change is a line.
    last_line: String,
}

impl<W: Write> Screen<W> {
    fn show(&mut self, view: &DeploymentView) -> std::io::Result<()> {
        if self.is_redrawn {
            let text = drawn(view, crate::clock::now(), columns());
            if self.lines_drawn > 0 {
                // Up to where it began, and away with what is below.
                write!(self.output, "\x1b[{}A\x1b[J", self.lines_drawn)?;
            }
            self.lines_drawn = text.lines().count();
            write!(self.output, "{text}")?;
            return self.output.flush();
        }
        let line = line(view);
        if line != self.last_line {
            writeln!(self.output, "{line}")?;
            self.last_line = line;
        }
        self.output.flush()
    }
}

/// The columns of the terminal that is written to.
fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    size.map_or(COLUMNS_DEFAULT, |size| usize::from(size.ws_col).max(1))
}

/// All of a deployment, as a terminal of so many columns shows it.
fn drawn(view: &DeploymentView, now: Timestamp, columns: usize) -> String {
    let mut lines = vec![title(view, now)];
    lines.extend(view.reason.clone());
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_header([
            "REVISION",
            "",
            "TO RUN",
            "RUNNING",
            "HEALTHY",
            "FAILED",
            "PRODUCTION",
            "TEST",
        ])
        .add_rows(view.revisions.iter().map(row));
    let table = table.lines();
    lines.extend(table.map(|line| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned()));
    lines.extend(view.hooks.iter().map(|hook| format!("hook: {hook}")));
    lines.extend(view.events.iter().cloned());
    // A line that the terminal breaks would be two where one is counted.
    lines.iter().fold(String::new(), |mut text, line| {
        text.extend(line.chars().take(columns));
        text.push('\n');
        text
    })
}

fn title(view: &DeploymentView, now: Timestamp) -> String {
    let seconds = view.finished_at.unwrap_or(now).since(view.created_at).as_secs();
    let stage = view.stage.as_ref().map(|stage| format!("  {stage}")).unwrap_or_default();
    let waits = view.waits_until.filter(|_| !view.is_final);
    let waits = waits.map(|until| format!(", goes on within {} s", until.since(now).as_secs()));
    let (strategy, id, status) = (&view.strategy, &view.id, &view.status);
    format!("{strategy} {id}  {status}{stage}  {seconds} s{}", waits.unwrap_or_default())
}

fn row(one: &RevisionView) -> Vec<String> {
    let role = if one.is_target { "new" } else { "old" };
    vec![
        one.definition.clone(),
        role.to_owned(),
        one.desired.to_string(),
        one.running.to_string(),
        one.healthy.to_string(),
        one.failed.to_string(),
        one.production.map(percent).unwrap_or_default(),
        one.test.map(percent).unwrap_or_default(),
    ]
}

/// One moment of a deployment in one line.
fn line(view: &DeploymentView) -> String {
    let mut words = vec![view.status.clone()];
    words.extend(view.stage.clone());
    for one in &view.revisions {
        let mut told = format!("{} {}/{} healthy", one.definition, one.healthy, one.desired);
        if let Some(production) = one.production {
            told.push_str(", ");
            told.push_str(&percent(production));
            told.push_str(" of production");
        }
        words.push(format!("[{told}]"));
    }
    words.extend(view.hooks.iter().map(|hook| format!("({hook})")));
    words.extend(view.reason.clone());
    words.join(" ")
}

fn percent(permille: u32) -> String {
    if permille.is_multiple_of(10) {
        format!("{} %", permille / 10)
    } else {
        format!("{}.{} %", permille / 10, permille % 10)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn view() -> DeploymentView {
        let revision = |definition: &str, is_target: bool, production| RevisionView {
            definition: definition.to_owned(),
            is_target,
            desired: 2,
            running: 2,
            healthy: if is_target { 1 } else { 2 },
            failed: 0,
            production: Some(production),
            test: Some(0),
        };
        DeploymentView {
            id: "abc".to_owned(),
            strategy: "CANARY".to_owned(),
            status: "IN_PROGRESS".to_owned(),
            stage: Some("PRODUCTION_TRAFFIC_SHIFT".to_owned()),
            reason: None,
            is_final: false,
            created_at: Timestamp::from_secs(100),
            finished_at: None,
            waits_until: Some(Timestamp::from_secs(160)),
            hooks: vec!["pause ecs-pause-x: AWAITING_ACTION".to_owned()],
            revisions: vec![revision("web:2", true, 55), revision("web:1", false, 945)],
            events: vec!["(service web) has started 2 tasks: (task 1) (task 2).".to_owned()],
        }
    }

    #[test]
    fn a_terminal_shows_all_of_it() {
        let expected = expect![[r#"
            CANARY abc  IN_PROGRESS  PRODUCTION_TRAFFIC_SHIFT  20 s, goes on within 40 s
            REVISION       TO RUN  RUNNING  HEALTHY  FAILED  PRODUCTION  TEST
            web:2     new  2       2        1        0       5.5 %       0 %
            web:1     old  2       2        2        0       94.5 %      0 %
            hook: pause ecs-pause-x: AWAITING_ACTION
            (service web) has started 2 tasks: (task 1) (task 2).
        "#]];
        expected.assert_eq(&drawn(&view(), Timestamp::from_secs(120), 80));
    }

    #[test]
    fn elsewhere_each_change_is_a_line() {
        let mut screen = Screen {
            output: Vec::new(),
            is_redrawn: false,
            lines_drawn: 0,
            last_line: String::new(),
        };
        for _ in 0..2 {
            screen.show(&view()).expect("memory takes everything");
        }
        assert_eq!(
            String::from_utf8(screen.output).expect("text"),
            "IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT [web:2 1/2 healthy, 5.5 % of production] \
             [web:1 2/2 healthy, 94.5 % of production] (pause ecs-pause-x: AWAITING_ACTION)\n"
        );
    }
}
