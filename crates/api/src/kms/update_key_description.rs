//! `UpdateKeyDescription`: says anew what a key is for.

use aws_api::kms::{UpdateKeyDescriptionRequest, UpdateKeyDescriptionResponse};
use model::KmsKey;
use wire::ApiError;

use super::{change, key};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateKeyDescriptionRequest,
) -> Result<UpdateKeyDescriptionResponse, ApiError> {
    api.transact(caller, |turn| {
        let found = change::find(turn, &input.key_id)?;
        key::check_kept(found).map_err(super::refusal)?;
        let description = input.description.clone();
        turn.plan.update(found, KmsKey { description, ..(*found.record).clone() });
        Ok(UpdateKeyDescriptionResponse {})
    })
    .await
}
