//! The ends of containers, as the shim tells them.

use model::{TaskKey, Timestamp};
use node::ports::ContainerExit;
use oci_runtime::{Phase, TaskStatus};

use super::RealHost;

/// Asks for the state, then waits for an event after it: what happened in between is not missed.
pub(super) async fn next(host: &RealHost, task: &TaskKey, seen: &[String]) -> ContainerExit {
    loop {
        let Ok(handle) = host.handle(task).await else { return ContainerExit::Lost };
        let status = match handle.state().await {
            Ok(status) => status,
            Err(oci_runtime::Error::Deadline) => continue,
            Err(_) => return ContainerExit::Lost,
        };
        if let Some(exit) = first_unseen(&status, seen) {
            return exit;
        }
        if let Ok(mut events) = handle.events(status.event_sequence).await {
            // Whatever it says, the state says it too, and whole.
            let _ = events.next().await;
        }
    }
}

fn first_unseen(status: &TaskStatus, seen: &[String]) -> Option<ContainerExit> {
    status.containers.iter().find_map(|container| {
        let name = container.name.as_str();
        if seen.iter().any(|known| known == name) {
            return None;
        }
        match &container.phase {
            Phase::Exited(exit) => Some(ContainerExit::Exited {
                container: name.to_owned(),
                code: exit.code,
                is_out_of_memory: exit.oom_killed,
                at: Timestamp::from_millis(exit.finished_us as i64 / 1000),
            }),
            Phase::Created | Phase::Starting | Phase::Running { .. } | Phase::Failed(_) => None,
        }
    })
}
