//! `ModifyLoadBalancerAttributes`: sets attributes of a load balancer.

use aws_api::elbv2::{ModifyLoadBalancerAttributesInput, ModifyLoadBalancerAttributesOutput};
use model::LoadBalancer;
use wire::ApiError;

use super::{attribute, load_balancer};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: ModifyLoadBalancerAttributesInput,
) -> Result<ModifyLoadBalancerAttributesOutput, ApiError> {
    api.transact(caller, |turn| {
        let known = load_balancer::find(turn.snapshot, turn.scope(), &input.load_balancer_arn)?;
        let given = input.attributes.iter().map(|each| (each.key.as_ref(), each.value.as_ref()));
        let attributes = attribute::set(attribute::load_balancer::TABLE, &known.attributes, given)?;
        let shown = attribute::load_balancer::render(&attributes);
        turn.plan.update(known, LoadBalancer { attributes, ..(*known.record).clone() });
        Ok(ModifyLoadBalancerAttributesOutput { attributes: Some(shown) })
    })
    .await
}
