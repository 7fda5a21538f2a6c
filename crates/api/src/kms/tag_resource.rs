//! `TagResource`: adds tags to a key, or replaces their values.

use aws_api::kms::{TagResourceRequest, TagResourceResponse};
use model::KmsKey;
use wire::ApiError;

use super::{change, key, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagResourceRequest,
) -> Result<TagResourceResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        let tags = tags::add(&found.tags, &input.tags)?;
        turn.plan.update(found, KmsKey { tags, ..(*found.record).clone() });
        Ok(TagResourceResponse {})
    })
    .await
}
