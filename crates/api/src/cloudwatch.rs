//! Amazon CloudWatch: the trait's methods, each in a file of its own.
//!
//! Alarms are kept, shown and set, which is what deployments need of them. No metric is
//! collected, so nothing evaluates an alarm after it was put: a state that was set stays.
//!
//! COMPAT: on AWS a state that `SetAlarmState` set lasts until the next evaluation, "often
//! within seconds", too short for a deployment to rely on.

mod alarm;
mod delete_alarms;
mod describe_alarms;
mod describe_alarms_for_metric;
mod disable_alarm_actions;
mod enable_alarm_actions;
mod list_tags_for_resource;
mod put_metric_alarm;
mod rule;
mod set_alarm_state;
mod statistic;
mod tag_resource;
mod tags;
mod untag_resource;

use aws_api::cloudwatch::{self, CloudWatch, errors};
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller};

impl CloudWatch for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        delete_alarms(cloudwatch::DeleteAlarmsInput) -> cloudwatch::DeleteAlarmsResponse;
        describe_alarms(&cloudwatch::DescribeAlarmsInput) -> cloudwatch::DescribeAlarmsOutput;
        describe_alarms_for_metric(&cloudwatch::DescribeAlarmsForMetricInput)
            -> cloudwatch::DescribeAlarmsForMetricOutput;
        disable_alarm_actions(cloudwatch::DisableAlarmActionsInput)
            -> cloudwatch::DisableAlarmActionsResponse;
        enable_alarm_actions(cloudwatch::EnableAlarmActionsInput)
            -> cloudwatch::EnableAlarmActionsResponse;
        list_tags_for_resource(&cloudwatch::ListTagsForResourceInput)
            -> cloudwatch::ListTagsForResourceOutput;
        put_metric_alarm(cloudwatch::PutMetricAlarmInput) -> cloudwatch::PutMetricAlarmResponse;
        set_alarm_state(cloudwatch::SetAlarmStateInput) -> cloudwatch::SetAlarmStateResponse;
        tag_resource(cloudwatch::TagResourceInput) -> cloudwatch::TagResourceOutput;
        untag_resource(cloudwatch::UntagResourceInput) -> cloudwatch::UntagResourceOutput;
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_value_exception(message)
}

/// A value that breaks a rule between parameters.
fn validation(message: impl Into<String>) -> ApiError {
    errors::validation_exception(message)
}

/// A parameter that this kind of alarm has to have.
fn missing(name: &str) -> ApiError {
    errors::missing_required_parameter_exception(format!("The parameter {name} is required."))
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    invalid(message)
}
