//! After an upgrade: bytes both ways until the target ends, or both are silent for too long.

use std::{sync::Arc, time::Duration};

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;

use tokio::io::AsyncWriteExt as _;

use crate::{client::OpenRequest, limits::TUNNEL_CLOSING_MAX, target::InFlight, wire::Wire};

/// Two upgraded connections, and what they hold.
#[derive(Debug)]
pub(crate) struct Tunnel {
    pub(crate) open: OpenRequest,
    /// A tunnel is a request in flight, for as long as it lasts.
    pub(crate) held: InFlight,
    pub(crate) idle: Duration,
    pub(crate) wire: Wire,
    pub(crate) client_side: OnUpgrade,
    pub(crate) target_side: OnUpgrade,
}

/// Runs a tunnel in a task of its own.
pub(crate) fn start(tunnel: Tunnel) {
    let shared = Arc::clone(&tunnel.open.client.shared);
    shared.tasks.spawn(async move {
        let stop = tunnel.open.client.shared.stop.clone();
        stop.run_until_cancelled(run(tunnel)).await;
    });
}

async fn run(tunnel: Tunnel) {
    let Tunnel { open, held, idle, wire, client_side, target_side } = tunnel;
    // Its driver hands the connection over, and then is done.
    wire.detach(&open.client.shared);
    let (client, target) = match tokio::try_join!(client_side, target_side) {
        Ok(sides) => sides,
        Err(error) => {
            tracing::debug!(%error, "an upgrade did not come about");
            return;
        }
    };
    let patience = async {
        let mut interval = tokio::time::interval(idle / 4);
        while open.client.idle_for() < idle {
            interval.tick().await;
        }
    };
    tokio::select! {
        () = copy(client, target) => {}
        () = patience => {}
    }
    drop(held);
}

/// Copies both ways. A client that has no more to say may still listen; a target that has no
/// more to say ends the tunnel, as its last words are through.
async fn copy(client: Upgraded, target: Upgraded) {
    let (mut client_reads, mut client_writes) = tokio::io::split(TokioIo::new(client));
    let (mut target_reads, mut target_writes) = tokio::io::split(TokioIo::new(target));
    let upward = async {
        let copied = tokio::io::copy(&mut client_reads, &mut target_writes).await;
        copied.and(target_writes.shutdown().await)
    };
    let downward = async {
        let copied = tokio::io::copy(&mut target_reads, &mut client_writes).await;
        copied.and(client_writes.shutdown().await)
    };
    let (mut upward, mut downward) = (std::pin::pin!(upward), std::pin::pin!(downward));
    let ended = tokio::select! {
        said = upward.as_mut() => match said {
            Ok(()) => downward.await,
            Err(error) => Err(error),
        },
        heard = downward.as_mut() => {
            // So that what the client is sending meets no closed socket.
            tokio::time::timeout(TUNNEL_CLOSING_MAX, upward).await.ok();
            heard
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a tunnel broke");
    }
}
