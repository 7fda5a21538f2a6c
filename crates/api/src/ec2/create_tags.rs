//! `CreateTags`: adds tags to networks, or replaces their values.

use aws_api::ec2::{CreateTagsRequest, CreateTagsResponse};
use wire::ApiError;

use super::{describe, tagged, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateTagsRequest,
) -> Result<CreateTagsResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| {
        for resource in tagged::find(turn.snapshot, turn.scope(), &input.resources)? {
            let added = tags::add(resource.tags(), &input.tags)?;
            resource.set_tags(turn, added);
        }
        Ok(CreateTagsResponse {})
    })
    .await
}
