//! Runs `tests/scripts/*.txt`: commands, `----`, and what they print.
//!
//! `UPDATE_EXPECT=1 cargo test -p planner` writes the answers anew.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use model::{
    Action, AlarmState, DeploymentStatus, DeploymentStrategy, HealthStatus, HookStatus,
    LifecycleStage, StopCode, TargetHealthState, Task, TaskSetStatus, TaskState,
};

use planner::preview::Assumptions;

use crate::fixtures::{Wanted, service_key};
use crate::world::World;

#[test]
fn every_script_prints_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of scripts") {
        let path = entry.expect("a directory entry").path();
        let written = std::fs::read_to_string(&path).expect("a readable script");
        let printed = run(&written);
        expect_test::expect_file![&path].assert_eq(&printed);
        count += 1;
    }
    assert!(count > 0, "there are no scripts");
}

/// The script with every answer as it is now.
fn run(script: &str) -> String {
    let mut world = World::new(1);
    let mut output = String::new();
    for block in script.split("\n\n") {
        let commands = block.split("\n----").next().unwrap_or_default().trim_end();
        let mut answer = String::new();
        for line in commands.lines().filter(|line| !line.starts_with('#')) {
            answer.push_str(&command(&mut world, line));
        }
        output.push_str(commands);
        if commands.lines().any(|line| !line.starts_with('#')) {
            output.push_str("\n----\n");
            let answer = answer.trim_end();
            output.push_str(if answer.is_empty() { "(nothing)" } else { answer });
        }
        output.push_str("\n\n");
    }
    format!("{}\n", output.trim_end())
}

