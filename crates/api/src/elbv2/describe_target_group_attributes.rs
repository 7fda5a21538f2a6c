//! `DescribeTargetGroupAttributes`: every attribute of a target group, set or not.

use aws_api::elbv2::{DescribeTargetGroupAttributesInput, DescribeTargetGroupAttributesOutput};
use wire::ApiError;

use super::{attribute, target_group};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTargetGroupAttributesInput,
) -> Result<DescribeTargetGroupAttributesOutput, ApiError> {
    let snapshot = api.snapshot();
    let known = target_group::find(&snapshot, &caller.scope, &input.target_group_arn)?;
    let attributes = attribute::target_group::render(&known.attributes);
    Ok(DescribeTargetGroupAttributesOutput { attributes: Some(attributes) })
}
