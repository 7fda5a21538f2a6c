//! A balancer's session: the configuration goes out, targets' states come in.

use link::Link;
use model::Plan;
use planner::route_config::{self, route_config};
use routing::session::{FromBalancer, ToBalancer};

use crate::node_session::SessionError;
use crate::sessions::SessionState;

/// The name under which sessions of the balancer are counted; nodes have theirs.
const PRESENCE: &str = "/balancer";

pub(crate) async fn run(
    mut link: Link<FromBalancer, ToBalancer>,
    state: &SessionState,
) -> Result<(), SessionError> {
    let session = state.presence.begin(PRESENCE);
    let mut watcher = state.store.watch();
    let snapshot = state.store.snapshot();
    let mut sent = route_config(&snapshot);
    let first = ToBalancer::Config { revision: snapshot.revision, config: sent.clone() };
    link.send(&first).await?;
    loop {
        tokio::select! {
            message = link.receive() => match message? {
                Some(message) => receive(state, session, message).await?,
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

/// Writes what a balancer saw of one target, unless a later session has begun: that one began
/// with everything, and this is old.
async fn receive(
    state: &SessionState,
    session: u64,
    message: FromBalancer,
) -> Result<(), SessionError> {
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
        let is_latest = state.presence.is_latest(PRESENCE, session);
        let now = state.clock.now();
        let plan =
            if is_latest { route_config::heard(snapshot, &message, now) } else { Plan::new() };
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    crate::node_session::committed(done.await)
}
