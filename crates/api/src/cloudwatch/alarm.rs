//! Alarms: how callers name them, how the API shows them, and why they are in their state.

use std::collections::BTreeSet;

use aws_api::cloudwatch::{self, errors};
use model::{Alarm, AlarmRule, AlarmState, Entry, MetricStatistic, MissingData, Scope, Snapshot};
use wire::{ApiError, Field};

/// COMPAT: of an alarm that was never evaluated, as AWS shows it.
pub(super) const UNCHECKED: &str = "Unchecked: Initial alarm creation";

/// The alarm of an ARN.
pub(super) fn by_arn<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    arn: &str,
) -> Result<&'a Entry<Alarm>, ApiError> {
    let prefix = scope.arn("cloudwatch", "alarm:");
    let Some(name) = arn.strip_prefix(&prefix).filter(|name| !name.is_empty()) else {
        let message = format!("'{arn}' is not the ARN of an alarm of this account and Region");
        return Err(super::invalid(message));
    };
    snapshot.alarms.get(scope, name).ok_or_else(|| {
        errors::resource_not_found_exception(format!("The alarm '{name}' does not exist."))
            .with("ResourceType", Field::Text("alarm".to_owned()))
            .with("ResourceId", Field::Text(arn.to_owned()))
    })
}

/// Those of the named alarms that are there, each once.
pub(super) fn named<'a>(
    snapshot: &'a Snapshot,
    scope: &Scope,
    names: &[String],
) -> Vec<&'a Entry<Alarm>> {
    let names: BTreeSet<&String> = names.iter().collect();
    names.into_iter().filter_map(|name| snapshot.alarms.get(scope, name)).collect()
}

pub(super) fn render(alarm: &Alarm) -> cloudwatch::MetricAlarm {
    let rule = &alarm.rule;
    let (statistic, extended) = match &rule.statistic {
        MetricStatistic::Basic(name) => (name.parse().ok(), None),
        MetricStatistic::Extended(name) => (None, Some(name.clone())),
    };
    let dimensions = rule.metric.dimensions.iter().map(|dimension| cloudwatch::Dimension {
        name: Some(dimension.name.clone()),
        value: Some(dimension.value.clone()),
    });
    cloudwatch::MetricAlarm {
        alarm_name: Some(alarm.name.clone()),
        alarm_arn: Some(alarm.arn()),
        alarm_description: alarm.description.clone(),
        alarm_configuration_updated_timestamp: Some(alarm.configured_at),
        actions_enabled: Some(alarm.has_actions_enabled),
        ok_actions: Some(Vec::new()),
        alarm_actions: Some(Vec::new()),
        insufficient_data_actions: Some(Vec::new()),
        state_value: Some(render_state(alarm.state)),
        state_reason: Some(alarm.state_reason.clone()),
        state_reason_data: alarm.state_reason_data.clone(),
        state_updated_timestamp: Some(alarm.state_updated_at),
        state_transitioned_timestamp: Some(alarm.state_changed_at),
        metric_name: Some(rule.metric.name.clone()),
        namespace: Some(rule.metric.namespace.clone()),
        statistic,
        extended_statistic: extended,
        dimensions: Some(dimensions.collect()),
        period: i32::try_from(rule.period_secs).ok(),
        unit: rule.unit.as_deref().and_then(|unit| unit.parse().ok()),
        evaluation_periods: i32::try_from(rule.evaluation_periods).ok(),
        datapoints_to_alarm: rule.datapoints_to_alarm.and_then(|it| i32::try_from(it).ok()),
        threshold: Some(rule.threshold),
        comparison_operator: rule.comparison.parse().ok(),
        treat_missing_data: rule.missing_data.map(|it| it.as_str().to_owned()),
        evaluate_low_sample_count_percentile: rule.low_sample_count_percentile.clone(),
        ..cloudwatch::MetricAlarm::default()
    }
}

const fn render_state(state: AlarmState) -> cloudwatch::StateValue {
    match state {
        AlarmState::Ok => cloudwatch::StateValue::Ok,
        AlarmState::Alarm => cloudwatch::StateValue::Alarm,
        AlarmState::InsufficientData => cloudwatch::StateValue::InsufficientData,
    }
}

pub(super) const fn state_of(given: cloudwatch::StateValue) -> AlarmState {
    match given {
        cloudwatch::StateValue::Ok => AlarmState::Ok,
        cloudwatch::StateValue::Alarm => AlarmState::Alarm,
        cloudwatch::StateValue::InsufficientData => AlarmState::InsufficientData,
    }
}

/// Why an evaluation that found no datapoint came to this state.
///
/// COMPAT: AWS's sentences, as its alarms show them.
pub(super) fn reason(rule: &AlarmRule) -> String {
    let count = rule.evaluation_periods;
    let plural = if count == 1 { "" } else { "s" };
    let verb = if count == 1 { "was" } else { "were" };
    let treated = match rule.treatment() {
        MissingData::Missing | MissingData::Ignore => {
            return format!("Insufficient Data: {count} datapoint{plural} {verb} unknown.");
        }
        MissingData::Breaching => "Breaching",
        MissingData::NotBreaching => "NonBreaching",
    };
    format!(
        "Threshold Crossed: no datapoints were received for {count} period{plural} and {count} \
         missing datapoint{plural} {verb} treated as [{treated}]."
    )
}
