//! `DescribeTargetHealth`: what the balancer last saw of each target.

use std::str::FromStr as _;

use aws_api::elbv2::{
    self, DescribeTargetHealthInput, DescribeTargetHealthOutput, TargetDescription,
    TargetHealthDescription, TargetHealthReasonEnum, TargetHealthStateEnum,
};
use model::{Entry, Snapshot, Target, TargetGroup, TargetHealth, TargetHealthState};
use wire::ApiError;

use super::target_group::Usage;
use super::{target, target_group};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTargetHealthInput,
) -> Result<DescribeTargetHealthOutput, ApiError> {
    if input.include.as_ref().is_some_and(|include| !include.is_empty()) {
        return Err(super::unsupported("`Include` is not supported by Longshore yet".to_owned()));
    }
    let snapshot = api.snapshot();
    let group = target_group::find(&snapshot, &caller.scope, &input.target_group_arn)?;
    let wanted = input.targets.as_deref().unwrap_or_default();
    let targets = snapshot.targets_of_group(&caller.scope, &input.target_group_arn);
    let usage = target_group::usage(&snapshot, &caller.scope);
    let shown: Vec<_> = if wanted.is_empty() {
        targets.into_iter().map(|target| describe(&usage, group, target)).collect()
    } else {
        wanted.iter().map(|each| one((&snapshot, &usage), group, each)).collect::<Result<_, _>>()?
    };
    Ok(DescribeTargetHealthOutput { target_health_descriptions: Some(shown) })
}

fn one(
    (snapshot, usage): (&Snapshot, &Usage),
    group: &TargetGroup,
    wanted: &TargetDescription,
) -> Result<TargetHealthDescription, ApiError> {
    let (address, port) = target::address(group, wanted)?;
    let id = format!("{}/{address}:{port}", group.arn());
    if let Some(known) = snapshot.targets.get(&group.scope, &id) {
        return Ok(describe(usage, group, known));
    }
    Ok(TargetHealthDescription {
        target: Some(TargetDescription { port: Some(port.into()), ..wanted.clone() }),
        health_check_port: None,
        target_health: Some(render(&TargetHealth {
            state: TargetHealthState::Unused,
            reason: Some("Target.NotRegistered".to_owned()),
            description: Some("Target is not registered to the target group".to_owned()),
        })),
        ..TargetHealthDescription::default()
    })
}

fn describe(usage: &Usage, group: &TargetGroup, target: &Entry<Target>) -> TargetHealthDescription {
    let port = group.health_check.port.unwrap_or(target.port);
    TargetHealthDescription {
        target: Some(TargetDescription {
            id: Some(target.address.to_string()),
            port: Some(target.port.into()),
            availability_zone: target.availability_zone.clone(),
            quic_server_id: None,
        }),
        health_check_port: Some(port.to_string()),
        target_health: Some(render(&target::health(usage, target))),
        ..TargetHealthDescription::default()
    }
}

fn render(health: &TargetHealth) -> elbv2::TargetHealth {
    elbv2::TargetHealth {
        state: Some(match health.state {
            TargetHealthState::Initial => TargetHealthStateEnum::Initial,
            TargetHealthState::Healthy => TargetHealthStateEnum::Healthy,
            TargetHealthState::Unhealthy => TargetHealthStateEnum::Unhealthy,
            TargetHealthState::Unused => TargetHealthStateEnum::Unused,
            TargetHealthState::Draining => TargetHealthStateEnum::Draining,
        }),
        reason: health
            .reason
            .as_deref()
            .and_then(|reason| TargetHealthReasonEnum::from_str(reason).ok()),
        description: health.description.clone(),
    }
}
