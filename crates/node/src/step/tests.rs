//! Histories of one task: what happens on the left, what is done next on the right.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use model::session::{AssignedContainer, Assignment, TaskSpec};
use model::{ContainerDefinition, Scope, TaskKey, Timestamp};

use super::*;
use crate::ports::{ImageFacts, Started};
use crate::report::report;

/// Containers in a line: `NAME [essential] [after=NAME:CONDITION] [checked] [stop=SECONDS]`.
fn assignment(lines: &str) -> Assignment {
    let containers = lines.lines().map(|line| container(line.trim())).collect();
    Assignment {
        task: TaskKey {
            scope: Scope::new("000000000000", "us-east-1"),
            cluster: "c".to_owned(),
            id: "t".to_owned(),
        },
        generation: 1,
        is_stopping: false,
        is_begun: false,
        spec: TaskSpec {
            containers,
            cpu_units: None,
            memory_mib: None,
            interface: None,
            has_task_role: false,
            family: "f".to_owned(),
            revision: 1,
        },
    }
}

fn container(line: &str) -> AssignedContainer {
    let mut words = line.split_whitespace();
    let name = words.next().expect("a name");
    let words: Vec<&str> = words.collect();
    let after = words.iter().find_map(|word| word.strip_prefix("after="));
    let depends_on = after
        .and_then(|after| after.split_once(':'))
        .map(|(name, condition)| {
            format!(r#"{{"container_name":"{name}","condition":"{condition}"}}"#)
        })
        .unwrap_or_default();
    let stop = words.iter().find_map(|word| word.strip_prefix("stop=")).unwrap_or("30");
    let start = words.iter().find_map(|word| word.strip_prefix("start=")).unwrap_or("null");
    let check = if words.contains(&"checked") {
        r#"{"command":["CMD","true"],"interval_secs":5,"timeout_secs":2,"retries":1,
            "start_period_secs":0}"#
    } else {
        "null"
    };
    let definition: ContainerDefinition = serde_json::from_str(&format!(
        r#"{{"name":"{name}","image":"i","cpu_units":0,"port_mappings":[],
        "is_essential":{},"environment":[],"depends_on":[{depends_on}],
        "is_root_filesystem_readonly":false,"is_init_process_enabled":false,
        "capabilities_add":[],"capabilities_drop":[],"ulimits":[],"tmpfs":[],
        "system_controls":[],"extra_hosts":[],"stop_timeout_secs":{stop},
        "start_timeout_secs":{start},"health_check":{check}}}"#,
        words.contains(&"essential"),
    ))
    .expect("the container is well formed");
    AssignedContainer { id: name.to_owned(), definition }
}

/// Plays a history and prints the effects after each of its lines.
fn play(containers: &str, history: &[&str], expected: &Expect) {
    let mut assignment = assignment(containers);
    let mut observed = Observed::new(&assignment);
    let mut now = Timestamp::from_secs(0);
    let mut printed = String::new();
    for line in std::iter::once(&"begin").chain(history) {
        for event in line.split(", ") {
            happen(event, (&mut assignment, &mut observed), &mut now);
        }
        let mut next = step(&assignment, &observed, now);
        while let Some(outcome) = next.outcome.take() {
            observed.apply(&assignment, outcome, now);
            next = step(&assignment, &observed, now);
        }
        let effects: Vec<String> = next.effects.iter().map(effect).collect();
        let state = report(&assignment, &observed).last_status.as_str();
        let _ = writeln!(printed, "{line} -> {state}: {}", effects.join(", "));
    }
    if let Some(stop) = &observed.stop {
        let _ = writeln!(printed, "{}: {}", stop.code.as_str(), stop.reason);
    }
    expected.assert_eq(&printed);
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Pull { container } => format!("pull {container}"),
        Effect::AttachNetwork => "network".to_owned(),
        Effect::Launch => "launch".to_owned(),
        Effect::Start { container } => format!("start {container}"),
        Effect::Check { container } => format!("check {container}"),
        Effect::Stop { container } => format!("stop {container}"),
        Effect::Kill { container } => format!("kill {container}"),
        Effect::Remove => "remove".to_owned(),
        Effect::Forget => "forget".to_owned(),
    }
}

fn happen(
    event: &str,
    (assignment, observed): (&mut Assignment, &mut Observed),
    now: &mut Timestamp,
) {
    let words: Vec<&str> = event.split_whitespace().collect();
    let container = || words[1].to_owned();
    let outcome = match words[0] {
        "begin" => return,
        "stop" => {
            assignment.is_stopping = true;
            return;
        }
        "released" => {
            observed.is_released = true;
            return;
        }
        "time" => {
            *now = *now + Duration::from_secs(words[1].parse().expect("seconds"));
            return;
        }
        "pulled" => Outcome::Pulled { container: container(), result: Ok(ImageFacts::default()) },
        "unpullable" => Outcome::Pulled {
            container: container(),
            result: Err("CannotPullContainerError: not found".to_owned()),
        },
        "network" => Outcome::NetworkAttached(Ok(())),
        "launched" => Outcome::Launched(Ok(())),
        "started" => Outcome::Started {
            container: container(),
            result: Ok(Started { runtime_id: "r".to_owned(), at: *now }),
        },
        "checked" => Outcome::Checked { container: container(), is_success: words[2] == "good" },
        "signalled" => Outcome::Signalled { container: container(), is_kill: words[2] == "kill" },
        "exited" => Outcome::Exited {
            container: container(),
            code: words[2].parse().expect("a code"),
            is_out_of_memory: words.get(3) == Some(&"memory"),
            at: *now,
        },
        "lost" => Outcome::Lost,
        "removed" => Outcome::Removed,
        "shipped" => Outcome::ShippedAll { container: container() },
        other => panic!("nothing called `{other}` happens"),
    };
    observed.apply(assignment, outcome, *now);
}

