//! `DescribeAlarmsForMetric`: the alarms that watch one metric.

use aws_api::cloudwatch::{DescribeAlarmsForMetricInput, DescribeAlarmsForMetricOutput};
use model::{AlarmRule, Metric, MetricStatistic};
use wire::ApiError;

use super::{alarm, rule};
use crate::{Api, Caller};

/// COMPAT: "If the metric has any associated dimensions, you must specify them", so the
/// dimensions are those of the request, no more and no fewer.
pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeAlarmsForMetricInput,
) -> Result<DescribeAlarmsForMetricOutput, ApiError> {
    let metric = Metric {
        dimensions: rule::dimensions(input.dimensions.as_deref())?,
        namespace: input.namespace.clone(),
        name: input.metric_name.clone(),
    };
    let snapshot = api.snapshot();
    let watching = snapshot
        .alarms
        .list(&caller.scope)
        .filter(|alarm| alarm.rule.metric.is_same(&metric) && is_wanted(&alarm.rule, input));
    let alarms = watching.map(|found| alarm::render(found)).collect();
    Ok(DescribeAlarmsForMetricOutput { metric_alarms: Some(alarms) })
}

fn is_wanted(rule: &AlarmRule, input: &DescribeAlarmsForMetricInput) -> bool {
    let (basic, extended) = match &rule.statistic {
        MetricStatistic::Basic(name) => (Some(name.as_str()), None),
        MetricStatistic::Extended(name) => (None, Some(name.as_str())),
    };
    input.statistic.is_none_or(|wanted| basic == Some(wanted.as_str()))
        && input.extended_statistic.as_deref().is_none_or(|wanted| extended == Some(wanted))
        && input.period.is_none_or(|wanted| i64::from(wanted) == i64::from(rule.period_secs))
        && input.unit.is_none_or(|wanted| rule.unit.as_deref() == Some(wanted.as_str()))
}
