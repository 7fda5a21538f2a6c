//! What takes a deployment back by itself: alarms, and the events of automatic rollback.

use aws_api::codedeploy::{self, errors};
use model::{AutoRollback, AutoRollbackEvent, CodeDeployAlarms};
use wire::ApiError;

use super::unsupported;
use crate::refuse::refuse_given;

/// LIMIT: AWS's quota of alarms of a group.
const ALARMS_MAX: usize = 10;

pub(super) fn parse_alarms(
    given: &codedeploy::AlarmConfiguration,
) -> Result<CodeDeployAlarms, ApiError> {
    refuse_given(
        &[(
            "alarmConfiguration.ignorePollAlarmFailure",
            given.ignore_poll_alarm_failure.unwrap_or(false),
        )],
        unsupported,
    )?;
    let alarms = given.alarms.iter().flatten().map(|alarm| alarm.name.clone());
    let names: Option<Vec<String>> = alarms.collect();
    let Some(names) = names else {
        return Err(errors::invalid_alarm_config_exception("An alarm must have a name."));
    };
    let is_enabled = given.enabled.unwrap_or(false);
    if is_enabled && names.is_empty() {
        return Err(errors::invalid_alarm_config_exception(
            "Alarms cannot be enabled without an alarm.",
        ));
    }
    if names.len() > ALARMS_MAX {
        return Err(errors::alarms_limit_exceeded_exception(format!(
            "A deployment group can have at most {ALARMS_MAX} alarms."
        )));
    }
    Ok(CodeDeployAlarms { names, is_enabled })
}

pub(super) fn render_alarms(alarms: &CodeDeployAlarms) -> codedeploy::AlarmConfiguration {
    let render = |name: &String| codedeploy::Alarm { name: Some(name.clone()) };
    codedeploy::AlarmConfiguration {
        enabled: Some(alarms.is_enabled),
        ignore_poll_alarm_failure: Some(false),
        alarms: Some(alarms.names.iter().map(render).collect()),
    }
}

pub(super) fn parse_rollback(
    given: &codedeploy::AutoRollbackConfiguration,
) -> Result<AutoRollback, ApiError> {
    let events: Vec<AutoRollbackEvent> =
        given.events.iter().flatten().copied().map(event).collect();
    let is_enabled = given.enabled.unwrap_or(false);
    if is_enabled && events.is_empty() {
        return Err(errors::invalid_auto_rollback_config_exception(
            "Automatic rollback cannot be enabled without an event.",
        ));
    }
    Ok(AutoRollback { is_enabled, events })
}

pub(super) fn render_rollback(rollback: &AutoRollback) -> codedeploy::AutoRollbackConfiguration {
    let render = |event: &AutoRollbackEvent| match event {
        AutoRollbackEvent::Failure => codedeploy::AutoRollbackEvent::DeploymentFailure,
        AutoRollbackEvent::StopOnAlarm => codedeploy::AutoRollbackEvent::DeploymentStopOnAlarm,
        AutoRollbackEvent::StopOnRequest => codedeploy::AutoRollbackEvent::DeploymentStopOnRequest,
    };
    codedeploy::AutoRollbackConfiguration {
        enabled: Some(rollback.is_enabled),
        events: Some(rollback.events.iter().map(render).collect()),
    }
}

fn event(given: codedeploy::AutoRollbackEvent) -> AutoRollbackEvent {
    match given {
        codedeploy::AutoRollbackEvent::DeploymentFailure => AutoRollbackEvent::Failure,
        codedeploy::AutoRollbackEvent::DeploymentStopOnAlarm => AutoRollbackEvent::StopOnAlarm,
        codedeploy::AutoRollbackEvent::DeploymentStopOnRequest => AutoRollbackEvent::StopOnRequest,
    }
}
