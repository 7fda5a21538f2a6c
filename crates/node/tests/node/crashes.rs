//! Nodes that are killed in the middle of every effect, and started again.

use model::{StopCode, TaskState};

use crate::setting::{Setting, exit_code, expect_nothing_left, running, stopping, task};

/// Kills the node at this point of a task's beginning; the next one brings the task up.
async fn killed_while_starting(point: &str) {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.host.hold(point);
    setting.start_node().await;
    let mut session = control.session().await;
    let web = task("t", "web logged");
    session.desire(std::slice::from_ref(&web)).await;
    setting.host.reached(point).await;
    setting.kill_node().await;
    setting.host.let_go(point);

    setting.start_node().await;
    let mut session = control.session().await;
    session.desire(std::slice::from_ref(&web)).await;
    session.until("t", TaskState::Running).await;
    setting.host.write("t", "web", "one");
    session.change(stopping(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(143), "{point}");
    let starts = setting.host.look(|table| table.tasks["t"].containers["web"].starts);
    assert_eq!(starts, 1, "{point}");
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["one"], "{point}");
}

#[tokio::test]
async fn a_task_that_was_starting_comes_up_once() {
    for point in [
        "before pull web:1",
        "after pull web:1",
        "before network t",
        "after network t",
        "before launch t",
        "after launch t",
        "before start web",
        "after start web",
    ] {
        killed_while_starting(point).await;
    }
}

/// Kills the node at this point of a task's end; the next one brings it to its end.
async fn killed_while_stopping(point: &str) {
    let web = task("t", "web logged stop=0");
    let (mut setting, mut control, mut session) = running(&web).await;
    setting.host.change(|table| table.is_stubborn = true);
    setting.host.write("t", "web", "one");
    setting.host.hold(point);
    session.change(stopping(&web)).await;
    setting.host.reached(point).await;
    setting.kill_node().await;
    setting.host.let_go(point);
    setting.host.change(|table| table.is_stubborn = false);

    setting.start_node().await;
    let mut session = control.session().await;
    session.desire(&[stopping(&web)]).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert!(matches!(exit_code(&stopped), Some(137 | 143)), "{point}: {stopped:?}");
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["one"], "{point}");
}

#[tokio::test]
async fn a_task_that_was_stopping_is_stopped() {
    for point in [
        "before stop web",
        "after stop web",
        "before kill web",
        "after kill web",
        "before remove t",
        "after remove t",
    ] {
        killed_while_stopping(point).await;
    }
}

#[tokio::test]
async fn a_task_that_was_being_forgotten_is_forgotten() {
    for point in ["before forget t", "after forget t"] {
        let web = task("t", "web");
        let (mut setting, mut control, mut session) = running(&web).await;
        session.change(stopping(&web)).await;
        session.until("t", TaskState::Stopped).await;
        setting.host.hold(point);
        session.remove(&web).await;
        setting.host.reached(point).await;
        setting.kill_node().await;
        setting.host.let_go(point);
        setting.start_node().await;
        let mut session = control.session().await;
        expect_nothing_left(&setting, &mut session, &web).await;
    }
}

#[tokio::test]
async fn a_container_whose_start_was_not_written_down_is_stopped_with_its_time() {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.host.hold("after start web");
    setting.start_node().await;
    let mut session = control.session().await;
    let web = task("t", "web");
    session.desire(std::slice::from_ref(&web)).await;
    setting.host.reached("after start web").await;
    setting.kill_node().await;

    setting.start_node().await;
    let mut session = control.session().await;
    // It is told to stop before it could start the container again.
    session.desire(&[stopping(&web)]).await;
    setting.host.let_go("after start web");
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(143), "SIGTERM came first");
}

#[tokio::test]
async fn what_ended_while_no_node_was_there_is_told() {
    let web = task("t", "web logged");
    let (mut setting, mut control, _session) = running(&web).await;
    setting.kill_node().await;
    setting.host.write("t", "web", "last words");
    setting.host.exit("t", "web", 3);
    let ended_at = setting.host.look(|table| table.now);
    setting.host.advance(60);
    setting.start_node().await;
    let mut session = control.session().await;
    session.desire(std::slice::from_ref(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(3));
    assert_eq!(stopped.execution_stopped_at, Some(ended_at), "when it was, not when it was seen");
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["last words"]);
}

#[tokio::test]
async fn a_task_that_ended_unheard_is_not_run_again() {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.host.hold("before start web");
    setting.start_node().await;
    let mut session = control.session().await;
    let web = task("t", "web");
    session.desire(std::slice::from_ref(&web)).await;
    setting.host.reached("before start web").await;
    drop((session, control));
    setting.host.let_go("before start web");
    setting.host.until(|table| table.is_running("t", "web")).await;
    setting.host.exit("t", "web", 0);
    setting.host.until(|table| table.times("remove t") == 1).await;
    setting.kill_node().await;
    setting.start_node().await;

    let mut control = setting.control();
    let mut session = control.session().await;
    // All that control knows is that the task was assigned.
    session.desire(std::slice::from_ref(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(0));
    assert_eq!(setting.host.look(|table| table.times("start web")), 1);
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn a_task_that_a_lost_host_had_begun_is_ended_not_run() {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    let mut web = task("t", "web");
    web.is_begun = true;
    session.desire(std::slice::from_ref(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(stopped.stop_code, Some(StopCode::TerminationNotice));
    assert_eq!(setting.host.look(|table| table.times("start web")), 0);
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn what_nobody_holds_is_removed_at_the_start() {
    let web = task("t", "web");
    let (mut setting, _control, _session) = running(&web).await;
    setting.host.change(|table| {
        table.tasks.entry("stale".to_owned()).or_default();
    });
    setting.kill_node().await;
    setting.start_node().await;
    let left = setting.host.look(|table| table.tasks.keys().cloned().collect::<Vec<_>>());
    assert_eq!(left, ["t"]);
}
