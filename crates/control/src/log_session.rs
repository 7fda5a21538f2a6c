//! A log shipper's session: batches come in, and are answered when they are durable.

use link::Link;
use model::session::{LogAnswer, LogBatch};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    mut link: Link<LogBatch, LogAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    while let Some(batch) = link.receive().await? {
        let (group, stream) = (batch.group.clone(), batch.stream.clone());
        let answer = match state.logs.ingest(batch, state.clock.now()).await {
            Ok(_) => LogAnswer::Stored,
            Err(error) => {
                tracing::warn!(group, stream, %error, "lines are refused");
                LogAnswer::Refused { reason: error.to_string() }
            }
        };
        link.send(&answer).await?;
    }
    Ok(())
}
