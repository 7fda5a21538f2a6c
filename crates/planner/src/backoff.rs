//! How long to wait before another try, when a service's tasks do not stay up.
//!
//! The count is not stored: it is read off the stopped tasks, so that it is right
//! after any crash and any lost event.
//
// COMPAT: that launches are throttled, and the event's wording, are the ECS Developer
// Guide's ("Amazon ECS service throttle logic"). The delays are shorter than AWS's,
// whose scale Longshore does not have.

use std::time::Duration;

use model::{Entry, ServiceRevision, Snapshot, StopCode, Task, TaskState, Timestamp};

/// A task that stops within this of its start did not stay up.
const STAY_UP_MIN: Duration = Duration::from_secs(30);

const DELAY_FIRST: Duration = Duration::from_secs(1);
const DELAY_MAX: Duration = Duration::from_mins(2);

/// From this round on, the service says that it cannot start tasks.
pub const ROUNDS_UNTIL_EVENT: u32 = 3;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// Tasks of this revision that did not stay up, since the last that did.
    pub failed_tasks: u32,
    /// The same in rounds of the desired count.
    pub rounds: u32,
    /// No task is to be started before this.
    pub retry_at: Option<Timestamp>,
}

/// The back-off of a revision, given the start of its youngest healthy task.
pub fn backoff(
    snapshot: &Snapshot,
    revision: &ServiceRevision,
    desired_count: u32,
    last_success: Option<Timestamp>,
) -> Backoff {
    let (mut failed_tasks, mut last) = (0_u32, None);
    for at in failures(snapshot, revision, last_success) {
        failed_tasks += 1;
        last = last.max(Some(at));
    }
    let rounds = failed_tasks.div_ceil(desired_count.max(1));
    let retry_at = last.map(|last| last + delay(rounds));
    Backoff { failed_tasks, rounds, retry_at }
}

/// When tasks of a revision ended that were never of any use, after `since`.
pub fn failures<'a>(
    snapshot: &'a Snapshot,
    revision: &'a ServiceRevision,
    since: Option<Timestamp>,
) -> impl Iterator<Item = Timestamp> + use<'a> {
    snapshot
        .tasks_of_service(&revision.service)
        .filter(|task| is_failed_start(task, revision))
        .filter_map(|task| task.stopped_at)
        .filter(move |at| since.is_none_or(|since| *at > since))
}

/// Nothing after the first round, then doubling to the maximum.
fn delay(rounds: u32) -> Duration {
    match rounds {
        0 | 1 => Duration::ZERO,
        _ => DELAY_FIRST.saturating_mul(1 << (rounds - 2).min(10)).min(DELAY_MAX),
    }
}

/// Whether a task of this revision ended before it was of any use, by its own doing.
fn is_failed_start(task: &Entry<Task>, revision: &ServiceRevision) -> bool {
    let is_of_revision =
        task.service.as_ref().is_some_and(|service| service.revision == revision.id);
    if !is_of_revision || task.last_status != TaskState::Stopped {
        return false;
    }
    match task.stop_code {
        Some(StopCode::TaskFailedToStart) => true,
        Some(StopCode::EssentialContainerExited) => {
            let end = task.execution_stopped_at.or(task.stopping_at).or(task.stopped_at);
            match (task.started_at, end) {
                (Some(start), Some(end)) => end.since(start) < STAY_UP_MIN,
                _ => true,
            }
        }
        // What the scheduler stopped for its health says so in the reason.
        Some(StopCode::ServiceSchedulerInitiated) => {
            task.stopped_reason.as_ref().is_some_and(|reason| reason.starts_with("Task failed"))
        }
        Some(
            StopCode::UserInitiated | StopCode::SpotInterruption | StopCode::TerminationNotice,
        )
        | None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_to_its_maximum() {
        let seconds: Vec<u64> = (0..12).map(|rounds| delay(rounds).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 1, 2, 4, 8, 16, 32, 64, 120, 120, 120]);
    }
}
