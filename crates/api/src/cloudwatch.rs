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

use aws_api::cloudwatch::errors;
use aws_api::cloudwatch::{
    CloudWatch, DeleteAlarmsInput, DeleteAlarmsResponse, DescribeAlarmsForMetricInput,
    DescribeAlarmsForMetricOutput, DescribeAlarmsInput, DescribeAlarmsOutput,
    DisableAlarmActionsInput, DisableAlarmActionsResponse, EnableAlarmActionsInput,
    EnableAlarmActionsResponse, ListTagsForResourceInput, ListTagsForResourceOutput,
    PutMetricAlarmInput, PutMetricAlarmResponse, SetAlarmStateInput, SetAlarmStateResponse,
    TagResourceInput, TagResourceOutput, UntagResourceInput, UntagResourceOutput,
};
use wire::{ApiError, Request, Value};

use crate::{Api, Caller};

impl CloudWatch for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn delete_alarms(
        &self,
        caller: &Caller,
        input: DeleteAlarmsInput,
    ) -> Result<DeleteAlarmsResponse, ApiError> {
        delete_alarms::run(self, caller, input).await
    }

    async fn describe_alarms(
        &self,
        caller: &Caller,
        input: DescribeAlarmsInput,
    ) -> Result<DescribeAlarmsOutput, ApiError> {
        describe_alarms::run(self, caller, &input)
    }

    async fn describe_alarms_for_metric(
        &self,
        caller: &Caller,
        input: DescribeAlarmsForMetricInput,
    ) -> Result<DescribeAlarmsForMetricOutput, ApiError> {
        describe_alarms_for_metric::run(self, caller, &input)
    }

    async fn disable_alarm_actions(
        &self,
        caller: &Caller,
        input: DisableAlarmActionsInput,
    ) -> Result<DisableAlarmActionsResponse, ApiError> {
        disable_alarm_actions::run(self, caller, input).await
    }

    async fn enable_alarm_actions(
        &self,
        caller: &Caller,
        input: EnableAlarmActionsInput,
    ) -> Result<EnableAlarmActionsResponse, ApiError> {
        enable_alarm_actions::run(self, caller, input).await
    }

    async fn list_tags_for_resource(
        &self,
        caller: &Caller,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput, ApiError> {
        list_tags_for_resource::run(self, caller, &input)
    }

    async fn put_metric_alarm(
        &self,
        caller: &Caller,
        input: PutMetricAlarmInput,
    ) -> Result<PutMetricAlarmResponse, ApiError> {
        put_metric_alarm::run(self, caller, input).await
    }

    async fn set_alarm_state(
        &self,
        caller: &Caller,
        input: SetAlarmStateInput,
    ) -> Result<SetAlarmStateResponse, ApiError> {
        set_alarm_state::run(self, caller, input).await
    }

    async fn tag_resource(
        &self,
        caller: &Caller,
        input: TagResourceInput,
    ) -> Result<TagResourceOutput, ApiError> {
        tag_resource::run(self, caller, input).await
    }

    async fn untag_resource(
        &self,
        caller: &Caller,
        input: UntagResourceInput,
    ) -> Result<UntagResourceOutput, ApiError> {
        untag_resource::run(self, caller, input).await
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
