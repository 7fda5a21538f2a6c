//! Control that comes, goes, comes back, or does not listen.

use std::net::Ipv4Addr;

use model::TaskState;
use model::session::{Assignment, DeniedTraffic, NameRecord};

use crate::setting::{Setting, exit_code, expect_nothing_left, running, stopping, task};

#[tokio::test]
async fn a_task_goes_on_without_control_and_is_told_of_afterwards() {
    let web = task("t", "web logged");
    let (setting, control, session) = running(&web).await;
    drop((session, control));
    setting.host.write("t", "web", "unheard");
    setting.host.exit("t", "web", 4);
    setting.host.until(|table| table.times("remove t") == 1).await;
    let mut control = setting.control();
    let mut session = control.session().await;
    session.desire(std::slice::from_ref(&web)).await;
    let stopped = session.until("t", TaskState::Stopped).await;
    assert_eq!(exit_code(&stopped), Some(4));
    expect_nothing_left(&setting, &mut session, &web).await;
    assert_eq!(setting.lines("p/web/t"), ["unheard"]);
    assert_eq!(setting.host.look(|table| table.times("start web")), 1);
}

#[tokio::test]
async fn every_session_hears_of_every_task() {
    let (web, job) = (task("t", "web"), task("u", "job"));
    let (setting, mut control, mut session) = running(&web).await;
    session.change(job.clone()).await;
    session.until("u", TaskState::Running).await;
    for _ in 0..3 {
        drop(session);
        session = control.session().await;
        // Reports wait for nothing that control says.
        let mut heard = [session.next().await, session.next().await];
        heard.sort_by(|one, other| one.task.id.cmp(&other.task.id));
        assert_eq!(heard.each_ref().map(|report| report.task.id.as_str()), ["t", "u"]);
        assert!(heard.iter().all(|report| report.last_status == TaskState::Running));
        session.desire(&[web.clone(), job.clone()]).await;
    }
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Stopped).await;
    expect_nothing_left_of_one(&setting, &mut session).await;
}

async fn expect_nothing_left_of_one(setting: &Setting, session: &mut crate::fake_control::Session) {
    session.remove(&task("t", "web")).await;
    setting.host.until(|table| table.times("forget t") == 1).await;
    assert!(setting.host.look(|table| table.is_running("u", "job")));
}

#[tokio::test]
async fn control_hears_when_nothing_is_left_of_what_it_dropped() {
    let web = task("t", "web logged");
    let (setting, _control, mut session) = running(&web).await;
    session.until_settled(1).await;
    session.change(task("u", "job")).await;
    session.until_settled(2).await;
    setting.host.write("t", "web", "the last word");
    session.remove(&web).await;
    session.until_settled(3).await;
    assert_eq!(setting.host.look(|table| table.times("forget t")), 1);
    assert_eq!(setting.lines("p/web/t"), ["the last word"]);
    assert!(setting.host.look(|table| table.is_running("u", "job")));
}

/// Reading takes its time, and nothing else waits for it.
#[tokio::test]
async fn control_is_told_what_was_denied_when_it_asks() {
    let web = task("t", "web");
    let (setting, _control, mut session) = running(&web).await;
    let denied = DeniedTraffic {
        source: Ipv4Addr::new(10, 0, 0, 1),
        destination: Ipv4Addr::new(10, 0, 0, 2),
        protocol: 6,
        port: Some(443),
        packets: 3,
    };
    setting.host.change(|table| table.denied = vec![denied.clone()]);
    assert_eq!(session.denied().await, Ok(vec![denied]));
    setting.host.hold("denied");
    session.ask_denied().await;
    setting.host.reached("denied").await;
    session.change(task("u", "job")).await;
    session.until("u", TaskState::Running).await;
    setting.host.let_go("denied");
}

/// What a session before had dropped counts in the next one.
#[tokio::test]
async fn a_new_session_hears_of_what_is_left_from_the_last() {
    let web = task("t", "web");
    let (setting, mut control, mut session) = running(&web).await;
    session.remove(&web).await;
    drop(session);
    let mut session = control.session().await;
    session.desire(&[]).await;
    session.until_settled(1).await;
    assert_eq!(setting.host.look(|table| table.times("forget t")), 1);
}

#[tokio::test]
async fn an_older_generation_is_not_followed() {
    let web = task("t", "web");
    let (setting, _control, mut session) = running(&web).await;
    session.change(stopping(&web)).await;
    session.until("t", TaskState::Stopping).await;
    session.desire(std::slice::from_ref(&web)).await;
    session.until("t", TaskState::Stopped).await;
    assert_eq!(setting.host.look(|table| table.times("start web")), 1);
}

/// That its targets are gone changes nothing in a task's record.
#[tokio::test]
async fn a_stop_of_the_generation_that_a_session_began_with_is_followed() {
    let web = task("t", "web");
    let (_setting, mut control, session) = running(&web).await;
    drop(session);
    let mut session = control.session().await;
    let draining = Assignment { generation: web.generation + 1, ..web.clone() };
    session.desire(std::slice::from_ref(&draining)).await;
    session.change(Assignment { is_stopping: true, ..draining }).await;
    session.until("t", TaskState::Stopped).await;
}

#[tokio::test]
async fn control_that_does_not_listen_holds_up_no_task() {
    // More to tell than a socket takes.
    const TASKS: usize = 250;
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    let all: Vec<_> = (0..TASKS).map(|index| task(&format!("t{index}"), "web")).collect();
    session.desire(&all).await;
    setting.host.until(|table| table.times("start web") == TASKS).await;
    for index in 0..TASKS {
        setting.host.exit(&format!("t{index}"), "web", 0);
    }
    setting.host.until(|table| table.tasks.values().all(|task| !task.is_shim_alive)).await;
    let mut stopped = 0;
    while stopped < TASKS {
        stopped += usize::from(session.next().await.last_status == TaskState::Stopped);
    }
    // Most had nothing to tell but their end.
    assert!(session.heard.len() < 4 * TASKS, "{} reports", session.heard.len());
}

#[tokio::test]
async fn names_can_be_looked_up_before_control_says_them_again() {
    let mut setting = Setting::new();
    let mut control = setting.control();
    setting.start_node().await;
    let mut session = control.session().await;
    let addresses = vec![Ipv4Addr::new(172, 31, 0, 9)];
    let names = vec![NameRecord { name: "web.elb.localhost".to_owned(), addresses }];
    session.desire_with(&[], names.clone()).await;
    setting.host.until(|table| table.names == names).await;
    setting.kill_node().await;
    drop((session, control));
    setting.host.change(|table| table.names.clear());
    setting.start_node().await;
    assert_eq!(setting.host.look(|table| table.names.clone()), names);
}
