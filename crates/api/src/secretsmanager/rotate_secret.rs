//! `RotateSecret`: says by which task and when a secret is rotated, and begins a rotation.

use aws_api::secretsmanager::{RotateSecretRequest, RotateSecretResponse};
use model::{RotationRules, Secret, SecretRotation};
use wire::ApiError;

use super::{client_token, find, rotation, version};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn, default_network};

/// What is asked for, once it is checked.
struct Wanted {
    token: String,
    rules: Option<RotationRules>,
    is_immediate: bool,
}

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: RotateSecretRequest,
) -> Result<RotateSecretResponse, ApiError> {
    let metadata = input.external_secret_rotation_metadata.as_ref();
    let fields = [
        ("ExternalSecretRotationMetadata", metadata.is_some_and(|items| !items.is_empty())),
        ("ExternalSecretRotationRoleArn", input.external_secret_rotation_role_arn.is_some()),
    ];
    refuse_given(&fields, super::unsupported)?;
    let wanted = Wanted {
        token: client_token::required(input.client_request_token.as_deref())?,
        rules: input.rotation_rules.as_ref().map(rotation::rules).transpose()?,
        is_immediate: input.rotate_immediately.unwrap_or(true),
    };
    // The task is to run in it.
    default_network::ensure(api, caller).await?;
    api.transact(caller, |turn| rotate(api, turn, &input, &wanted)).await
}

fn rotate(
    api: &Api,
    turn: &mut Turn<'_>,
    input: &RotateSecretRequest,
    wanted: &Wanted,
) -> Result<RotateSecretResponse, ApiError> {
    let secret = find::active(turn.snapshot, turn.scope(), &input.secret_id)?;
    let known = secret.rotation.as_ref();
    let run = known.and_then(|known| known.run.as_ref());
    if run.is_some_and(|run| run.version_id == wanted.token) {
        return Ok(answer(secret, wanted));
    }
    let given = rotation::target(turn, input.rotation_lambda_arn.as_deref())?;
    let definition = match (given, known) {
        (Some(given), _) => given,
        (None, Some(known)) => rotation::definition(turn, &known.task_definition)?,
        // COMPAT: AWS's sentence.
        (None, None) => {
            let message = "No Lambda rotation function ARN is associated with this secret.";
            return Err(super::refused(message));
        }
    };
    // COMPAT: "You also need `lambda:InvokeFunction` permissions on the rotation function", which
    // is a task here.
    api.may_run(turn.caller, turn.snapshot, definition)
        .map_err(|refused| refused.error(&aws_api::secretsmanager::SERVICE, &api.vault))?;
    check_previous(secret)?;
    if secret.versions.contains_key(&wanted.token) {
        return Err(version::token_in_use(secret, &wanted.token));
    }
    let rules = wanted.rules.clone().or_else(|| known.map(|known| known.rules.clone()));
    let mut rotation = SecretRotation {
        task_definition: definition.reference(),
        rules: rules.unwrap_or_default(),
        is_enabled: true,
        next: None,
        run: None,
        rotated_at: known.and_then(|known| known.rotated_at),
        failure: None,
    };
    rotation.next = planner::rotation::next_window(&rotation, turn.now());
    if rotation.next.is_none() && !wanted.is_immediate {
        return Err(super::invalid(
            "RotationRules have to say when to rotate, as RotateImmediately is false.",
        ));
    }
    turn.plan.read(definition);
    let before = (*secret.record).clone();
    let mut next = Secret { rotation: Some(rotation), changed_at: turn.now(), ..before };
    if wanted.is_immediate {
        planner::rotation::begin(&mut next, &wanted.token, turn.now());
    }
    turn.plan.update(secret, next);
    Ok(answer(secret, wanted))
}

/// COMPAT: "If the `AWSPENDING` staging label is present but not attached to the same version as
/// `AWSCURRENT`, then any later invocation of `RotateSecret` assumes that a previous rotation
/// request is still in progress and returns an error." The sentence is AWS's, the reason ours.
fn check_previous(secret: &Secret) -> Result<(), ApiError> {
    let rotation = secret.rotation.as_ref();
    let is_running = rotation.is_some_and(|rotation| rotation.run.is_some());
    if !is_running && secret.pending().is_none() {
        return Ok(());
    }
    let failure = rotation.and_then(|rotation| rotation.failure.as_ref());
    let reason = failure.map(|failure| format!(" The last attempt failed: {failure}."));
    Err(super::refused(format!(
        "A previous rotation isn't complete. That rotation will be reattempted.{}",
        reason.unwrap_or_default()
    )))
}

fn answer(secret: &Secret, wanted: &Wanted) -> RotateSecretResponse {
    RotateSecretResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        version_id: wanted.is_immediate.then(|| wanted.token.clone()),
    }
}
