//! `GetSecretValue`: the value of a version, the current one where nothing else is said.

use aws_api::secretsmanager::{GetSecretValueRequest, GetSecretValueResponse};
use wire::ApiError;

use super::find::{self, NoVersion, Wanted};
use super::{access, sealing};
use crate::{Api, Caller};

/// Nothing is committed, but for the first reading of a day.
pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: GetSecretValueRequest,
) -> Result<GetSecretValueResponse, ApiError> {
    let snapshot = api.snapshot();
    let secret = find::active(&snapshot, &caller.scope, &input.secret_id)?;
    let wanted =
        Wanted { version_id: input.version_id.as_deref(), stage: input.version_stage.as_deref() };
    let (id, version) = find::version(secret, wanted).map_err(NoVersion::told)?;
    let clear = sealing::open(sealing::on_behalf(api, (caller, &snapshot)), (secret, id))
        .map_err(sealing::decryption_failure)?;
    access::note(api, caller, &[(secret, id)]).await;
    let (text, binary) = clear.shown();
    Ok(GetSecretValueResponse {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        version_id: Some(id.clone()),
        secret_binary: binary.map(Into::into),
        secret_string: text,
        version_stages: Some(version.stages.iter().cloned().collect())
            .filter(|stages: &Vec<String>| !stages.is_empty()),
        created_date: Some(version.created_at),
    })
}
