//! A balancer's session: the configuration goes out, targets' states come in.

use link::Link;
use model::{Entry, Plan, Snapshot, Target, TargetHealth, TargetHealthState};
use routing::session::{FromBalancer, TargetName, ToBalancer};
use store::Store;

use crate::node_session::SessionError;
use crate::route_config::route_config;
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

async fn receive(state: &SessionState, message: FromBalancer) -> Result<(), SessionError> {
    match message {
        FromBalancer::Applied { .. } => Ok(()),
        FromBalancer::BindFailed { address, reason } => {
            tracing::error!(%address, reason, "a load balancer does not listen");
            Ok(())
        }
        FromBalancer::Bound { address } => {
            tracing::info!(%address, "a load balancer listens after all");
            Ok(())
        }
        FromBalancer::Health(name, health) => {
            change(&state.store, &name, |target, plan| {
                let health = observed(&health);
                if target.draining_since.is_none() && target.health != health {
                    let is_healthy = health.state == TargetHealthState::Healthy;
                    let now = is_healthy.then(|| state.clock.now());
                    let healthy_at = target.healthy_at.or(now);
                    plan.update(target, Target { health, healthy_at, ..(*target.record).clone() });
                }
            })
            .await
        }
        FromBalancer::Drained(name) => {
            change(&state.store, &name, |target, plan| {
                if target.draining_since.is_some() {
                    plan.delete(target);
                }
            })
            .await
        }
    }
}

/// Writes what a balancer saw of one target. One that is no more is of no interest.
async fn change(
    store: &Store,
    name: &TargetName,
    decide: impl Fn(&Entry<Target>, &mut Plan),
) -> Result<(), SessionError> {
    let done = store.transact(|snapshot: &Snapshot| {
        let mut plan = Plan::new();
        let id = format!("{}/{}:{}", name.target_group_arn, name.address, name.port);
        let scope = model::Arn::parse(&name.target_group_arn).map(|arn| arn.scope);
        if let Some(target) = scope.and_then(|scope| snapshot.targets.get(&scope, &id)) {
            decide(target, &mut plan);
        }
        Ok::<_, std::convert::Infallible>((plan, ()))
    });
    crate::node_session::committed(done.await)
}

fn observed(health: &routing::TargetHealth) -> TargetHealth {
    TargetHealth {
        state: match health.state {
            routing::TargetHealthState::Initial => TargetHealthState::Initial,
            routing::TargetHealthState::Healthy => TargetHealthState::Healthy,
            routing::TargetHealthState::Unhealthy | routing::TargetHealthState::Unavailable => {
                TargetHealthState::Unhealthy
            }
            routing::TargetHealthState::Unused => TargetHealthState::Unused,
            routing::TargetHealthState::Draining => TargetHealthState::Draining,
        },
        reason: health.reason.map(reason_code),
        description: health.description.clone(),
    }
}

/// The code as the API shows it, which is how it is serialized.
fn reason_code(reason: routing::Reason) -> String {
    match serde_json::to_value(reason) {
        Ok(serde_json::Value::String(code)) => code,
        Ok(_) | Err(_) => "Elb.InternalError".to_owned(),
    }
}
