//! `PutSecretValue`: a version with a value, in the stages that are named or the current one.

use aws_api::secretsmanager::{PutSecretValueRequest, PutSecretValueResponse};
use model::{Secret, SecretVersion};
use wire::ApiError;

use super::value::Clear;
use super::version::{self, Known, NewVersion};
use super::{client_token, find};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    mut input: PutSecretValueRequest,
) -> Result<PutSecretValueResponse, ApiError> {
    // It names a rotation by a function, of which there is none.
    refuse_given(&[("RotationToken", input.rotation_token.is_some())], super::unsupported)?;
    let token = client_token::required(input.client_request_token.as_deref())?;
    let value = Clear::given(input.secret_string.take(), input.secret_binary.as_deref())?;
    // COMPAT: AWS's sentence.
    let value = value
        .ok_or_else(|| super::refused("You must provide either SecretString or SecretBinary."))?;
    let stages = input.version_stages.take();
    let stages = stages.unwrap_or_else(|| vec![SecretVersion::CURRENT.to_owned()]);
    let new = NewVersion { id: &token, value: &value, stages: &stages };
    api.transact(caller, |turn| put(api, turn, (&input.secret_id, new))).await
}

fn put(
    api: &Api,
    turn: &mut Turn<'_>,
    (secret_id, new): (&str, NewVersion<'_>),
) -> Result<PutSecretValueResponse, ApiError> {
    let secret = find::active(turn.snapshot, turn.scope(), secret_id)?;
    match version::known(api, turn, (secret, new))? {
        Known::Nothing => {}
        Known::Same => return Ok(answer(secret, new.id)),
        Known::Other => return Err(version::token_in_use(secret, new.id)),
    }
    let mut next = (*secret.record).clone();
    version::add(api, turn, (&mut next, new))?;
    let made = answer(&next, new.id);
    turn.plan.update(secret, next);
    Ok(made)
}

fn answer(secret: &Secret, version_id: &str) -> PutSecretValueResponse {
    let version = secret.versions.get(version_id);
    PutSecretValueResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        version_id: Some(version_id.to_owned()),
        version_stages: version.map(|version| version.stages.iter().cloned().collect()),
    }
}
