//! `PutMetricAlarm`: makes an alarm, or replaces how one is configured.

use aws_api::cloudwatch::{PutMetricAlarmInput, PutMetricAlarmResponse, errors};
use model::{Alarm, AlarmRule, AlarmState, Tags, Timestamp};
use wire::ApiError;

use super::{alarm, rule, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: alarms of one account and Region, which is AWS's default quota.
const ALARMS_MAX: usize = 5_000;

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: PutMetricAlarmInput,
) -> Result<PutMetricAlarmResponse, ApiError> {
    refuse_unsupported(&input)?;
    if input.alarm_name.chars().any(|letter| letter.is_ascii_control()) {
        let message = "The alarm name must not contain ASCII control characters.";
        return Err(super::validation(message));
    }
    let rule = rule::parse(&input)?;
    let tags = tags::parse(input.tags.as_deref().unwrap_or_default())?;
    api.transact(caller, |turn| put(turn, &input, (&rule, &tags))).await?;
    Ok(PutMetricAlarmResponse {})
}

fn refuse_unsupported(input: &PutMetricAlarmInput) -> Result<(), ApiError> {
    let is_any = |actions: &Option<Vec<String>>| actions.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(
        &[
            ("OKActions", is_any(&input.ok_actions)),
            ("AlarmActions", is_any(&input.alarm_actions)),
            ("InsufficientDataActions", is_any(&input.insufficient_data_actions)),
            ("Metrics", input.metrics.as_ref().is_some_and(|it| !it.is_empty())),
            ("ThresholdMetricId", input.threshold_metric_id.is_some()),
            ("EvaluationWindow", input.evaluation_window.is_some()),
            ("WarmUpConfiguration", input.warm_up_configuration.is_some()),
            ("EvaluationCriteria", input.evaluation_criteria.is_some()),
            ("EvaluationInterval", input.evaluation_interval.is_some()),
            ("ActionConfiguration", input.action_configuration.is_some()),
        ],
        super::unsupported,
    )
}

fn put(
    turn: &mut Turn<'_>,
    input: &PutMetricAlarmInput,
    (rule, tags): (&AlarmRule, &Tags),
) -> Result<(), ApiError> {
    let now = turn.now();
    let known = turn.snapshot.alarms.get(turn.scope(), &input.alarm_name);
    // COMPAT: "any tags you specify in this parameter are ignored" of an alarm that exists.
    let before = match known {
        Some(known) => (*known.record).clone(),
        None => new(turn, (&input.alarm_name, rule), tags)?,
    };
    let next = Alarm {
        description: input.alarm_description.clone(),
        rule: rule.clone(),
        has_actions_enabled: input.actions_enabled.unwrap_or(true),
        configured_at: now,
        ..before
    };
    // COMPAT: a change leaves the state as it is, and the next evaluation then sets it. With
    // no data that comes to another state only where missing data is treated otherwise.
    let is_treated_anew = known.is_none_or(|known| known.rule.treatment() != rule.treatment());
    let next = if is_treated_anew { evaluated(next, now) } else { next };
    match known {
        Some(known) => turn.plan.update(known, next),
        None => turn.plan.insert(next),
    }
    Ok(())
}

/// COMPAT: an alarm begins in `INSUFFICIENT_DATA`, until it is evaluated.
fn new(turn: &Turn<'_>, (name, rule): (&str, &AlarmRule), tags: &Tags) -> Result<Alarm, ApiError> {
    if turn.snapshot.alarms.list(turn.scope()).count() >= ALARMS_MAX {
        let message = format!("The maximum limit of {ALARMS_MAX} alarms was reached.");
        return Err(errors::limit_exceeded_fault(message));
    }
    Ok(Alarm {
        scope: turn.scope().clone(),
        name: name.to_owned(),
        description: None,
        rule: rule.clone(),
        has_actions_enabled: true,
        configured_at: turn.now(),
        state: AlarmState::InsufficientData,
        state_reason: alarm::UNCHECKED.to_owned(),
        state_reason_data: None,
        state_updated_at: turn.now(),
        state_changed_at: turn.now(),
        tags: tags.clone(),
    })
}

/// The alarm after an evaluation, which finds no data.
fn evaluated(alarm: Alarm, now: Timestamp) -> Alarm {
    let state = alarm.rule.without_data(alarm.state);
    if state == alarm.state {
        return alarm;
    }
    let reason = alarm::reason(&alarm.rule);
    alarm.in_state((state, reason), now)
}