fn command(world: &mut World, line: &str) -> String {
    let mut words = line.split_whitespace();
    let verb = words.next().unwrap_or_default();
    let words: Vec<&str> = words.collect();
    world.log.clear();
    match verb {
        "node" => world.node(words[0], number(&words, "cpu"), number(&words, "memory")),
        "service" => world.service(&wanted(&words)),
        "external" => world.external_service(&wanted(&words)),
        "task-set" | "scale-set" | "delete-set" | "primary" => task_set(world, verb, &words),
        "sets" => return sets(world, words[0]),
        "scale" => {
            let count = words[1].parse().expect("a count");
            world.alter(words[0], |service| service.desired_count = count);
        }
        "delete" => world.alter(words[0], |service| {
            service.status = model::ServiceStatus::Draining;
            service.desired_count = 0;
        }),
        "settle" => world.settle(),
        "plan" => world.plan(),
        "nodes" => {
            world.run_nodes();
        }
        "time" => world.pass_time(words[0].parse().expect("seconds")),
        "crash" => {
            let task = world.named(words[0]);
            world.crash(&task, StopCode::EssentialContainerExited);
        }
        "unhealthy" => {
            let task = world.named(words[0]);
            world.set_health(&task, HealthStatus::Unhealthy);
            world.set_target(&task, TargetHealthState::Unhealthy);
        }
        "healthy" => {
            let task = world.named(words[0]);
            world.set_health(&task, HealthStatus::Healthy);
        }
        "protect" => {
            let task = world.named(words[0]);
            world.protect(&task, words[1].parse().expect("seconds"));
        }
        "alarm" => world.set_alarm(words[0], AlarmState::Alarm),
        "stop" => world.alter_deployment(words[0], |deployment| {
            deployment.status = DeploymentStatus::RollbackRequested;
        }),
        "continue" => world.answer_hooks(words[0], HookStatus::Succeeded),
        "refuse" => world.answer_hooks(words[0], HookStatus::Failed),
        "preview" => return preview(world, &words),
        "traffic" => return traffic(world, words[0]),
        "show" => return show(world, words[0]),
        "events" => return events(world, words[0]),
        other => panic!("no command `{other}`"),
    }
    world.log.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

/// What somebody does to a task set.
fn task_set(world: &mut World, verb: &str, words: &[&str]) {
    match verb {
        // A second between them, so that they have an order.
        "task-set" => {
            world.pass_time(1);
            world.task_set(words[0], text(words, "group"), number(words, "scale"));
        }
        "scale-set" => world.alter_task_set(chosen(words), |set| {
            set.scale_ppm = number(words, "scale") * 10_000;
        }),
        "delete-set" => world.alter_task_set(chosen(words), |set| {
            set.status = TaskSetStatus::Draining;
            set.scale_ppm = 0;
        }),
        "primary" => {
            let (name, index) = chosen(words);
            let id = world.task_sets(name)[index - 1].id.clone();
            world.alter(name, |service| service.primary_revision.clone_from(&id));
        }
        other => panic!("no command `{other}`"),
    }
}

fn show(world: &World, name: &str) -> String {
    let service = world.snapshot.service(&service_key(name)).expect("the service");
    let mut text = String::new();
    for task in world.snapshot.tasks_of_service(&service.key) {
        if task.last_status == TaskState::Stopped {
            continue;
        }
        let of = task.service.as_ref().map(|owner| owner.revision.as_str());
        let is_primary = of == Some(service.primary_revision.as_str());
        let _ = writeln!(
            text,
            "{} {} {} {}",
            world.name(task),
            if is_primary { "PRIMARY" } else { "ACTIVE" },
            task.last_status.as_str(),
            task.node.as_deref().unwrap_or("-"),
        );
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let deployment = world
        .snapshot
        .service_deployment(&service.key, &service.current_deployment)
        .expect("the deployment");
    format!("{}\n{} {}\n", lines.join("\n"), service.status.as_str(), deployment.status.as_str())
        .trim_start()
        .to_owned()
}

/// What an update would do; the world stays as it is.
fn preview(world: &World, words: &[&str]) -> String {
    let mut ahead = world.clone();
    ahead.service(&wanted(words));
    let assumptions = Assumptions {
        start: Duration::from_secs(1),
        health: Duration::from_secs(5),
        stop: Duration::from_secs(2),
        failing_tasks: option(words, "failing").unwrap_or_default(),
    };
    let chance = (ahead.now, ahead.rng.clone());
    let key = service_key(words[0]);
    let timeline = planner::preview::preview(&ahead.snapshot, &key, chance, assumptions);
    let mut text = String::new();
    for moment in &timeline.moments {
        let stage = moment.stage.as_deref().unwrap_or(&moment.status);
        let count = |tasks: &[(String, u32)]| tasks.iter().map(|(_, count)| count).sum::<u32>();
        let (started, stopped) = (count(&moment.started), count(&moment.stopped));
        let _ = writeln!(
            text,
            "{} {stage} start {started} stop {stopped} of {}",
            moment.at_millis, moment.tasks
        );
    }
    let _ = writeln!(
        text,
        "{} after {}, {} started, {} stopped, {} at the peak",
        timeline.status,
        timeline.took_millis,
        timeline.started,
        timeline.stopped,
        timeline.peak_tasks
    );
    text
}

/// A service and one of its task sets: `web 2`.
fn chosen<'a>(words: &[&'a str]) -> (&'a str, usize) {
    (words[0], words[1].parse().expect("a task set's place"))
}

/// The task sets of a service, oldest first, with their tasks.
fn sets(world: &World, name: &str) -> String {
    let service = world.snapshot.service(&service_key(name)).expect("the service");
    let mut text = String::new();
    for set in world.task_sets(name) {
        let is_own = |task: &Task| {
            task.last_status != TaskState::Stopped
                && task.service.as_ref().is_some_and(|of| of.revision == set.id)
        };
        let tasks = world.tasks().into_iter().filter(is_own);
        let mut tasks: Vec<String> = tasks
            .map(|task| format!(" {} {}", world.name(&task), task.last_status.as_str()))
            .collect();
        tasks.sort();
        let is_primary = set.id == service.primary_revision;
        let _ = writeln!(
            text,
            "{}{:?} {:?} {}:{}",
            if is_primary { "PRIMARY " } else { "" },
            set.status,
            set.stability,
            set.desired_count(service.desired_count),
            tasks.join(","),
        );
    }
    let _ = writeln!(text, "{}", service.status.as_str());
    text
}

