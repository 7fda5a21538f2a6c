//! `DescribeListenerAttributes`: every attribute of a listener, set or not.

use aws_api::elbv2::{DescribeListenerAttributesInput, DescribeListenerAttributesOutput};
use wire::ApiError;

use super::{attribute, listener};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeListenerAttributesInput,
) -> Result<DescribeListenerAttributesOutput, ApiError> {
    let snapshot = api.snapshot();
    let known = listener::find(&snapshot, &caller.scope, &input.listener_arn)?;
    let attributes = attribute::listener::render(&known.attributes);
    Ok(DescribeListenerAttributesOutput { attributes: Some(attributes) })
}
