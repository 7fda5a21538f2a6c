//! What an alarm watches and when it goes off, read from a request and checked.
//
// COMPAT: the rules are `PutMetricAlarm`'s (CloudWatch API Reference).

use std::collections::BTreeSet;

use aws_api::cloudwatch::{ComparisonOperator, Dimension, PutMetricAlarmInput};
use model::{AlarmRule, Metric, MetricDimension, MetricStatistic, MissingData};
use wire::ApiError;

use super::{missing, statistic, unsupported, validation};
use crate::refuse::refuse_given;

/// LIMIT: seconds that the periods of one evaluation span; a day where they are short.
const EVALUATION_SECS_MAX: u64 = 7 * DAY_SECS;
const DAY_SECS: u64 = 86_400;

/// From this length on a period is not short.
const LONG_PERIOD_SECS: u32 = 3_600;

/// Periods of high resolution; every other is a multiple of a minute.
const SHORT_PERIODS_SECS: [u32; 3] = [10, 20, 30];

pub(super) fn parse(input: &PutMetricAlarmInput) -> Result<AlarmRule, ApiError> {
    let metric = Metric {
        namespace: input.namespace.clone().ok_or_else(|| missing("Namespace"))?,
        name: input.metric_name.clone().ok_or_else(|| missing("MetricName"))?,
        dimensions: dimensions(input.dimensions.as_deref())?,
    };
    let statistic = statistic::parse(input.statistic, input.extended_statistic.as_deref())?;
    let rule = AlarmRule {
        metric,
        low_sample_count_percentile: low_samples(input, &statistic)?,
        statistic,
        period_secs: count(input.period).ok_or_else(|| missing("Period"))?,
        unit: input.unit.map(|unit| unit.as_str().to_owned()),
        evaluation_periods: count(input.evaluation_periods)
            .ok_or_else(|| missing("EvaluationPeriods"))?,
        datapoints_to_alarm: count(input.datapoints_to_alarm),
        threshold: input.threshold.ok_or_else(|| missing("Threshold"))?,
        comparison: comparison(input.comparison_operator)?,
        missing_data: input.treat_missing_data.as_deref().map(missing_data).transpose()?,
    };
    check_span(&rule)?;
    Ok(rule)
}

/// A count that the model's range has let through.
fn count(given: Option<i32>) -> Option<u32> {
    given.and_then(|given| u32::try_from(given).ok())
}

/// The dimensions of a metric, each named once.
pub(super) fn dimensions(given: Option<&[Dimension]>) -> Result<Vec<MetricDimension>, ApiError> {
    let mut names = BTreeSet::new();
    let mut dimensions = Vec::new();
    for dimension in given.unwrap_or_default() {
        let name = dimension.name.clone().unwrap_or_default();
        if !names.insert(name.clone()) {
            let message = format!("The dimension '{name}' is given more than once.");
            return Err(super::invalid(message));
        }
        let value = dimension.value.clone().unwrap_or_default();
        dimensions.push(MetricDimension { name, value });
    }
    Ok(dimensions)
}

fn comparison(given: Option<ComparisonOperator>) -> Result<String, ApiError> {
    let operator = given.ok_or_else(|| missing("ComparisonOperator"))?;
    let name = operator.as_str();
    // Its bounds are those of an anomaly detector, of which there is none.
    let is_of_band = matches!(
        operator,
        ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold
            | ComparisonOperator::LessThanLowerThreshold
            | ComparisonOperator::GreaterThanUpperThreshold
    );
    refuse_given(&[(&format!("ComparisonOperator {name}"), is_of_band)], unsupported)?;
    Ok(name.to_owned())
}

fn missing_data(given: &str) -> Result<MissingData, ApiError> {
    MissingData::parse(given).ok_or_else(|| {
        let known = MissingData::ALL.map(MissingData::as_str).join(", ");
        validation(format!("TreatMissingData is '{given}'; its valid values are: {known}"))
    })
}

fn low_samples(
    input: &PutMetricAlarmInput,
    statistic: &MetricStatistic,
) -> Result<Option<String>, ApiError> {
    let Some(given) = input.evaluate_low_sample_count_percentile.as_deref() else {
        return Ok(None);
    };
    if !matches!(given, "evaluate" | "ignore") {
        return Err(validation(format!(
            "Option {given} is not supported. Supported options for parameter \
             EvaluateLowSampleCountPercentile are evaluate and ignore."
        )));
    }
    match statistic {
        MetricStatistic::Extended(_) => Ok(Some(given.to_owned())),
        MetricStatistic::Basic(_) => Err(validation(
            "EvaluateLowSampleCountPercentile is for alarms on percentiles, so ExtendedStatistic \
             is required with it.",
        )),
    }
}

fn check_span(rule: &AlarmRule) -> Result<(), ApiError> {
    let period = rule.period_secs;
    if !period.is_multiple_of(60) && !SHORT_PERIODS_SECS.contains(&period) {
        return Err(validation(format!(
            "Period is {period}; its valid values are 10, 20, 30 and any multiple of 60."
        )));
    }
    let is_long = period >= LONG_PERIOD_SECS;
    let (longest, words) =
        if is_long { (EVALUATION_SECS_MAX, "seven days") } else { (DAY_SECS, "a day") };
    if u64::from(period) * u64::from(rule.evaluation_periods) > longest {
        return Err(validation(format!(
            "Metrics cannot be checked across more than {words} \
             (EvaluationPeriods * Period must be <= {longest})."
        )));
    }
    if rule.datapoints_to_alarm.is_some_and(|count| count > rule.evaluation_periods) {
        let message = "DatapointsToAlarm must be less than or equal to EvaluationPeriods";
        return Err(validation(message));
    }
    Ok(())
}
