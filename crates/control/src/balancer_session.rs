//! A balancer's session: the configuration goes out, targets' states come in.

use link::Link;
use planner::route_config::{self, route_config};
use routing::session::{FromBalancer, ToBalancer};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

pub(crate) async fn run(
    mut link: Link<FromBalancer, ToBalancer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let mut watcher = state.store.watch();
    let snapshot = state.store.snapshot();
    let mut sent = route_config(&snapshot);
    let first = ToBalancer::Config { revision: snapshot.revision, config: sent.clone() };
    link.send(&first).await?;
    loop {
        tokio::select! {
            message = link.receive() => match message? {
                Some(message) => receive(state, message).await?,
                None => return Ok(()),
            },
            snapshot = watcher.changed() => {
                let snapshot = snapshot?;
                let config = route_config(&snapshot);
                if config != sent {
                    sent = config.clone();
                    let revision = snapshot.revision;
                    link.send(&ToBalancer::Config { revision, config }).await?;
                }
            }
        }
    }
}

/// Writes what a balancer saw of one target.
async fn receive(state: &SessionState, message: FromBalancer) -> Result<(), SessionError> {
    match &message {
        FromBalancer::Applied { .. } => return Ok(()),
        FromBalancer::BindFailed { address, reason } => {
            tracing::error!(%address, reason, "a load balancer does not listen");
        }
        FromBalancer::Bound { address } => {
            tracing::info!(%address, "a load balancer listens after all");
        }
        FromBalancer::Health(..) | FromBalancer::Drained(_) => {}
    }
    let done = state.store.transact(|snapshot| {
        let now = state.clock.now();
        Ok::<_, std::convert::Infallible>((route_config::heard(snapshot, &message, now), ()))
    });
    crate::node_session::committed(done.await)
}
