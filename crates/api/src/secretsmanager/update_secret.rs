//! `UpdateSecret`: another description or key, or a version with a value that becomes current.

use aws_api::secretsmanager::{UpdateSecretRequest, UpdateSecretResponse};
use model::SecretVersion;
use wire::ApiError;

use super::value::Clear;
use super::version::{self, Known, NewVersion};
use super::{client_token, find, sealing};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    mut input: UpdateSecretRequest,
) -> Result<UpdateSecretResponse, ApiError> {
    let is_typed = input.r#type.as_ref().is_some_and(|it| !it.is_empty());
    refuse_given(&[("Type", is_typed)], super::unsupported)?;
    let token = client_token::required(input.client_request_token.as_deref())?;
    let value = Clear::given(input.secret_string.take(), input.secret_binary.as_deref())?;
    let stages = [SecretVersion::CURRENT.to_owned()];
    let new = value.as_ref().map(|value| NewVersion { id: &token, value, stages: &stages });
    api.transact(caller, |turn| update(api, turn, (&input, new))).await
}

fn update(
    api: &Api,
    turn: &mut Turn<'_>,
    (input, new): (&UpdateSecretRequest, Option<NewVersion<'_>>),
) -> Result<UpdateSecretResponse, ApiError> {
    let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
    let mut next = (*secret.record).clone();
    if let Some(description) = &input.description {
        next.description = Some(description.clone()).filter(|it| !it.is_empty());
        next.changed_at = turn.now();
    }
    if let Some(named) = &input.kms_key_id {
        next.kms_key_id = sealing::establish(api, turn, (secret, Some(named)))?;
        sealing::rewrap(api, turn, &next)?;
        next.changed_at = turn.now();
    }
    if let Some(new) = new {
        // COMPAT: "If you call this operation with a `ClientRequestToken` that matches an
        // existing version's `VersionId`, the operation results in an error."
        if version::known(api, turn, (secret, new))? != Known::Nothing {
            return Err(version::token_in_use(secret, new.id));
        }
        version::add(api, turn, (&mut next, new))?;
    }
    let answer = UpdateSecretResponse {
        arn: Some(next.arn()),
        name: Some(next.name.clone()),
        version_id: new.map(|new| new.id.to_owned()),
    };
    turn.plan.update(secret, next);
    Ok(answer)
}
