//! Tasks from their assignment to their end, on a node that stays up.

use std::time::Duration;

use model::{HealthStatus, StopCode, TaskState};

use crate::setting::{Setting, exit_code, expect_nothing_left, running, stopping, task};

#[tokio::test]
async fn a_task_is_run_stopped_and_forgotten() {
    let web = task("t", "web logged");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.write("t", "web", "one");
    setting.host.write("t", "web", "two");
    session.change(stopping(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!((exit_code(&stopped), stopped.stop_code), (Some(143), None));
    assert!(stopped.stopping_at.is_some() && stopped.execution_stopped_at.is_some());
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["one", "two"]);
    // The image may come at any time before the container starts.
    let (pulls, mut others): (Vec<_>, Vec<_>) = setting
        .host
        .look(|table| table.done.clone())
        .into_iter()
        .filter(|effect| effect != "collect images")
        .partition(|effect| effect.starts_with("pull"));
    assert_eq!(pulls, ["pull web:1"]);
    // What the container runs in is made all at once.
    others[..2].sort();
    let expected = ["launch t", "network t", "start web", "stop web", "remove t", "forget t"];
    assert_eq!(others, expected);
}

#[tokio::test]
async fn an_essential_container_that_ends_ends_the_task() {
    let two = task("t", "web\nside");
    let (setting, _control, mut session) = running(&two).await;
    setting.host.exit("t", "web", 1);
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(1));
    assert_eq!(stopped.stop_code, Some(StopCode::EssentialContainerExited));
    assert_eq!(setting.host.look(|table| table.times("stop side")), 1);
    expect_nothing_left(&setting, &mut session, &two).await;
}

#[tokio::test]
async fn an_image_that_is_missing_ends_the_task_before_it_runs() {
    let mut setting = Setting::new();
    setting.host.change(|table| table.missing_images.insert("web:1".to_owned()));
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    let web = task("t", "web");
    session.desire(std::slice::from_ref(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(stopped.stop_code, Some(StopCode::TaskFailedToStart));
    let reason = stopped.stopped_reason.as_deref();
    assert_eq!(reason, Some("CannotPullContainerError: web:1: not found"));
    assert_eq!(setting.host.look(|table| table.times("start web")), 0);
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn a_container_that_does_not_stop_is_killed_when_its_time_is_up() {
    let web = task("t", "web stop=7");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.change(|table| table.is_stubborn = true);
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Stopping).await;
    setting.host.until(|table| table.times("stop web") == 1).await;
    setting.host.advance(6);
    assert!(setting.host.look(|table| table.is_running("t", "web")));
    setting.host.advance(1);
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(137));
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn a_container_that_cannot_be_killed_is_removed() {
    let web = task("t", "web stop=0");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.change(|table| (table.is_stubborn, table.is_deaf_to_kill) = (true, true));
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Stopped).await;
    assert!(!setting.host.look(|table| table.is_running("t", "web")));
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn a_task_is_not_stopped_until_it_is_removed() {
    let web = task("t", "web");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.change(|table| table.removals_fail = 2);
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Deprovisioning).await;
    setting.host.advance_until(|table| table.times("remove t") == 2).await;
    assert!(setting.host.look(|table| table.tasks["t"].has_network));
    setting.host.advance_until(|table| table.times("remove t") == 3).await;
    session.until("t", TaskState::Stopped).await;
    assert_eq!(setting.host.look(|table| table.times("remove t")), 3);
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn a_shim_that_dies_takes_its_task_with_it_once() {
    let web = task("t", "web");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.hold("before remove t");
    setting.host.change(|table| {
        table.tasks.get_mut("t").expect("it runs").is_shim_alive = false;
    });
    setting.host.reached("before remove t").await;
    setting.host.let_go("before remove t");
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(137));
    assert_eq!(stopped.stop_code, Some(StopCode::EssentialContainerExited));
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn health_follows_the_checks_at_their_interval() {
    let web = task("t", "web checked");
    let (setting, _control, mut session) = running(&web).await;
    let healthy = session.next().await;
    assert_eq!(healthy.health_status, HealthStatus::Healthy);
    setting.host.change(|table| table.checks_fail = true);
    for checks in 2..=3 {
        setting.host.advance(4);
        assert_eq!(setting.host.look(|table| table.times("check web")), checks - 1);
        setting.host.advance(1);
        setting.host.until(|table| table.times("check web") == checks).await;
    }
    let unhealthy = session.next().await;
    assert_eq!(unhealthy.health_status, HealthStatus::Unhealthy);
}

#[tokio::test]
async fn a_task_that_control_drops_is_killed_at_once() {
    let web = task("t", "web logged");
    let (setting, _control, mut session) = running(&web).await;
    setting.host.change(|table| table.is_stubborn = true);
    setting.host.write("t", "web", "one");
    session.desire(&[]).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(137));
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["one"]);
}

#[tokio::test]
async fn a_task_that_is_stopped_while_it_pulls_does_not_wait_for_the_image() {
    let mut setting = Setting::new();
    setting.host.hold("before pull web:1");
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    let web = task("t", "web");
    session.desire(std::slice::from_ref(&web)).await;
    setting.host.reached("before pull web:1").await;
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Stopped).await;
    assert_eq!(setting.host.look(|table| table.times("start web")), 0);
    expect_nothing_left(&setting, &mut session, &web).await;
}

#[tokio::test]
async fn images_of_tasks_are_in_use_while_others_are_collected() {
    let (web, job) = (task("t", "web"), task("u", "job"));
    let (setting, _control, mut session) = running(&web).await;
    session.change(job.clone()).await;
    session.until("u", TaskState::Running).await;
    setting.host.exit("u", "job", 0);
    session.until("u", TaskState::Stopped).await;
    setting.host.hold("before collect images");
    session.remove(&job).await;
    setting.host.until(|table| table.times("forget u") == 1).await;
    let is_due = |table: &crate::fake_host::Table| table.has_reached("before collect images");
    setting.host.advance_until(is_due).await;
    // One at a time: what goes meanwhile is the next collection's.
    session.remove(&web).await;
    setting.host.until(|table| table.times("forget t") == 1).await;
    let before = setting.host.look(|table| table.collections.len());
    setting.host.let_go("before collect images");
    setting.host.until(|table| table.collections.len() == before + 1).await;
    setting.host.advance_until(|table| table.collections.len() == before + 2).await;
    let last = setting.host.look(|table| table.collections[before..].to_vec());
    let of = |images: &[&str]| images.iter().map(|image| (*image).to_owned()).collect();
    assert_eq!(last, [of(&["sha256:web:1"]), of(&[])]);
}

#[tokio::test]
async fn images_are_collected_again_when_the_host_says_so() {
    let mut setting = Setting::new();
    setting.host.change(|table| table.collect_again = Some(table.now + Duration::from_mins(1)));
    setting.start_node().await;
    setting.host.until(|table| table.collections.len() == 1).await;
    let asked_at = setting.host.look(|table| table.now);
    setting.host.advance_until(|table| table.collections.len() == 2).await;
    let waited = setting.host.look(|table| table.now).since(asked_at);
    assert!(waited >= Duration::from_mins(1), "{waited:?}");
}
