//! `longshore preview update-service`: what an update would do, before it is made.

use anyhow::{Context as _, Result};
use model::session::{PreviewMoment, PreviewTimeline};

use super::{env, page, say};
use crate::admin::preview::PreviewRequest;
use crate::config::Paths;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the update ahead in simulated time, and print what it would do.
    UpdateService(Arguments),
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The service's name.
    #[arg(long)]
    service: String,
    /// The cluster's name.
    #[arg(long, default_value = "default")]
    cluster: String,
    /// The service's region; that of `up` unless given.
    #[arg(long)]
    region: Option<String>,
    /// FAMILY, or FAMILY:REVISION.
    #[arg(long)]
    task_definition: Option<String>,
    #[arg(long)]
    desired_count: Option<i32>,
    /// Deploy also where nothing changes.
    #[arg(long)]
    force_new_deployment: bool,
    /// What if so many of the new tasks fail as they start.
    #[arg(long, default_value_t = 0, value_name = "TASKS")]
    failing_tasks: u32,
}

pub(super) fn run(paths: &Paths, command: &Command) -> Result<()> {
    let Command::UpdateService(arguments) = command;
    let (config, _) = env::read(paths)?;
    let asked = arguments.clone();
    let request = PreviewRequest {
        region: asked.region,
        cluster: asked.cluster,
        service: asked.service,
        task_definition: asked.task_definition,
        desired_count: asked.desired_count,
        is_forced: asked.force_new_deployment,
        failing_tasks: asked.failing_tasks,
    };
    let body = serde_json::to_string(&request)?;
    let answer = page::post(config.listen, "/_longshore/preview", &body)?;
    let timeline = serde_json::from_slice(&answer).context("the answer is not understood")?;
    say(render(&timeline).trim_end());
    Ok(())
}

fn render(timeline: &PreviewTimeline) -> String {
    let seconds = |millis: u64| format!("{}.{:01} s", millis / 1000, millis % 1000 / 100);
    let mut lines = vec![format!(
        "Assumed: a task runs after {}, is healthy {} later, and stops within {}.",
        seconds(timeline.start_millis),
        seconds(timeline.health_millis),
        seconds(timeline.stop_millis),
    )];
    lines.push(format!(
        "Hooks agree at once. Of the new tasks, {} fail as they start.",
        timeline.failing_tasks
    ));
    lines.extend(timeline.moments.iter().map(moment));
    let state = if timeline.is_over { "" } else { ", and goes on" };
    lines.push(format!("{} after {}{state}", timeline.status, seconds(timeline.took_millis)));
    lines.extend(timeline.reason.clone());
    lines.push(format!(
        "{} tasks started, {} stopped; at the peak {} tasks with {} CPU units and {} MiB",
        timeline.started,
        timeline.stopped,
        timeline.peak_tasks,
        timeline.peak_cpu_units,
        timeline.peak_memory_mib,
    ));
    lines.join("\n")
}

fn moment(one: &PreviewMoment) -> String {
    let mut words = vec![format!("{:>8}.{:03}", one.at_millis / 1000, one.at_millis % 1000)];
    words.push(one.stage.clone().unwrap_or_else(|| one.status.clone()));
    words.extend(one.started.iter().map(|(name, count)| format!("start {count} {name}")));
    words.extend(one.stopped.iter().map(|(name, count)| format!("stop {count} {name}")));
    if let Some(share) = &one.share {
        words.push(format!(
            "production {}.{} % test {}.{} %",
            share.production / 10,
            share.production % 10,
            share.test / 10,
            share.test % 10,
        ));
    }
    words.push(format!("tasks {}", one.tasks));
    words.join("  ")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use model::session::PreviewShare;

    use super::*;

    #[test]
    fn a_timeline_is_told_moment_by_moment() {
        let timeline = PreviewTimeline {
            start_millis: 500,
            health_millis: 5_000,
            stop_millis: 50,
            failing_tasks: 0,
            is_over: true,
            status: "SUCCESSFUL".to_owned(),
            reason: None,
            took_millis: 61_500,
            started: 2,
            stopped: 2,
            peak_tasks: 4,
            peak_cpu_units: 1024,
            peak_memory_mib: 2048,
            moments: vec![PreviewMoment {
                at_millis: 500,
                status: "IN_PROGRESS".to_owned(),
                stage: Some("SCALE_UP".to_owned()),
                started: vec![("web:2".to_owned(), 2)],
                stopped: Vec::new(),
                share: Some(PreviewShare { production: 0, test: 0 }),
                tasks: 4,
            }],
        };
        let expected = expect![[r#"
            Assumed: a task runs after 0.5 s, is healthy 5.0 s later, and stops within 0.0 s.
            Hooks agree at once. Of the new tasks, 0 fail as they start.
                   0.500  SCALE_UP  start 2 web:2  production 0.0 % test 0.0 %  tasks 4
            SUCCESSFUL after 61.5 s
            2 tasks started, 2 stopped; at the peak 4 tasks with 1024 CPU units and 2048 MiB"#]];
        expected.assert_eq(&render(&timeline));
    }
}
