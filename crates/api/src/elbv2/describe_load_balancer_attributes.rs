//! `DescribeLoadBalancerAttributes`: every attribute of a load balancer, set or not.

use aws_api::elbv2::{DescribeLoadBalancerAttributesInput, DescribeLoadBalancerAttributesOutput};
use wire::ApiError;

use super::{attribute, load_balancer};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeLoadBalancerAttributesInput,
) -> Result<DescribeLoadBalancerAttributesOutput, ApiError> {
    let snapshot = api.snapshot();
    let known = load_balancer::find(&snapshot, &caller.scope, &input.load_balancer_arn)?;
    let attributes = attribute::load_balancer::render(&known.attributes);
    Ok(DescribeLoadBalancerAttributesOutput { attributes: Some(attributes) })
}
