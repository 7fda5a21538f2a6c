//! Elastic Load Balancing: the trait's methods, each in a file of its own.

mod action;
mod create_listener;
mod create_load_balancer;
mod create_target_group;
mod describe_listeners;
mod describe_load_balancers;
mod describe_target_groups;
mod describe_target_health;
mod health_check;
mod listener;
mod listing;
mod load_balancer;
mod name;
mod network;
mod tags;
mod target;
mod target_group;

use aws_api::elbv2::{
    CreateListenerInput, CreateListenerOutput, CreateLoadBalancerInput, CreateLoadBalancerOutput,
    CreateTargetGroupInput, CreateTargetGroupOutput, DescribeListenersInput,
    DescribeListenersOutput, DescribeLoadBalancersInput, DescribeLoadBalancersOutput,
    DescribeTargetGroupsInput, DescribeTargetGroupsOutput, DescribeTargetHealthInput,
    DescribeTargetHealthOutput, Elbv2,
};
use model::{AnyRecord, Entry, Record};
use wire::ApiError;

use crate::{Api, Caller, Turn};

impl Elbv2 for Api {
    type Context = Caller;

    async fn create_listener(
        &self,
        caller: &Caller,
        input: CreateListenerInput,
    ) -> Result<CreateListenerOutput, ApiError> {
        create_listener::run(self, caller, input).await
    }

    async fn create_load_balancer(
        &self,
        caller: &Caller,
        input: CreateLoadBalancerInput,
    ) -> Result<CreateLoadBalancerOutput, ApiError> {
        create_load_balancer::run(self, caller, input).await
    }

    async fn create_target_group(
        &self,
        caller: &Caller,
        input: CreateTargetGroupInput,
    ) -> Result<CreateTargetGroupOutput, ApiError> {
        create_target_group::run(self, caller, input).await
    }

    async fn describe_listeners(
        &self,
        caller: &Caller,
        input: DescribeListenersInput,
    ) -> Result<DescribeListenersOutput, ApiError> {
        describe_listeners::run(self, caller, input).await
    }

    async fn describe_load_balancers(
        &self,
        caller: &Caller,
        input: DescribeLoadBalancersInput,
    ) -> Result<DescribeLoadBalancersOutput, ApiError> {
        describe_load_balancers::run(self, caller, input).await
    }

    async fn describe_target_groups(
        &self,
        caller: &Caller,
        input: DescribeTargetGroupsInput,
    ) -> Result<DescribeTargetGroupsOutput, ApiError> {
        describe_target_groups::run(self, caller, input).await
    }

    async fn describe_target_health(
        &self,
        caller: &Caller,
        input: DescribeTargetHealthInput,
    ) -> Result<DescribeTargetHealthOutput, ApiError> {
        describe_target_health::run(self, caller, input).await
    }
}

/// Writes a record again as it is, so that a plan that changes or uses it meanwhile is a
/// conflict: what hangs on it is decided one at a time.
fn hold<R: Record + Into<AnyRecord>>(turn: &mut Turn<'_>, entry: &Entry<R>) {
    turn.plan.update(entry, (*entry.record).clone());
}

/// A port that the model's range has let through.
fn port(given: i32) -> Result<u16, ApiError> {
    match u16::try_from(given) {
        Ok(port) if port > 0 => Ok(port),
        Ok(_) | Err(_) => {
            Err(invalid(format!("Port '{given}' must be between '1' and '65535' inclusive")))
        }
    }
}

/// A value that AWS does not take either.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::client("ValidationError", message)
}

/// Refuses a field that is given and not honoured.
fn unsupported(message: String) -> ApiError {
    aws_api::elbv2::errors::invalid_configuration_request_exception(message)
}
