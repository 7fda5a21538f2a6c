//! `UntagResource`: takes tags from a secret.

use aws_api::secretsmanager::{UntagResourceRequest, UntagResourceResponse};
use model::Secret;
use wire::ApiError;

use super::find;
use crate::{Api, Caller};

/// COMPAT: "If a requested tag is not attached to the secret, no error is returned and the secret
/// metadata is unchanged."
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UntagResourceRequest,
) -> Result<UntagResourceResponse, ApiError> {
    api.transact(caller, |turn| {
        let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
        let mut tags = secret.tags.clone();
        tags.retain(|key, _| !input.tag_keys.contains(key));
        if tags != secret.tags {
            let changed_at = turn.now();
            turn.plan.update(secret, Secret { tags, changed_at, ..(*secret.record).clone() });
        }
        Ok(UntagResourceResponse {})
    })
    .await
}
