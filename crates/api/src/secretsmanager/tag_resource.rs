//! `TagResource`: adds tags to a secret, or replaces their values.

use aws_api::secretsmanager::{TagResourceRequest, TagResourceResponse};
use model::Secret;
use wire::ApiError;

use super::{find, tags};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: TagResourceRequest,
) -> Result<TagResourceResponse, ApiError> {
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        let tags = tags::add(&secret.tags, &input.tags)?;
        let changed_at = turn.now();
        turn.plan.update(secret, Secret { tags, changed_at, ..(*secret.record).clone() });
        Ok(TagResourceResponse {})
    })
    .await
}
