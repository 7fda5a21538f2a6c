//! `CreateSecret`: makes a secret, with a first version where a value is given.

use std::collections::BTreeMap;

use aws_api::secretsmanager::{CreateSecretRequest, CreateSecretResponse, errors};
use model::{Entry, Secret, SecretVersion, Tags};
use wire::ApiError;

use super::value::Clear;
use super::version::{self, Known, NewVersion};
use super::{client_token, name, sealing, tags};
use crate::refuse::refuse_given;
use crate::{Api, Caller, Turn};

/// LIMIT: secrets of all accounts and Regions.
const SECRETS_MAX: usize = 500_000;

const SUFFIX_LENGTH: usize = 6;

/// What is asked for, once it is checked.
struct Wanted {
    token: String,
    value: Option<Clear>,
    tags: Tags,
}

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    mut input: CreateSecretRequest,
) -> Result<CreateSecretResponse, ApiError> {
    refuse_unsupported(&input)?;
    name::check(&input.name)?;
    let wanted = Wanted {
        token: client_token::required(input.client_request_token.as_deref())?,
        value: Clear::given(input.secret_string.take(), input.secret_binary.as_deref())?,
        tags: tags::add(&Tags::new(), input.tags.as_deref().unwrap_or_default())?,
    };
    api.transact(caller, |turn| create(api, turn, (&input, &wanted))).await
}

fn refuse_unsupported(input: &CreateSecretRequest) -> Result<(), ApiError> {
    let fields = [
        ("AddReplicaRegions", input.add_replica_regions.is_some()),
        ("ForceOverwriteReplicaSecret", input.force_overwrite_replica_secret == Some(true)),
        ("Type", input.r#type.as_ref().is_some_and(|it| !it.is_empty())),
        ("CrossAccountPrimaryARN", input.cross_account_primary_arn.is_some()),
    ];
    refuse_given(&fields, super::unsupported)
}

fn create(
    api: &Api,
    turn: &mut Turn<'_>,
    (input, wanted): (&CreateSecretRequest, &Wanted),
) -> Result<CreateSecretResponse, ApiError> {
    if let Some(known) = turn.snapshot.secrets.get(turn.scope(), &input.name) {
        return again(api, turn, (known, wanted));
    }
    if turn.snapshot.secrets.len() >= SECRETS_MAX {
        let message = format!("The maximum of {SECRETS_MAX} secrets was reached.");
        return Err(errors::limit_exceeded_exception(message));
    }
    let mut secret = Secret {
        scope: turn.scope().clone(),
        name: input.name.clone(),
        suffix: turn.rng.alphanumeric(SUFFIX_LENGTH),
        description: input.description.clone().filter(|it| !it.is_empty()),
        kms_key_id: None,
        tags: wanted.tags.clone(),
        versions: BTreeMap::new(),
        resource_policy: None,
        rotation: None,
        deletion: None,
        creation_token: Some(wanted.token.clone()),
        created_at: turn.now(),
        changed_at: turn.now(),
        accessed_on: None,
    };
    secret.kms_key_id = sealing::establish(api, turn, (&secret, input.kms_key_id.as_deref()))?;
    if let Some(value) = &wanted.value {
        let stages = [SecretVersion::CURRENT.to_owned()];
        let new = NewVersion { id: &wanted.token, value, stages: &stages };
        version::add(api, turn, (&mut secret, new))?;
    }
    let made = answer(&secret, wanted);
    turn.plan.insert(secret);
    Ok(made)
}

/// The answer where there is a secret of this name: it is the one that this very request made,
/// or in the way.
fn again(
    api: &Api,
    turn: &Turn<'_>,
    (known, wanted): (&Entry<Secret>, &Wanted),
) -> Result<CreateSecretResponse, ApiError> {
    // COMPAT: AWS's sentences.
    if known.deletion.is_some() {
        return Err(super::refused(
            "You can't create this secret because a secret with this name is already scheduled \
             for deletion.",
        ));
    }
    let is_same = match &wanted.value {
        None => !known.versions.contains_key(&wanted.token),
        Some(value) => {
            let new = NewVersion { id: &wanted.token, value, stages: &[] };
            version::known(api, turn, (known, new))? == Known::Same
        }
    };
    if is_same && known.creation_token.as_ref() == Some(&wanted.token) {
        return Ok(answer(known, wanted));
    }
    let message = format!("The operation failed because the secret {} already exists.", known.name);
    Err(errors::resource_exists_exception(message))
}

fn answer(secret: &Secret, wanted: &Wanted) -> CreateSecretResponse {
    CreateSecretResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        version_id: wanted.value.as_ref().map(|_| wanted.token.clone()),
        replication_status: None,
    }
}
