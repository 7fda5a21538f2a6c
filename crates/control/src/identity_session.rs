//! Answers a node that asks for what a task is given by its roles: one question, one answer.

use link::Link;
use model::task_identity::{IdentityAnswer, IdentityRequest, Wanted};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    mut link: Link<IdentityRequest, IdentityAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let Some(request) = link.receive().await? else { return Ok(()) };
    if !state.node_key.is_same(&request.key) {
        return Err(SessionError::WrongKey);
    }
    let of = (request.node.as_str(), &request.task);
    let answer = match request.wanted {
        Wanted::Start => state
            .api
            .start_values(of, state.clock.now())
            .map(|values| IdentityAnswer::Start(Box::new(values))),
        Wanted::Credentials => {
            let given = state.api.task_credentials(of, state.clock.now());
            given.map(|given| IdentityAnswer::Credentials(Box::new(given)))
        }
    };
    let answer = answer.unwrap_or_else(|reason| {
        tracing::warn!(task = request.task.id, reason, "a task is refused what it asks for");
        IdentityAnswer::Refused { reason }
    });
    Ok(link.send(&answer).await?)
}
