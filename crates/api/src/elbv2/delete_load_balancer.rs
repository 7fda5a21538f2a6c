//! `DeleteLoadBalancer`: its listeners, rules and interfaces go with it.

use aws_api::elbv2::{DeleteLoadBalancerInput, DeleteLoadBalancerOutput, errors};
use wire::ApiError;

use super::{attribute, listener, load_balancer, network, rule};
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteLoadBalancerInput,
) -> Result<DeleteLoadBalancerOutput, ApiError> {
    api.transact(caller, |turn| decide(turn, &input.load_balancer_arn)).await
}

/// COMPAT: "If the load balancer does not exist or has already been deleted, the call
/// succeeds."
fn decide(turn: &mut Turn<'_>, arn: &str) -> Result<DeleteLoadBalancerOutput, ApiError> {
    let Some(known) = load_balancer::get(turn.snapshot, turn.scope(), arn)? else {
        return Ok(DeleteLoadBalancerOutput {});
    };
    if attribute::load_balancer::is_deletion_protected(&known.attributes) {
        return Err(errors::operation_not_permitted_exception(format!(
            "Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        )));
    }
    for rule in rule::of_load_balancer(turn.snapshot, known) {
        turn.plan.delete(rule);
    }
    for listener in listener::of_load_balancer(turn.snapshot, known) {
        turn.plan.delete(listener);
    }
    for interface in network::interfaces(turn.snapshot, known) {
        turn.plan.delete(interface);
    }
    turn.plan.delete(known);
    Ok(DeleteLoadBalancerOutput {})
}
