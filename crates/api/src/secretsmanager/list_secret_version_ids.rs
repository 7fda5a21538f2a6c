//! `ListSecretVersionIds`: the versions of a secret that have a value, page by page.

use aws_api::secretsmanager::{
    ListSecretVersionIdsRequest, ListSecretVersionIdsResponse, SecretVersionsListEntry,
};
use model::{Secret, SecretVersion, Snapshot};
use wire::ApiError;

use super::{find, listing, sealing};
use crate::paging::page;
use crate::{Api, Caller};

const PAGE_DEFAULT: usize = 100;

/// COMPAT: how AWS calls its own key there, as observed.
const DEFAULT_KEY: &str = "DefaultEncryptionKey";

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListSecretVersionIdsRequest,
) -> Result<ListSecretVersionIdsResponse, ApiError> {
    let snapshot = api.snapshot();
    let secret = find::any(&snapshot, &caller.scope, &input.secret_id)?;
    let is_deprecated_wanted = input.include_deprecated == Some(true);
    let is_wanted = |version: &SecretVersion| {
        version.content.is_some() && (is_deprecated_wanted || !version.stages.is_empty())
    };
    let mut versions: Vec<(String, (&String, &SecretVersion))> = secret
        .versions
        .iter()
        .filter(|(_, version)| is_wanted(version))
        .map(|(id, version)| (key(id, version), (id, version)))
        .collect();
    versions.sort_by(|(one, _), (other, _)| one.cmp(other));
    let limit = input.max_results.and_then(|given| usize::try_from(given).ok());
    let asked = (input.next_token.as_deref(), limit.unwrap_or(PAGE_DEFAULT));
    let page = page(versions, |(key, _)| key.clone(), asked).map_err(listing::bad_token)?;
    Ok(ListSecretVersionIdsResponse {
        versions: Some(
            page.items.into_iter().map(|(_, it)| render(&snapshot, secret, it)).collect(),
        ),
        next_token: page.next_token,
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
    })
}

/// The oldest first.
fn key(id: &str, version: &SecretVersion) -> String {
    format!("{:020}/{id}", version.created_at.as_millis().max(0))
}

fn render(
    snapshot: &Snapshot,
    secret: &Secret,
    (id, version): (&String, &SecretVersion),
) -> SecretVersionsListEntry {
    let stages: Vec<String> = version.stages.iter().cloned().collect();
    SecretVersionsListEntry {
        version_id: Some(id.clone()),
        version_stages: Some(stages).filter(|stages| !stages.is_empty()),
        last_accessed_date: version.accessed_on,
        created_date: Some(version.created_at),
        kms_key_ids: Some(keys(snapshot, secret, id)),
    }
}

/// The keys that open a version's value, each of which does.
fn keys(snapshot: &Snapshot, secret: &Secret, version_id: &str) -> Vec<String> {
    let value = snapshot.secret_values.get(&secret.scope, &secret.value_id(version_id));
    let under = value.map_or([].as_slice(), |value| &value.data_keys);
    let shown = |key_arn: &String| {
        let is_default = sealing::is_default(snapshot, key_arn);
        if is_default { DEFAULT_KEY.to_owned() } else { key_arn.clone() }
    };
    under.iter().map(|data_key| shown(&data_key.key_arn)).collect()
}
