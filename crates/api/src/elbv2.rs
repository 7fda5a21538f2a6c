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

use aws_api::elbv2::{
    AddTagsInput, AddTagsOutput, CreateListenerInput, CreateListenerOutput,
    CreateLoadBalancerInput, CreateLoadBalancerOutput, CreateRuleInput, CreateRuleOutput,
    CreateTargetGroupInput, CreateTargetGroupOutput, DeleteListenerInput, DeleteListenerOutput,
    DeleteLoadBalancerInput, DeleteLoadBalancerOutput, DeleteRuleInput, DeleteRuleOutput,
    DeleteTargetGroupInput, DeleteTargetGroupOutput, DeregisterTargetsInput,
    DeregisterTargetsOutput, DescribeAccountLimitsInput, DescribeAccountLimitsOutput,
    DescribeListenerAttributesInput, DescribeListenerAttributesOutput, DescribeListenersInput,
    DescribeListenersOutput, DescribeLoadBalancerAttributesInput,
    DescribeLoadBalancerAttributesOutput, DescribeLoadBalancersInput, DescribeLoadBalancersOutput,
    DescribeRulesInput, DescribeRulesOutput, DescribeSSLPoliciesInput, DescribeSSLPoliciesOutput,
    DescribeTagsInput, DescribeTagsOutput, DescribeTargetGroupAttributesInput,
    DescribeTargetGroupAttributesOutput, DescribeTargetGroupsInput, DescribeTargetGroupsOutput,
    DescribeTargetHealthInput, DescribeTargetHealthOutput, Elbv2, ModifyListenerAttributesInput,
    ModifyListenerAttributesOutput, ModifyListenerInput, ModifyListenerOutput,
    ModifyLoadBalancerAttributesInput, ModifyLoadBalancerAttributesOutput, ModifyRuleInput,
    ModifyRuleOutput, ModifyTargetGroupAttributesInput, ModifyTargetGroupAttributesOutput,
    ModifyTargetGroupInput, ModifyTargetGroupOutput, RegisterTargetsInput, RegisterTargetsOutput,
    RemoveTagsInput, RemoveTagsOutput, SetIpAddressTypeInput, SetIpAddressTypeOutput,
    SetRulePrioritiesInput, SetRulePrioritiesOutput, SetSecurityGroupsInput,
    SetSecurityGroupsOutput, SetSubnetsInput, SetSubnetsOutput,
};
use model::{AnyRecord, Entry, Record};
use wire::{ApiError, Request, Value};

use crate::{Api, Caller, Turn};

pub(crate) use self::tagged::tags_of;

impl Elbv2 for Api {
    type Context = Caller;

    fn admit(&self, caller: &Caller, asked: &Request<'_>, input: &Value) -> Result<(), ApiError> {
        self.authorize(caller, asked, input)
    }

    async fn add_tags(
        &self,
        caller: &Caller,
        input: AddTagsInput,
    ) -> Result<AddTagsOutput, ApiError> {
        add_tags::run(self, caller, input).await
    }

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

    async fn create_rule(
        &self,
        caller: &Caller,
        input: CreateRuleInput,
    ) -> Result<CreateRuleOutput, ApiError> {
        create_rule::run(self, caller, input).await
    }

    async fn create_target_group(
        &self,
        caller: &Caller,
        input: CreateTargetGroupInput,
    ) -> Result<CreateTargetGroupOutput, ApiError> {
        create_target_group::run(self, caller, input).await
    }

    async fn delete_listener(
        &self,
        caller: &Caller,
        input: DeleteListenerInput,
    ) -> Result<DeleteListenerOutput, ApiError> {
        delete_listener::run(self, caller, input).await
    }

    async fn delete_load_balancer(
        &self,
        caller: &Caller,
        input: DeleteLoadBalancerInput,
    ) -> Result<DeleteLoadBalancerOutput, ApiError> {
        delete_load_balancer::run(self, caller, input).await
    }

    async fn delete_rule(
        &self,
        caller: &Caller,
        input: DeleteRuleInput,
    ) -> Result<DeleteRuleOutput, ApiError> {
        delete_rule::run(self, caller, input).await
    }

    async fn delete_target_group(
        &self,
        caller: &Caller,
        input: DeleteTargetGroupInput,
    ) -> Result<DeleteTargetGroupOutput, ApiError> {
        delete_target_group::run(self, caller, input).await
    }

    async fn deregister_targets(
        &self,
        caller: &Caller,
        input: DeregisterTargetsInput,
    ) -> Result<DeregisterTargetsOutput, ApiError> {
        deregister_targets::run(self, caller, input).await
    }

    async fn describe_account_limits(
        &self,
        _caller: &Caller,
        input: DescribeAccountLimitsInput,
    ) -> Result<DescribeAccountLimitsOutput, ApiError> {
        describe_account_limits::run(&input)
    }

    async fn describe_listener_attributes(
        &self,
        caller: &Caller,
        input: DescribeListenerAttributesInput,
    ) -> Result<DescribeListenerAttributesOutput, ApiError> {
        describe_listener_attributes::run(self, caller, &input)
    }

