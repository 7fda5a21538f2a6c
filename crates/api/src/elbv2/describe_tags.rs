//! `DescribeTags`: the tags of the resources that are named.

use aws_api::elbv2::{DescribeTagsInput, DescribeTagsOutput, TagDescription};
use wire::ApiError;

use super::{tagged, tags};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &DescribeTagsInput,
) -> Result<DescribeTagsOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = tagged::find(&snapshot, &caller.scope, &input.resource_arns)?;
    let shown = found.into_iter().map(|(arn, resource)| TagDescription {
        resource_arn: Some(arn),
        tags: Some(tags::render(&resource.tags())),
    });
    Ok(DescribeTagsOutput { tag_descriptions: Some(shown.collect()) })
}
