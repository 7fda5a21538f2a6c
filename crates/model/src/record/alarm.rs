//! CloudWatch alarms: what they watch, and the state that deployments heed.
//!
//! No metric is collected here, so every datapoint of every alarm is missing. What an
//! evaluation makes of that is [`AlarmRule::without_data`]; the rest of a rule is kept as it
//! was given and shown again.

use serde::{Deserialize, Serialize};

use super::Tags;
use crate::{Scope, Timestamp};

/// A metric alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    pub scope: Scope,
    pub name: String,
    pub description: Option<String>,
    pub rule: AlarmRule,
    /// Whether its actions would be carried out, if it could have any.
    pub has_actions_enabled: bool,
    /// When it was put last.
    pub configured_at: Timestamp,
    pub state: AlarmState,
    pub state_reason: String,
    /// JSON, as `SetAlarmState` was given it.
    pub state_reason_data: Option<String>,
    /// When the state was last set, and when it last became another.
    pub state_updated_at: Timestamp,
    pub state_changed_at: Timestamp,
    pub tags: Tags,
}

impl Alarm {
    pub fn arn(&self) -> String {
        self.scope.arn("cloudwatch", format_args!("alarm:{}", self.name))
    }

    pub fn is_alarming(&self) -> bool {
        self.state == AlarmState::Alarm
    }

    /// The alarm in a state that is set at `now`.
    #[must_use]
    pub fn in_state(self, (state, reason): (AlarmState, String), now: Timestamp) -> Alarm {
        Alarm {
            state,
            state_reason: reason,
            state_reason_data: None,
            state_updated_at: now,
            state_changed_at: if state == self.state { self.state_changed_at } else { now },
            ..self
        }
    }
}

/// When an alarm goes off. Names are CloudWatch's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlarmRule {
    pub metric: Metric,
    pub statistic: MetricStatistic,
    pub period_secs: u32,
    pub unit: Option<String>,
    pub evaluation_periods: u32,
    pub datapoints_to_alarm: Option<u32>,
    pub threshold: f64,
    /// For example `GreaterThanThreshold`.
    pub comparison: String,
    pub missing_data: Option<MissingData>,
    /// `evaluate` or `ignore`.
    pub low_sample_count_percentile: Option<String>,
}

impl AlarmRule {
    /// The state after an evaluation, `before` being the one in which no datapoint was found.
    pub fn without_data(&self, before: AlarmState) -> AlarmState {
        match self.treatment() {
            MissingData::Missing => AlarmState::InsufficientData,
            MissingData::Ignore => before,
            MissingData::Breaching => AlarmState::Alarm,
            MissingData::NotBreaching => AlarmState::Ok,
        }
    }

    /// COMPAT: `PutMetricAlarm`, "Alarms that evaluate metrics in the AWS/DynamoDB namespace
    /// always ignore missing data even if you choose a different option".
    pub fn treatment(&self) -> MissingData {
        if self.metric.namespace == "AWS/DynamoDB" {
            return MissingData::Ignore;
        }
        self.missing_data.unwrap_or(MissingData::Missing)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    /// In the order given; names are distinct.
    pub dimensions: Vec<MetricDimension>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MetricDimension {
    pub name: String,
    pub value: String,
}

impl Metric {
    /// Whether two are one metric: the order of dimensions is of no account.
    pub fn is_same(&self, other: &Metric) -> bool {
        let sorted = |metric: &Metric| {
            let mut dimensions = metric.dimensions.clone();
            dimensions.sort();
            dimensions
        };
        (&self.namespace, &self.name) == (&other.namespace, &other.name)
            && sorted(self) == sorted(other)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricStatistic {
    /// For example `Average`.
    Basic(String),
    /// For example `p99`.
    Extended(String),
}

/// What a period without a datapoint counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MissingData {
    Missing,
    Ignore,
    Breaching,
    NotBreaching,
}

impl MissingData {
    pub const ALL: [MissingData; 4] = [
        MissingData::Breaching,
        MissingData::NotBreaching,
        MissingData::Ignore,
        MissingData::Missing,
    ];

    pub fn parse(name: &str) -> Option<MissingData> {
        MissingData::ALL.into_iter().find(|one| one.as_str() == name)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            MissingData::Missing => "missing",
            MissingData::Ignore => "ignore",
            MissingData::Breaching => "breaching",
            MissingData::NotBreaching => "notBreaching",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmState {
    Ok,
    Alarm,
    InsufficientData,
}

impl AlarmState {
    pub const fn as_str(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(namespace: &str, missing_data: Option<MissingData>) -> AlarmRule {
        AlarmRule {
            metric: Metric {
                namespace: namespace.to_owned(),
                name: "errors".to_owned(),
                dimensions: Vec::new(),
            },
            statistic: MetricStatistic::Basic("Sum".to_owned()),
            period_secs: 60,
            unit: None,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            threshold: 1.0,
            comparison: "GreaterThanThreshold".to_owned(),
            missing_data,
            low_sample_count_percentile: None,
        }
    }

    #[test]
    fn missing_data_is_treated_as_asked_for() {
        for before in [AlarmState::Ok, AlarmState::Alarm, AlarmState::InsufficientData] {
            let after = |missing_data| rule("web", missing_data).without_data(before);
            assert_eq!(after(None), AlarmState::InsufficientData);
            assert_eq!(after(Some(MissingData::Missing)), AlarmState::InsufficientData);
            assert_eq!(after(Some(MissingData::Breaching)), AlarmState::Alarm);
            assert_eq!(after(Some(MissingData::NotBreaching)), AlarmState::Ok);
            assert_eq!(after(Some(MissingData::Ignore)), before);
            let of_tables = rule("AWS/DynamoDB", Some(MissingData::Breaching));
            assert_eq!(of_tables.without_data(before), before);
        }
    }

    #[test]
    fn dimensions_have_no_order() {
        let metric = |dimensions: &[(&str, &str)]| {
            let dimensions = dimensions.iter().map(|(name, value)| MetricDimension {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            });
            Metric { dimensions: dimensions.collect(), ..rule("web", None).metric }
        };
        assert!(metric(&[("a", "1"), ("b", "2")]).is_same(&metric(&[("b", "2"), ("a", "1")])));
        assert!(!metric(&[("a", "1"), ("b", "2")]).is_same(&metric(&[("a", "1")])));
        assert!(!metric(&[("a", "1")]).is_same(&metric(&[("a", "2")])));
    }

    #[test]
    fn every_treatment_is_found_by_its_name() {
        for one in MissingData::ALL {
            assert_eq!(MissingData::parse(one.as_str()), Some(one));
        }
        assert_eq!(MissingData::parse("Breaching"), None);
    }
}