    async fn describe_listeners(
        &self,
        caller: &Caller,
        input: DescribeListenersInput,
    ) -> Result<DescribeListenersOutput, ApiError> {
        describe_listeners::run(self, caller, &input)
    }

    async fn describe_load_balancer_attributes(
        &self,
        caller: &Caller,
        input: DescribeLoadBalancerAttributesInput,
    ) -> Result<DescribeLoadBalancerAttributesOutput, ApiError> {
        describe_load_balancer_attributes::run(self, caller, &input)
    }

    async fn describe_load_balancers(
        &self,
        caller: &Caller,
        input: DescribeLoadBalancersInput,
    ) -> Result<DescribeLoadBalancersOutput, ApiError> {
        describe_load_balancers::run(self, caller, &input)
    }

    async fn describe_rules(
        &self,
        caller: &Caller,
        input: DescribeRulesInput,
    ) -> Result<DescribeRulesOutput, ApiError> {
        describe_rules::run(self, caller, &input)
    }

    async fn describe_ssl_policies(
        &self,
        _caller: &Caller,
        input: DescribeSSLPoliciesInput,
    ) -> Result<DescribeSSLPoliciesOutput, ApiError> {
        describe_ssl_policies::run(&input)
    }

    async fn describe_tags(
        &self,
        caller: &Caller,
        input: DescribeTagsInput,
    ) -> Result<DescribeTagsOutput, ApiError> {
        describe_tags::run(self, caller, &input)
    }

    async fn describe_target_group_attributes(
        &self,
        caller: &Caller,
        input: DescribeTargetGroupAttributesInput,
    ) -> Result<DescribeTargetGroupAttributesOutput, ApiError> {
        describe_target_group_attributes::run(self, caller, &input)
    }

    async fn describe_target_groups(
        &self,
        caller: &Caller,
        input: DescribeTargetGroupsInput,
    ) -> Result<DescribeTargetGroupsOutput, ApiError> {
        describe_target_groups::run(self, caller, &input)
    }

    async fn describe_target_health(
        &self,
        caller: &Caller,
        input: DescribeTargetHealthInput,
    ) -> Result<DescribeTargetHealthOutput, ApiError> {
        describe_target_health::run(self, caller, &input)
    }

    async fn modify_listener(
        &self,
        caller: &Caller,
        input: ModifyListenerInput,
    ) -> Result<ModifyListenerOutput, ApiError> {
        modify_listener::run(self, caller, input).await
    }

    async fn modify_listener_attributes(
        &self,
        caller: &Caller,
        input: ModifyListenerAttributesInput,
    ) -> Result<ModifyListenerAttributesOutput, ApiError> {
        modify_listener_attributes::run(self, caller, input).await
    }

    async fn modify_load_balancer_attributes(
        &self,
        caller: &Caller,
        input: ModifyLoadBalancerAttributesInput,
    ) -> Result<ModifyLoadBalancerAttributesOutput, ApiError> {
        modify_load_balancer_attributes::run(self, caller, input).await
    }

    async fn modify_rule(
        &self,
        caller: &Caller,
        input: ModifyRuleInput,
    ) -> Result<ModifyRuleOutput, ApiError> {
        modify_rule::run(self, caller, input).await
    }

    async fn modify_target_group(
        &self,
        caller: &Caller,
        input: ModifyTargetGroupInput,
    ) -> Result<ModifyTargetGroupOutput, ApiError> {
        modify_target_group::run(self, caller, input).await
    }

    async fn modify_target_group_attributes(
        &self,
        caller: &Caller,
        input: ModifyTargetGroupAttributesInput,
    ) -> Result<ModifyTargetGroupAttributesOutput, ApiError> {
        modify_target_group_attributes::run(self, caller, input).await
    }

    async fn register_targets(
        &self,
        caller: &Caller,
        input: RegisterTargetsInput,
    ) -> Result<RegisterTargetsOutput, ApiError> {
        register_targets::run(self, caller, input).await
    }

    async fn remove_tags(
        &self,
        caller: &Caller,
        input: RemoveTagsInput,
    ) -> Result<RemoveTagsOutput, ApiError> {
        remove_tags::run(self, caller, input).await
    }

    async fn set_ip_address_type(
        &self,
        caller: &Caller,
        input: SetIpAddressTypeInput,
    ) -> Result<SetIpAddressTypeOutput, ApiError> {
        set_ip_address_type::run(self, caller, &input)
    }

    async fn set_rule_priorities(
        &self,
        caller: &Caller,
        input: SetRulePrioritiesInput,
    ) -> Result<SetRulePrioritiesOutput, ApiError> {
        set_rule_priorities::run(self, caller, input).await
    }

    async fn set_security_groups(
        &self,
        caller: &Caller,
        input: SetSecurityGroupsInput,
    ) -> Result<SetSecurityGroupsOutput, ApiError> {
        set_security_groups::run(self, caller, input).await
    }

    async fn set_subnets(
        &self,
        caller: &Caller,
        input: SetSubnetsInput,
    ) -> Result<SetSubnetsOutput, ApiError> {
        set_subnets::run(self, caller, input).await
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
