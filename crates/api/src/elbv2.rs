//! Elastic Load Balancing: the trait's methods, each in a file of its own.

mod action;
mod add_tags;
mod attribute;
mod condition;
mod create_listener;
mod create_load_balancer;
mod create_rule;
mod create_target_group;
mod delete_listener;
mod delete_load_balancer;
mod delete_rule;
mod delete_target_group;
mod deregister_targets;
mod describe_account_limits;
mod describe_listener_attributes;
mod describe_listeners;
mod describe_load_balancer_attributes;
mod describe_load_balancers;
mod describe_rules;
mod describe_ssl_policies;
mod describe_tags;
mod describe_target_group_attributes;
mod describe_target_groups;
mod describe_target_health;
mod health_check;
mod listener;
mod listing;
mod load_balancer;
mod modify_listener;
mod modify_listener_attributes;
mod modify_load_balancer_attributes;
mod modify_rule;
mod modify_target_group;
mod modify_target_group_attributes;
mod name;
mod network;
mod register_targets;
mod remove_tags;
mod rule;
mod set_ip_address_type;
mod set_rule_priorities;
mod set_security_groups;
mod set_subnets;
mod tagged;
mod tags;
mod target;
mod target_group;

use aws_api::elbv2::{self, Elbv2, errors};
use model::{AnyRecord, Entry, Record};
use wire::{ApiError, Request, Value};

use crate::operations::operations;
use crate::{Api, Caller, Turn};

pub(crate) use self::tagged::tags_of;

impl Elbv2 for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    operations! {
        add_tags(elbv2::AddTagsInput) -> elbv2::AddTagsOutput;
        create_listener(elbv2::CreateListenerInput) -> elbv2::CreateListenerOutput;
        create_load_balancer(elbv2::CreateLoadBalancerInput) -> elbv2::CreateLoadBalancerOutput;
        create_rule(elbv2::CreateRuleInput) -> elbv2::CreateRuleOutput;
        create_target_group(elbv2::CreateTargetGroupInput) -> elbv2::CreateTargetGroupOutput;
        delete_listener(elbv2::DeleteListenerInput) -> elbv2::DeleteListenerOutput;
        delete_load_balancer(elbv2::DeleteLoadBalancerInput) -> elbv2::DeleteLoadBalancerOutput;
        delete_rule(elbv2::DeleteRuleInput) -> elbv2::DeleteRuleOutput;
        delete_target_group(elbv2::DeleteTargetGroupInput) -> elbv2::DeleteTargetGroupOutput;
        deregister_targets(elbv2::DeregisterTargetsInput) -> elbv2::DeregisterTargetsOutput;
        describe_listener_attributes(&elbv2::DescribeListenerAttributesInput)
            -> elbv2::DescribeListenerAttributesOutput;
        describe_listeners(&elbv2::DescribeListenersInput) -> elbv2::DescribeListenersOutput;
        describe_load_balancer_attributes(&elbv2::DescribeLoadBalancerAttributesInput)
            -> elbv2::DescribeLoadBalancerAttributesOutput;
        describe_load_balancers(&elbv2::DescribeLoadBalancersInput)
            -> elbv2::DescribeLoadBalancersOutput;
        describe_rules(&elbv2::DescribeRulesInput) -> elbv2::DescribeRulesOutput;
        describe_tags(&elbv2::DescribeTagsInput) -> elbv2::DescribeTagsOutput;
        describe_target_group_attributes(&elbv2::DescribeTargetGroupAttributesInput)
            -> elbv2::DescribeTargetGroupAttributesOutput;
        describe_target_groups(&elbv2::DescribeTargetGroupsInput)
            -> elbv2::DescribeTargetGroupsOutput;
        describe_target_health(&elbv2::DescribeTargetHealthInput)
            -> elbv2::DescribeTargetHealthOutput;
        modify_listener(elbv2::ModifyListenerInput) -> elbv2::ModifyListenerOutput;
        modify_listener_attributes(elbv2::ModifyListenerAttributesInput)
            -> elbv2::ModifyListenerAttributesOutput;
        modify_load_balancer_attributes(elbv2::ModifyLoadBalancerAttributesInput)
            -> elbv2::ModifyLoadBalancerAttributesOutput;
        modify_rule(elbv2::ModifyRuleInput) -> elbv2::ModifyRuleOutput;
        modify_target_group(elbv2::ModifyTargetGroupInput) -> elbv2::ModifyTargetGroupOutput;
        modify_target_group_attributes(elbv2::ModifyTargetGroupAttributesInput)
            -> elbv2::ModifyTargetGroupAttributesOutput;
        register_targets(elbv2::RegisterTargetsInput) -> elbv2::RegisterTargetsOutput;
        remove_tags(elbv2::RemoveTagsInput) -> elbv2::RemoveTagsOutput;
        set_ip_address_type(&elbv2::SetIpAddressTypeInput) -> elbv2::SetIpAddressTypeOutput;
        set_rule_priorities(elbv2::SetRulePrioritiesInput) -> elbv2::SetRulePrioritiesOutput;
        set_security_groups(elbv2::SetSecurityGroupsInput) -> elbv2::SetSecurityGroupsOutput;
        set_subnets(elbv2::SetSubnetsInput) -> elbv2::SetSubnetsOutput;
    }

    async fn describe_account_limits(
        &self,
        _caller: &Caller,
        input: elbv2::DescribeAccountLimitsInput,
    ) -> Result<elbv2::DescribeAccountLimitsOutput, ApiError> {
        describe_account_limits::run(&input)
    }

    async fn describe_ssl_policies(
        &self,
        _caller: &Caller,
        input: elbv2::DescribeSSLPoliciesInput,
    ) -> Result<elbv2::DescribeSSLPoliciesOutput, ApiError> {
        describe_ssl_policies::run(&input)
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
    errors::invalid_configuration_request_exception(message)
}
