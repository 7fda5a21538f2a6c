//! Accepts the links of nodes, balancers and log shippers, and runs each in a task.

use std::sync::Arc;

use api::{Api, ReadObject};
use link::{Incoming, Listener};
use model::task_identity::SecretText;
use observe::Logs;
use store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::inquiries::Inquiries;
use crate::presence::Presence;
use crate::settled::Settled;
use crate::{
    balancer_session, identity_session, log_session, node_session, tail_session, watch_session,
};

/// What every session works on.
#[derive(Clone, Debug)]
pub struct SessionState {
    pub store: Store,
    pub logs: Logs,
    pub clock: Clock,
    /// Noted by the nodes' sessions.
    pub settled: Settled,
    pub presence: Presence,
    /// Answered by the nodes' sessions.
    pub inquiries: Inquiries,
    /// What tasks are given is decided there.
    pub api: Arc<Api>,
    /// Whence tasks' environment files are read.
    pub objects: Arc<dyn ReadObject>,
    /// Who does not have it is no node.
    pub node_key: SecretText,
}

/// Serves until `stop` is cancelled; then waits for no session: they are idempotent.
pub async fn serve_sessions(
    listener: Listener,
    state: SessionState,
    tracker: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let incoming = tokio::select! {
            incoming = listener.incoming() => incoming,
            () = stop.cancelled() => return,
        };
        match incoming {
            Ok(incoming) => {
                let (state, stop) = (state.clone(), stop.clone());
                tracker.spawn(async move {
                    tokio::select! {
                        () = serve(incoming, state) => {}
                        () = stop.cancelled() => {}
                    }
                });
            }
            Err(error) => {
                tracing::error!(%error, "a session is not accepted");
                return;
            }
        }
    }
}

async fn serve(incoming: Incoming, state: SessionState) {
    let accepted = match incoming.accept().await {
        Ok(accepted) => accepted,
        Err(error) => {
            tracing::warn!(%error, "a session does not begin");
            return;
        }
    };
    let path = accepted.path.clone();
    let ended = match path.as_str() {
        "/identity" => identity_session::run(accepted.into_link(), &state).await,
        "/node" => node_session::run(accepted.into_link(), &state).await,
        "/balancer" => balancer_session::run(accepted.into_link(), &state).await,
        "/logs" => log_session::run(accepted.into_link(), &state).await,
        "/tail" => tail_session::run(accepted.into_link(), &state).await,
        "/watch" => watch_session::run(accepted.into_link(), &state).await,
        _ => {
            tracing::warn!(path, "a session is for nothing that there is");
            return;
        }
    };
    match ended {
        Ok(()) => tracing::info!(path, "a session ended"),
        Err(error) => tracing::warn!(path, %error, "a session ended"),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use api::{ApiParts, Caller, ObjectWanted, ReadObject, Reading};
    use model::{Cidr, Rng};

    use super::*;

    /// What sessions work with over this store, to who has the key `key`.
    pub(crate) fn state((store, logs): (&Store, &Logs), clock: Clock) -> SessionState {
        let vpc_cidr = Cidr::parse("172.31.0.0/16").expect("a range");
        let parts = ApiParts::unkept(store.clone(), logs.clone(), vpc_cidr);
        SessionState {
            store: store.clone(),
            logs: logs.clone(),
            clock,
            settled: Settled::default(),
            presence: Presence::default(),
            inquiries: Inquiries::default(),
            api: Arc::new(Api::new(parts, Rng::seeded(1))),
            objects: Arc::new(NoObjects),
            node_key: SecretText::new("key"),
        }
    }

    /// For sessions that are asked for no environment file.
    #[derive(Debug)]
    pub(crate) struct NoObjects;

    impl ReadObject for NoObjects {
        fn read<'a>(&'a self, _caller: &'a Caller, _wanted: ObjectWanted<'a>) -> Reading<'a> {
            Box::pin(async { Err("there are none".to_owned()) })
        }
    }
}
