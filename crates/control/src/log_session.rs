//! A log shipper's session: batches come in, and are answered when they are durable.

use link::Link;
use model::session::{LogAnswer, LogBatch};
use observe::Ingested;

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    mut link: Link<LogBatch, LogAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    while let Some(batch) = link.receive().await? {
        let (group, stream) = (batch.group.clone(), batch.stream.clone());
        let answer = match state.logs.ingest(batch, state.clock.now()).await {
            Ok(Ingested::Stored | Ingested::Repeated) => LogAnswer::Stored,
            Ok(Ingested::Misplaced { resume_from }) => LogAnswer::Resume { from: resume_from },
            // Not the batch's fault: without an answer it comes again.
            Err(error) if error.is_retryable() => return Err(SessionError::Logs(error)),
            Err(error) => {
                tracing::warn!(group, stream, %error, "lines are refused");
                LogAnswer::Refused { reason: error.to_string() }
            }
        };
        link.send(&answer).await?;
    }
    Ok(())
}
