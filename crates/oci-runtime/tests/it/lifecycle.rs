//! Start, end, signals, commands, and how failures are told.

use std::time::{Duration, Instant};

use oci_runtime::{ExecOutcome, FailureKind, Network, Phase, Signal, TaskLimits};

use crate::support::{SHIM, TestTask, exec_spec, field, name};

#[tokio::test]
async fn exit_codes_and_signals_are_kept() {
    let task = TestTask::new().await;
    for (container, line, code) in [("zero", "true", 0), ("seven", "exit 7", 7)] {
        let (_, exit) = task.run(task.shell(container, line)).await;
        assert_eq!((exit.code, exit.signal), (code, None), "{container}");
        assert!(exit.finished_us >= exit.started_us && !exit.oom_killed);
    }
    let (text, _) = task.run(task.shell("mask", "cat /proc/self/status")).await;
    assert_eq!(field(&text, "SigBlk"), "0000000000000000", "the shim's own mask is not passed on");
}

#[tokio::test]
async fn a_signal_ends_a_container() {
    let task = TestTask::new().await;
    let spec =
        task.shell("web", "trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
    let web = task.start(spec).await;
    task.written(&web, "up").await;
    task.handle.stop(&web).await.expect("a signal sent");
    assert_eq!(task.exit(&web).await.code, 3);
    assert_eq!(task.text(&web).await, "up\nbye\n");

    let deaf = task.start(task.shell("deaf", "trap '' TERM; echo up; sleep 1000")).await;
    task.written(&deaf, "up").await;
    task.handle.kill(&deaf, Signal::TERM).await.expect("a signal sent");
    task.handle.kill(&deaf, Signal::KILL).await.expect("a signal sent");
    let exit = task.exit(&deaf).await;
    assert_eq!((exit.code, exit.signal), (137, Some(9)));
    task.handle.kill(&deaf, Signal::KILL).await.expect("no error for one that has ended");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let task = TestTask::new().await;
    let mut cases = vec![
        (task.spec("lost", &["no-such-command"]), FailureKind::CommandNotFound),
        (task.spec("missing", &["/no/such/command"]), FailureKind::CommandNotFound),
        (task.spec("text", &["/etc/passwd"]), FailureKind::PermissionDenied),
    ];
    let mut mount = task.shell("mount", "true");
    mount.mounts.push(oci_runtime::BindMount {
        source: "/no/such/source".into(),
        destination: "/data".to_owned(),
        access: oci_runtime::MountAccess::ReadOnly,
    });
    cases.push((mount, FailureKind::Mount));
    for (spec, kind) in cases {
        let name = spec.name.clone();
        task.handle.create(spec).await.expect("created");
        let error = task.handle.start(&name).await.expect_err("it cannot start");
        let reason = error.ecs_reason().expect("the container's own failure");
        assert!(reason.starts_with("CannotStartContainerError: OCI runtime create failed: "));
        let Phase::Failed(failure) = task.phase(&name).await else { panic!("not failed") };
        assert_eq!(failure.kind, kind, "{reason}");
        assert_eq!(task.text(&name).await, "", "the runtime's words are no output of {name}");
        task.handle.remove(&name).await.expect("removed");
    }
    let mut nobody = task.shell("nobody", "true");
    nobody.process.user = "nobody".to_owned();
    let error = task.handle.create(nobody).await.expect_err("there is no such user");
    assert_eq!(
        error.ecs_reason().expect("the container's own failure"),
        "CannotCreateContainerError: unable to find user nobody: \
         no matching entries in passwd file"
    );
}

#[tokio::test]
async fn requests_may_be_repeated() {
    let task = TestTask::new().await;
    let spec = || task.shell("web", "sleep 1000");
    let web = task.start(spec()).await;
    let again = task.start(spec()).await;
    assert_eq!(web, again);
    let error = task.handle.remove(&web).await.expect_err("it runs");
    assert!(matches!(error, oci_runtime::Error::Refused(f) if f.kind == FailureKind::WrongPhase));
    task.handle.kill(&web, Signal::KILL).await.expect("a signal sent");
    task.exit(&web).await;
    task.handle.remove(&web).await.expect("removed");
    task.handle.remove(&web).await.expect("removed already");
    task.handle.shutdown().await.expect("shut down");
    task.handle.shutdown().await.expect("shut down already");
    task.assert_nothing_left();
}

#[tokio::test]
async fn shutdown_leaves_nothing_whatever_runs() {
    let task = TestTask::new().await;
    task.start(task.shell("one", "sleep 1000 & sleep 1000")).await;
    task.start(task.shell("two", "exit 1")).await;
    task.handle.create(task.shell("three", "true")).await.expect("created");
    task.handle.shutdown().await.expect("shut down");
    task.assert_nothing_left();
}

#[tokio::test]
async fn commands_run_in_the_container() {
    let task = TestTask::new().await;
    let mut spec = task.shell("web", "sleep 1000");
    spec.process.environment = oci_runtime::Environment::new([("GREETING", "hello")]);
    let web = task.start(spec).await;
    let result = task.exec(&web, "echo $GREETING; cat /proc/1/cmdline; echo err >&2; exit 4").await;
    assert_eq!(result.outcome, ExecOutcome::Exited { code: 4 });
    assert_eq!(result.output, "hello\nsleep\u{0}1000\u{0}err\n");

    let result = task.exec(&web, "yes | head -c 100000").await;
    assert!(result.is_truncated && result.output.len() == 4096);

    let status = task.exec(&web, "cat /proc/self/status").await.output;
    assert!(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"), "{status}");

    let mut missing = exec_spec("", Duration::from_secs(30));
    missing.args = vec!["/no/such/check".to_owned()];
    let result = task.handle.exec(&web, missing).await.expect("an answer");
    let ExecOutcome::NotStarted(failure) = result.outcome else { panic!("{result:?}") };
    assert_eq!(failure.kind, FailureKind::CommandNotFound);
}

#[tokio::test]
async fn a_command_that_takes_too_long_is_killed_with_its_children() {
    let task = TestTask::new().await;
    let web = task.start(task.shell("web", "sleep 1000")).await;
    let begun = Instant::now();
    let spec = exec_spec("sleep 77 & sleep 78", Duration::from_millis(300));
    let result = task.handle.exec(&web, spec).await.expect("an answer");
    assert_eq!(result.outcome, ExecOutcome::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(20));
    let processes = task.exec(&web, "ps").await.output;
    assert!(!processes.contains("sleep 77") && !processes.contains("sleep 78"), "{processes}");
}

#[tokio::test]
async fn a_process_killed_for_memory_is_told_apart() {
    let task = TestTask::new().await;
    // A shell that remembers more and more.
    let hog = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done";
    let mut spec = task.shell("hog", hog);
    spec.resources.memory_limit_bytes = Some(16 << 20);
    let (_, exit) = task.run(spec).await;
    assert!(exit.oom_killed, "{exit:?}");
    assert_eq!(exit.code, 137);
}

#[tokio::test]
async fn the_tasks_memory_limit_holds_for_all_containers() {
    let limits = TaskLimits { memory_bytes: Some(16 << 20), ..TaskLimits::default() };
    let task = TestTask::with(limits, Network::Host).await;
    let hog = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done";
    let (_, exit) = task.run(task.shell("hog", hog)).await;
    assert!(exit.oom_killed, "{exit:?}");
}

#[tokio::test]
async fn init_reaps_orphans_and_passes_signals_on() {
    let task = TestTask::new().await;
    let line = "(sleep 0.01 & exec true); trap 'echo stopped; exit 9' TERM; echo up; \
                while :; do sleep 0.02; done";
    let mut spec = task.shell("web", line);
    spec.init = Some(SHIM.into());
    let web = task.start(spec).await;
    task.written(&web, "up").await;
    let zombies = "for i in 1 2 3 4 5 6 7 8 9; do ps -o stat,comm | grep -q '^Z' || exit 0; \
                   sleep 0.1; done; exit 1";
    let first = task.exec(&web, "cat /proc/1/cmdline").await.output;
    assert!(first.starts_with("/dev/longshore-init"), "{first}");
    let result = task.exec(&web, zombies).await;
    assert_eq!(result.outcome, ExecOutcome::Exited { code: 0 }, "{}", result.output);
    task.handle.stop(&web).await.expect("a signal sent");
    assert_eq!(task.exit(&web).await.code, 9);

    let mut lost = task.spec("lost", &["no-such-command"]);
    lost.init = Some(SHIM.into());
    let (text, exit) = task.run(lost).await;
    assert_eq!(exit.code, 127, "{text}");
    assert_eq!(task.phase(&name("lost")).await, Phase::Exited(exit));
}

/// Prints what a start takes, beside the runtime's own time; asserts nothing about speed.
#[tokio::test]
async fn many_containers_start() {
    let task = TestTask::new().await;
    let mut creates = Vec::new();
    let mut starts = Vec::new();
    for number in 0..20 {
        let spec = task.spec(&format!("c{number}"), &["/bin/true"]);
        let name = spec.name.clone();
        let begun = Instant::now();
        task.handle.create(spec).await.expect("created");
        creates.push(begun.elapsed());
        let created = Instant::now();
        task.handle.start(&name).await.expect("started");
        starts.push(created.elapsed());
        task.exit(&name).await;
        task.handle.remove(&name).await.expect("removed");
    }
    for (what, times) in [("create", &mut creates), ("start", &mut starts)] {
        times.sort();
        eprintln!("{what}: p50 {:?}, least {:?}", times[times.len() / 2], times[0]);
    }
    let pid = task.handle.state().await.expect("a state").shim_pid;
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("our child");
    let wanted =
        rollup.lines().filter(|line| line.starts_with("Private") || line.starts_with("Rss"));
    wanted.for_each(|line| eprintln!("{line}"));
}
