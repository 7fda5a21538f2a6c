//! Ships containers' output to the log store, from where it was left.
//!
//! A batch is sent again until it is answered. It names the places in the output between
//! which its lines are; where the store has some of them already, it says where to go on.
//! So no line is lost and none is doubled, also when this process ends in between.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use link::{Link, LinkError};
use model::TaskKey;
use model::session::{AssignedContainer, LogAnswer, LogBatch, LogPosition};
use tokio::sync::mpsc;

use crate::observed::Outcome;
use crate::ports::{Host, LogChunk};

/// How long to wait before another try to reach control.
const RETRY_AFTER: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(crate) struct Shipper<H> {
    pub(crate) host: Arc<H>,
    pub(crate) control_socket: PathBuf,
    pub(crate) task: TaskKey,
    pub(crate) container: AssignedContainer,
    pub(crate) position: LogPosition,
    pub(crate) shipped: mpsc::Sender<Outcome>,
}

impl<H: Host> Shipper<H> {
    /// Runs until the container has ended and all of its output is stored.
    pub(crate) async fn run(mut self) {
        let name = self.container.definition.name.clone();
        let mut link = None;
        while let Some(chunk) = self.host.next_lines(&self.task, &name, self.position).await {
            let unstored = chunk.next;
            let next = match self.batch(chunk) {
                Some(batch) => match self.deliver(&mut link, &batch).await {
                    Some(stored) => stored,
                    None => return,
                },
                None => unstored,
            };
            self.position = next;
            self.host.release_lines(&self.task, &name, next).await;
            let outcome = Outcome::Shipped { container: name.clone(), position: next };
            if self.shipped.send(outcome).await.is_err() {
                return;
            }
        }
        // The runner may be gone; then the next one asks again.
        let _ = self.shipped.send(Outcome::ShippedAll { container: name }).await;
    }

    /// `None` for a container without a log configuration: its output goes nowhere.
    fn batch(&self, chunk: LogChunk) -> Option<LogBatch> {
        let logs = self.container.definition.log_configuration.as_ref()?;
        let name = &self.container.definition.name;
        let stream = logs.stream(name, &self.container.id, &self.task.id);
        Some(LogBatch {
            account: self.task.scope.account.clone(),
            region: logs.region.clone(),
            group: logs.group.clone(),
            stream,
            is_group_created: logs.is_group_created,
            from: self.position,
            to: chunk.next,
            lines: chunk.lines,
        })
    }

    /// Waits a while, unless the task's runner has ended meanwhile.
    async fn is_runner_gone(&self) -> bool {
        tokio::time::timeout(RETRY_AFTER, self.shipped.closed()).await.is_ok()
    }

    /// Sends until it is answered, and says where to go on; `None` where the runner ended
    /// before.
    async fn deliver(
        &self,
        link: &mut Option<Link<LogAnswer, LogBatch>>,
        batch: &LogBatch,
    ) -> Option<LogPosition> {
        loop {
            let mut open = match link.take() {
                Some(open) => open,
                None => match link::connect(&self.control_socket, "/logs").await {
                    Ok(open) => open,
                    Err(_) if self.is_runner_gone().await => return None,
                    Err(_) => continue,
                },
            };
            let next = match exchange(&mut open, batch).await {
                Ok(Some(LogAnswer::Stored)) => batch.to,
                Ok(Some(LogAnswer::Resume { from })) => from,
                Ok(Some(LogAnswer::Refused { reason })) => {
                    tracing::warn!(task = self.task.id, reason, "output is not stored");
                    batch.to
                }
                Ok(None) | Err(_) if self.is_runner_gone().await => return None,
                Ok(None) | Err(_) => continue,
            };
            *link = Some(open);
            return Some(next);
        }
    }
}

async fn exchange(
    link: &mut Link<LogAnswer, LogBatch>,
    batch: &LogBatch,
) -> Result<Option<LogAnswer>, LinkError> {
    link.send(batch).await?;
    link.receive().await
}

#[cfg(test)]
mod tests;
