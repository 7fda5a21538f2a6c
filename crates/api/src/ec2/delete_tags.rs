//! `DeleteTags`: takes tags off networks.

use aws_api::ec2::{DeleteTagsRequest, DeleteTagsResponse};
use wire::ApiError;

use super::{describe, tagged, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteTagsRequest,
) -> Result<DeleteTagsResponse, ApiError> {
    describe::check_dry_run(input.dry_run)?;
    api.transact(caller, |turn| {
        for resource in tagged::find(turn.snapshot, turn.scope(), &input.resources)? {
            let left = tags::remove(resource.tags(), input.tags.as_deref());
            resource.set_tags(turn, left);
        }
        Ok(DeleteTagsResponse {})
    })
    .await
}
