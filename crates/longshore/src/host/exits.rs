//! The ends of containers, as the shim tells them, or wrote them down.

use model::{TaskKey, Timestamp};
use node::Host as _;
use node::ports::ContainerExit;
use oci_runtime::{Error, Phase, TaskHandle, TaskStatus};

use super::shim::Found;
use super::{RETRY_PAUSE, RealHost};

/// Asks for the state, then waits for an event after it: what happened in between is not missed.
pub(super) async fn next(host: &RealHost, task: &TaskKey, seen: &[String]) -> ContainerExit {
    loop {
        let outcome = match host.find(task).await {
            Ok(Found::Alive(handle)) => watch(&handle, seen).await,
            Ok(Found::Gone { journal, .. }) => {
                let told = journal.and_then(|journal| first_unseen(&journal, seen));
                return told.unwrap_or(ContainerExit::Lost);
            }
            Ok(Found::Nothing) => return ContainerExit::Lost,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(Some(exit)) => return exit,
            Ok(None) => {}
            // Looked for again, it is found to be gone, or there after all.
            Err(Error::ShimGone) => host.held.lose(&task.id),
            Err(error) => {
                tracing::warn!(task = task.id, %error, "a task's containers cannot be watched");
                host.wait_until(host.now() + RETRY_PAUSE).await;
            }
        }
    }
}

/// The next end, or `None` after something else happened.
async fn watch(handle: &TaskHandle, seen: &[String]) -> Result<Option<ContainerExit>, Error> {
    let status = handle.state().await?;
    if let Some(exit) = first_unseen(&status, seen) {
        return Ok(Some(exit));
    }
    let mut events = handle.events(status.event_sequence).await?;
    // Whatever it says, the state says it too, and whole.
    events.next().await?;
    Ok(None)
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