#[test]
fn a_task_runs_and_is_stopped() {
    play(
        "web essential stop=2",
        &[
            "network, pulled web",
            "launched",
            "started web",
            "stop",
            "signalled web term",
            "time 1",
            "time 1",
            "signalled web kill",
            "exited web 137",
            "removed",
            "released",
            "shipped web",
        ],
        &expect![[r#"
            begin -> PENDING: network, launch, pull web
            network, pulled web -> ACTIVATING: launch
            launched -> ACTIVATING: start web
            started web -> RUNNING: 
            stop -> STOPPING: stop web
            signalled web term -> STOPPING: 
            time 1 -> STOPPING: 
            time 1 -> STOPPING: kill web
            signalled web kill -> STOPPING: 
            exited web 137 -> DEPROVISIONING: remove
            removed -> STOPPED: 
            released -> STOPPED: 
            shipped web -> STOPPED: forget
        "#]],
    );
}

#[test]
fn an_image_that_cannot_be_pulled_ends_the_task() {
    play(
        "web essential",
        &["network", "launched, unpullable web", "removed", "released"],
        &expect![[r#"
            begin -> PENDING: network, launch, pull web
            network -> PENDING: launch, pull web
            launched, unpullable web -> DEPROVISIONING: remove
            removed -> STOPPED: 
            released -> STOPPED: forget
            TaskFailedToStart: CannotPullContainerError: not found
        "#]],
    );
}

#[test]
fn an_essential_container_takes_the_others_with_it() {
    play(
        "web essential\nside",
        &[
            "network, launched, pulled web, pulled side",
            "started web, started side",
            "exited side 0",
            "exited web 1",
        ],
        &expect![[r#"
            begin -> PENDING: network, launch, pull web, pull side
            network, launched, pulled web, pulled side -> ACTIVATING: start web, start side
            started web, started side -> RUNNING: 
            exited side 0 -> RUNNING: 
            exited web 1 -> DEPROVISIONING: remove
            EssentialContainerExited: Essential container in task exited
        "#]],
    );
}

#[test]
fn containers_start_in_order_and_stop_in_reverse() {
    play(
        "init\ndata checked essential after=init:Success\nweb essential after=data:Healthy",
        &[
            "network, launched, pulled init, pulled data, pulled web",
            "started init",
            "exited init 0",
            "started data",
            "checked data bad",
            "time 5, checked data good",
            "started web",
            "stop",
            "signalled web term, exited web 0",
        ],
        &expect![[r#"
            begin -> PENDING: network, launch, pull init, pull data, pull web
            network, launched, pulled init, pulled data, pulled web -> ACTIVATING: start init
            started init -> ACTIVATING: 
            exited init 0 -> ACTIVATING: start data
            started data -> ACTIVATING: check data
            checked data bad -> ACTIVATING: 
            time 5, checked data good -> ACTIVATING: start web
            started web -> RUNNING: 
            stop -> STOPPING: stop web
            signalled web term, exited web 0 -> STOPPING: stop data
        "#]],
    );
}

#[test]
fn a_dependency_that_cannot_be_met_ends_the_task() {
    play(
        "init\nweb essential after=init:Success",
        &["network, launched, pulled init, pulled web", "started init", "exited init 3"],
        &expect![[r#"
            begin -> PENDING: network, launch, pull init, pull web
            network, launched, pulled init, pulled web -> ACTIVATING: start init
            started init -> ACTIVATING: 
            exited init 3 -> DEPROVISIONING: remove
            TaskFailedToStart: Dependency init of container web did not meet its condition
        "#]],
    );
}

#[test]
fn a_dependency_is_not_waited_for_beyond_its_start_timeout() {
    play(
        "init start=10\nweb essential after=init:Complete",
        &["network, launched, pulled init, pulled web", "started init", "time 9", "time 1"],
        &expect![[r#"
            begin -> PENDING: network, launch, pull init, pull web
            network, launched, pulled init, pulled web -> ACTIVATING: start init
            started init -> ACTIVATING: 
            time 9 -> ACTIVATING: 
            time 1 -> STOPPING: stop init
            TaskFailedToStart: Container init did not reach its condition within its start timeout
        "#]],
    );
}

#[test]
fn a_lost_shim_ends_the_task() {
    play(
        "web essential",
        &["network, launched, pulled web", "started web", "lost"],
        &expect![[r#"
            begin -> PENDING: network, launch, pull web
            network, launched, pulled web -> ACTIVATING: start web
            started web -> RUNNING: 
            lost -> DEPROVISIONING: remove
            EssentialContainerExited: Essential container in task exited
        "#]],
    );
}

#[test]
fn memory_is_named_where_it_was_the_reason() {
    let assignment = assignment("web essential");
    let mut observed = Observed::new(&assignment);
    for event in ["started web", "exited web 137 memory"] {
        let mut now = Timestamp::EPOCH;
        happen(event, (&mut assignment.clone(), &mut observed), &mut now);
    }
    let reason = report(&assignment, &observed).containers[0].reason.clone();
    let expected = "OutOfMemoryError: Container killed due to memory usage";
    assert_eq!(reason.as_deref(), Some(expected));
}
