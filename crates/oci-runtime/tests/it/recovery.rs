//! The node goes away and comes back; the shim goes away and does not.

use std::fs;

use oci_runtime::logs::Position;
use oci_runtime::{Attached, Error, EventKind, Phase, Signal, attach, cleanup, launch, list};
use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};

use crate::support::{SHIM, TestTask, name};

/// Kills the task's shim and waits until it is gone.
async fn kill_shim(task: &TestTask) {
    let pid = task.handle.state().await.expect("a state").shim_pid;
    let pid = Pid::from_raw(pid.cast_signed()).expect("a process id");
    let process = pidfd_open(pid, PidfdFlags::empty()).expect("the shim lives");
    pidfd_send_signal(&process, rustix::process::Signal::KILL).expect("it is ours");
    let mut ended = [PollFd::new(&process, PollFlags::IN)];
    rustix::event::poll(&mut ended, None).expect("its end");
}

#[tokio::test]
async fn a_task_is_found_again_with_what_happened_meanwhile() {
    let task = TestTask::new().await;
    let line = "trap 'echo after; exit 5' TERM; echo before; while :; do sleep 0.02; done";
    let web = task.start(task.shell("web", line)).await;
    task.written(&web, "before").await;
    let seen = task.handle.state().await.expect("a state").event_sequence;
    let mut reader = task.handle.log_reader(&web, Position::default());
    assert_eq!(reader.read().expect("a readable log").lines.len(), 1);
    let position = reader.position();
    task.handle.stop(&web).await.expect("a signal sent");
    task.exit(&web).await;

    let tasks = list(task.task_dir().parent().expect("a directory of tasks")).expect("a list");
    assert_eq!(tasks, [task.task_dir()]);
    let Attached::Alive(again) = attach(&tasks[0]).await.expect("found") else {
        panic!("the shim lives")
    };
    let mut events = again.events(seen).await.expect("events");
    let event = events.next().await.expect("an event").expect("one is there");
    assert_eq!((event.kind, event.sequence), (EventKind::Exited, seen + 1));
    let lines = again.log_reader(&web, position).read().expect("a readable log").lines;
    assert_eq!(lines.len(), 1, "neither lost nor doubled");
    assert_eq!(lines[0].bytes, b"after");

    let relaunched = launch(again.bundle().clone(), SHIM.as_ref()).await.expect("found");
    assert_eq!(relaunched.state().await.expect("a state"), again.state().await.expect("a state"));
    again.shutdown().await.expect("shut down");
    let Attached::Finished { journal, .. } = attach(&tasks[0]).await.expect("found") else {
        panic!("the shim has finished")
    };
    assert!(journal.is_finished);
}

#[tokio::test]
async fn a_dead_shims_containers_are_found_and_removed() {
    let task = TestTask::new().await;
    let web = task.start(task.shell("web", "echo up; sleep 1000 & sleep 1000")).await;
    task.run(task.shell("done", "exit 6")).await;
    task.written(&web, "up").await;
    let Phase::Running { pid, .. } = task.phase(&web).await else { panic!("it runs") };
    kill_shim(&task).await;

    let error = task.handle.state().await.expect_err("nobody answers");
    assert!(matches!(error, Error::ShimGone), "{error}");
    let Attached::Dead { journal, .. } = attach(task.task_dir()).await.expect("found") else {
        panic!("the shim is dead")
    };
    let containers = journal.expect("it kept a journal").containers;
    assert!(matches!(&containers[1].phase, Phase::Exited(exit) if exit.code == 6));
    assert!(fs::exists(format!("/proc/{pid}")).expect("proc"), "the container runs on");

    cleanup(task.task_dir()).await.expect("cleaned up");
    assert!(!fs::exists(format!("/proc/{pid}/exe")).expect("proc"), "the container is gone");
    task.assert_nothing_left();
    cleanup(task.task_dir()).await.expect("nothing to clean up");
    let Attached::Finished { journal, .. } = attach(task.task_dir()).await.expect("found") else {
        panic!("all is removed")
    };
    assert_eq!(journal.containers.len(), 2, "what was known is kept");
    let mut reader = task.handle.log_reader(&name("web"), Position::default());
    assert_eq!(reader.read().expect("a readable log").lines[0].bytes, b"up");
}

#[tokio::test]
async fn a_shim_that_was_killed_while_starting_is_cleaned_up_after() {
    let task = TestTask::new().await;
    let spec = task.shell("web", "sleep 1000");
    task.handle.create(spec).await.expect("created");
    let web = name("web");
    let (started, ()) = tokio::join!(task.handle.start(&web), kill_shim(&task));
    drop(started);
    cleanup(task.task_dir()).await.expect("cleaned up");
    task.assert_nothing_left();
}

#[tokio::test]
async fn a_shim_ignores_signals_meant_to_end_it() {
    let task = TestTask::new().await;
    let pid = task.handle.state().await.expect("a state").shim_pid;
    let raw = Pid::from_raw(pid.cast_signed()).expect("a process id");
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::HUP] {
        rustix::process::kill_process(raw, signal).expect("it is ours");
    }
    let (_, exit) = task.run(task.shell("web", "exit 2")).await;
    assert_eq!(exit.code, 2);
    assert_eq!(task.handle.state().await.expect("a state").shim_pid, pid);
}

#[tokio::test]
async fn a_line_that_is_no_request_is_refused() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let task = TestTask::new().await;
    let run_dir = fs::File::open(&task.handle.bundle().run_dir).expect("a directory");
    let path = format!("/proc/self/fd/{}/shim.sock", std::os::fd::AsRawFd::as_raw_fd(&run_dir));
    for line in ["nonsense\n", "{\"version\":99,\"request\":\"state\"}\n"] {
        let mut stream = tokio::net::UnixStream::connect(&path).await.expect("a shim");
        stream.write_all(line.as_bytes()).await.expect("written");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.contains("\"kind\":\"protocol\""), "{answer}");
    }
    task.handle.kill(&name("none"), Signal::KILL).await.expect_err("there is no such container");
}