/// The stage of a service's deployment, and what goes where.
fn traffic(world: &World, name: &str) -> String {
    let service = world.snapshot.service(&service_key(name)).expect("the service");
    let deployment = world
        .snapshot
        .service_deployment(&service.key, &service.current_deployment)
        .expect("the deployment");
    let stage = deployment.progress.as_ref().map_or("-", |progress| progress.stage.as_str());
    let mut text = format!("{} {stage}\n", deployment.status.as_str());
    for listener in world.snapshot.listeners.all() {
        let Some(Action::Forward { target_groups, .. }) = listener.default_actions.first() else {
            continue;
        };
        let shares: Vec<String> = target_groups
            .iter()
            .map(|group| {
                let name = group.target_group_arn.split('/').nth(1).unwrap_or_default();
                format!("{name}={}", group.weight)
            })
            .collect();
        let _ = writeln!(text, "{}: {}", listener.port, shares.join(" "));
    }
    if let Some(reason) = &deployment.status_reason {
        let _ = writeln!(text, "{reason}");
    }
    text
}

fn events(world: &World, name: &str) -> String {
    let service = world.snapshot.service(&service_key(name)).expect("the service");
    let mut text = String::new();
    for event in service.events.iter().rev() {
        let mut message = event.message.clone();
        for task in world.tasks() {
            message = message.replace(&task.key.id, world.name(&task));
        }
        for (set, index) in world.task_sets(name).into_iter().zip(1..) {
            message = message.replace(&set.name(), &format!("SET{index}"));
        }
        for revision in world.snapshot.service_revisions.all() {
            message = message.replace(&revision.id, "REVISION");
        }
        let _ = writeln!(text, "{message}");
    }
    text
}

fn wanted(words: &[&str]) -> Wanted {
    let or = |name: &str, default: u32| option(words, name).unwrap_or(default);
    let is_shifted = words.contains(&"shifted");
    Wanted {
        minimum: or("minimum", 100),
        maximum: or("maximum", 200),
        is_balanced: is_shifted || words.contains(&"balanced"),
        is_shifted,
        is_checked: words.contains(&"checked"),
        grace_secs: or("grace", 0),
        strategy: strategy(words),
        bake_mins: or("bake", 0),
        breaker: option(words, "breaker").map(|count| (count, !words.contains(&"stay"))),
        alarm: text(words, "alarm").map(str::to_owned),
        pauses: words.iter().filter_map(|word| word.strip_prefix("pause=")).map(stage).collect(),
        ..Wanted::rolling(words[0], number(words, "count"))
    }
}

fn strategy(words: &[&str]) -> DeploymentStrategy {
    let permille = |name: &str| option(words, name).map(|percent| percent * 10);
    if words.contains(&"blue_green") {
        DeploymentStrategy::BlueGreen
    } else if let Some(step_permille) = permille("linear") {
        DeploymentStrategy::Linear { step_permille, step_bake_mins: 1 }
    } else if let Some(permille) = permille("canary") {
        DeploymentStrategy::Canary { permille, bake_mins: 1 }
    } else {
        DeploymentStrategy::Rolling
    }
}

fn stage(name: &str) -> LifecycleStage {
    let named = LifecycleStage::ALL.into_iter().find(|stage| stage.as_str() == name);
    named.expect("a stage of that name")
}

fn number(words: &[&str], name: &str) -> u32 {
    option(words, name).expect("the setting is given")
}

fn option(words: &[&str], name: &str) -> Option<u32> {
    text(words, name).map(|value| value.parse().expect("a number"))
}

fn text<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.iter().find_map(|word| {
        let (key, value) = word.split_once('=')?;
        (key == name).then_some(value)
    })
}
