//! `UntagResource`: takes tags from a key. What it does not have is no fault.

use aws_api::kms::{UntagResourceRequest, UntagResourceResponse};
use model::KmsKey;
use wire::ApiError;

use super::{change, key, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse, ApiError> {
    input.tag_keys.iter().try_for_each(|key| tags::check_key(key))?;
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        let mut kept: KmsKey = (*found.record).clone();
        kept.tags.retain(|key, _| !input.tag_keys.contains(key));
        turn.plan.update(found, kept);
        Ok(UntagResourceResponse {})
    })
    .await
}
