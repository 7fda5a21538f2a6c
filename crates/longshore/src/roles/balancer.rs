//! The balancer role: the data plane, steered by control, serving without it too.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use balancer::{Balancer, Event, Events, Handle, Options, TargetKey};
use link::{Link, LinkError};
use routing::session::{FromBalancer, TargetName, ToBalancer};
use tokio_util::sync::CancellationToken;

use super::ready;
use super::sockets::InheritedSockets;
use crate::config::Config;

/// How long to wait before another try to reach control.
const RECONNECT_AFTER: Duration = Duration::from_millis(100);

pub(crate) async fn run(config: Config, stop: CancellationToken) -> Result<()> {
    let paths = config.paths()?;
    let options = Options {
        state_directory: paths.balancer(),
        clock: Arc::new(|| {
            let millis = crate::clock::now().as_millis();
            Duration::from_millis(u64::try_from(millis).unwrap_or(0))
        }),
    };
    let (handle, mut events) = Balancer::start_on(options, InheritedSockets::receive())?;
    ready::announce();
    let socket = paths.control_socket();
    while !stop.is_cancelled() {
        let ended = tokio::select! {
            ended = converse(&socket, &handle, &mut events) => ended,
            () = stop.cancelled() => break,
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "the session with control ended");
        }
        // Either way the loop's own condition says what is next.
        let _ = tokio::time::timeout(RECONNECT_AFTER, stop.cancelled()).await;
    }
    handle.shutdown().await;
    Ok(())
}

async fn converse(
    socket: &std::path::Path,
    handle: &Handle,
    events: &mut Events,
) -> Result<(), LinkError> {
    let mut link: Link<ToBalancer, FromBalancer> = link::connect(socket, "/balancer").await?;
    // What was said into a session that broke is said again.
    for (target, health) in handle.target_health() {
        if let Some(name) = target_name(&target) {
            link.send(&FromBalancer::Health(name, health)).await?;
        }
    }
    for name in handle.drained_targets().iter().filter_map(target_name) {
        link.send(&FromBalancer::Drained(name)).await?;
    }
    loop {
        tokio::select! {
            message = link.receive() => match message? {
                Some(ToBalancer::Config { revision, config }) => {
                    if let Err(error) = handle.apply(config, revision).await {
                        tracing::error!(%error, revision, "a configuration is not applied");
                    }
                }
                None => return Ok(()),
            },
            event = events.recv() => {
                if let Some(message) = message_of(event) {
                    link.send(&message).await?;
                }
            }
        }
    }
}

fn message_of(event: Event) -> Option<FromBalancer> {
    match event {
        Event::TargetHealth { target, health } => {
            target_name(&target).map(|name| FromBalancer::Health(name, health))
        }
        Event::Drained { target } => target_name(&target).map(FromBalancer::Drained),
        Event::Applied { revision } => Some(FromBalancer::Applied { revision }),
        Event::BindFailed { address, error } => {
            Some(FromBalancer::BindFailed { address, reason: error })
        }
        Event::Bound { address } => Some(FromBalancer::Bound { address }),
    }
}

/// Targets are named by their address; control gives them no other name.
fn target_name(target: &TargetKey) -> Option<TargetName> {
    Some(TargetName {
        target_group_arn: target.target_group_arn.clone(),
        address: target.id.parse().ok()?,
        port: target.port,
    })
}
