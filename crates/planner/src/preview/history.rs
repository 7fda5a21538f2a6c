//! How long things lately took, read off the records that are there.

use std::time::Duration;

use model::{ServiceKey, Snapshot, TaskState};

use super::Assumptions;

/// Where nothing was seen yet.
const START_DEFAULT: Duration = Duration::from_millis(500);
const HEALTH_DEFAULT: Duration = Duration::from_millis(200);
const STOP_DEFAULT: Duration = Duration::from_millis(200);

/// What tasks of the service lately did, or of any service where it had none.
pub fn assumptions(snapshot: &Snapshot, key: &ServiceKey, failing_tasks: u32) -> Assumptions {
    let of = |durations: fn(&Snapshot, Option<&ServiceKey>) -> Vec<Duration>, default| {
        let own = durations(snapshot, Some(key));
        let seen = if own.is_empty() { durations(snapshot, None) } else { own };
        median(seen).unwrap_or(default)
    };
    Assumptions {
        start: of(starts, START_DEFAULT),
        health: of(healths, HEALTH_DEFAULT),
        stop: of(stops, STOP_DEFAULT),
        failing_tasks,
    }
}

fn starts(snapshot: &Snapshot, key: Option<&ServiceKey>) -> Vec<Duration> {
    let tasks = snapshot.tasks.all().filter(|task| is_of(task.service_key().as_ref(), key));
    tasks.filter_map(|task| Some(task.started_at?.since(task.created_at))).collect()
}

fn healths(snapshot: &Snapshot, key: Option<&ServiceKey>) -> Vec<Duration> {
    let targets = snapshot.targets.all().filter(|target| {
        let task = target.task.as_ref().and_then(|task| snapshot.task(task));
        is_of(task.and_then(|task| task.service_key()).as_ref(), key)
    });
    targets.filter_map(|target| Some(target.healthy_at?.since(target.registered_at))).collect()
}

fn stops(snapshot: &Snapshot, key: Option<&ServiceKey>) -> Vec<Duration> {
    let stopped = snapshot.tasks.all().filter(|task| {
        task.last_status == TaskState::Stopped && is_of(task.service_key().as_ref(), key)
    });
    stopped.filter_map(|task| Some(task.stopped_at?.since(task.stopping_at?))).collect()
}

fn is_of(service: Option<&ServiceKey>, wanted: Option<&ServiceKey>) -> bool {
    service.is_some() && (wanted.is_none() || service == wanted)
}

fn median(mut durations: Vec<Duration>) -> Option<Duration> {
    durations.sort_unstable();
    durations.get(durations.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_one_counts() {
        let seconds = |all: &[u64]| median(all.iter().map(|s| Duration::from_secs(*s)).collect());
        assert_eq!(seconds(&[]), None);
        assert_eq!(seconds(&[7]), Some(Duration::from_secs(7)));
        assert_eq!(seconds(&[9, 1, 5]), Some(Duration::from_secs(5)));
    }
}
