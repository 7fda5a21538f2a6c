//! Tells somebody how a service's deployment goes, at every change, until it has ended.
//!
//! INVARIANT: nothing is asked for again and again: commits wake it.

use link::Link;
use model::session::{WatchAnswer, WatchRequest};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    link: Link<WatchRequest, WatchAnswer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let (mut sender, mut receiver) = link.split();
    let Some(request) = receiver.receive().await? else { return Ok(()) };
    let mut watcher = state.store.watch();
    let mut said = None;
    loop {
        let now = state.clock.now();
        let seen = planner::watch::view(&state.store.snapshot(), &request.service, now);
        let Some(view) = seen else {
            let reason = format!("there is no service `{}`", request.service.arn());
            return Ok(sender.send(&WatchAnswer::Refused { reason }).await?);
        };
        let is_final = view.is_final;
        if said.as_ref() != Some(&view) {
            said = Some(view.clone());
            sender.send(&WatchAnswer::Deployment(Box::new(view))).await?;
        }
        if is_final {
            return Ok(sender.send(&WatchAnswer::End).await?);
        }
        tokio::select! {
            changed = watcher.changed() => {
                if changed.is_err() {
                    return Ok(());
                }
            }
            // It has nothing more to say, so it is gone.
            _ = receiver.receive() => return Ok(()),
        }
    }
}
