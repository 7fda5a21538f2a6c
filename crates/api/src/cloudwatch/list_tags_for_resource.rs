//! `ListTagsForResource`: the tags of an alarm.

use aws_api::cloudwatch::{ListTagsForResourceInput, ListTagsForResourceOutput};
use wire::ApiError;

use super::{alarm, tags};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, ApiError> {
    let snapshot = api.snapshot();
    let found = alarm::by_arn(&snapshot, &caller.scope, &input.resource_arn)?;
    Ok(ListTagsForResourceOutput { tags: Some(tags::render(&found.tags)) })
}
