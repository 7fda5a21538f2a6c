//! `DescribeKey`: what a key is, and the state that it is in.

use aws_api::kms::{DescribeKeyRequest, DescribeKeyResponse};
use wire::ApiError;

use super::managed::{self, ManagedKey};
use super::{key, key_metadata};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DescribeKeyRequest,
) -> Result<DescribeKeyResponse, ApiError> {
    super::refuse_grant_tokens(input.grant_tokens.as_deref())?;
    // COMPAT: describing the alias of a key of AWS's own makes the key (`DescribeKey`).
    if let Some(wanted) = ManagedKey::named(&caller.scope, &input.key_id) {
        let made = api.transact(caller, |turn| {
            managed::find_or_make(turn, &api.vault, wanted).map_err(super::refusal)
        });
        return Ok(answer(&made.await?));
    }
    let snapshot = api.snapshot();
    let found = key::find(&snapshot, &caller.scope, &input.key_id);
    Ok(answer(found.map_err(super::refusal)?))
}

fn answer(key: &model::KmsKey) -> DescribeKeyResponse {
    DescribeKeyResponse { key_metadata: Some(key_metadata::render(key)) }
}
