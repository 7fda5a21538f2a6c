//! `BatchGetSecretValue`: the current values of up to twenty secrets, and why some have none.

use aws_api::secretsmanager::{
    APIErrorType, BatchGetSecretValueRequest, BatchGetSecretValueResponse, SecretValueEntry,
};
use model::{Entry, Secret, Snapshot};
use wire::ApiError;

use super::filter::Filters;
use super::find::{self, NoVersion, Wanted};
use super::{access, listing, sealing};
use crate::{Api, Caller};

const PAGE_DEFAULT: usize = 20;

/// A secret with the version whose value is shown.
type Found<'a> = (&'a Entry<Secret>, &'a String);

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: BatchGetSecretValueRequest,
) -> Result<BatchGetSecretValueResponse, ApiError> {
    check(&input)?;
    let snapshot = api.snapshot();
    let (mut found, mut values, mut errors) = (Vec::new(), Vec::new(), Vec::new());
    let (ids, next_token) = ids(&snapshot, caller, &input)?;
    for id in &ids {
        match read(api, &snapshot, (caller, id)) {
            Ok((one, entry)) => {
                found.push(one);
                values.push(entry);
            }
            Err(error) => errors.push(APIErrorType {
                secret_id: Some(id.clone()),
                error_code: Some(error.code.into_owned()),
                message: Some(error.message),
            }),
        }
    }
    let read: Vec<(&Secret, &str)> =
        found.iter().map(|(secret, id)| (&*secret.record, id.as_str())).collect();
    access::note(api, caller, &read).await;
    Ok(BatchGetSecretValueResponse {
        secret_values: Some(values),
        next_token,
        errors: Some(errors),
    })
}

// COMPAT: the sentences are AWS's.
fn check(input: &BatchGetSecretValueRequest) -> Result<(), ApiError> {
    let has_filters = input.filters.as_ref().is_some_and(|filters| !filters.is_empty());
    if has_filters == input.secret_id_list.is_some() {
        return Err(super::invalid(
            "Either 'SecretIdList' or 'Filters' must be provided, but not both.",
        ));
    }
    for (name, is_given) in
        [("MaxResults", input.max_results.is_some()), ("NextToken", input.next_token.is_some())]
    {
        if is_given && !has_filters {
            return Err(super::invalid(format!(
                "'Filters' not specified. 'Filters' must also be specified when '{name}' is \
                 provided."
            )));
        }
    }
    Ok(())
}

/// The secrets that are asked for, as they are named, and the token of the next page.
fn ids(
    snapshot: &Snapshot,
    caller: &Caller,
    input: &BatchGetSecretValueRequest,
) -> Result<(Vec<String>, Option<String>), ApiError> {
    if let Some(ids) = &input.secret_id_list {
        return Ok((ids.clone(), None));
    }
    let filters = Filters::parse(input.filters.as_deref().unwrap_or_default())?;
    let wanted = snapshot
        .secrets
        .list(&caller.scope)
        .filter(|secret| secret.deletion.is_none() && filters.match_all(secret));
    let limit = input.max_results.and_then(|given| usize::try_from(given).ok());
    let asked = (input.next_token.as_deref(), limit.unwrap_or(PAGE_DEFAULT));
    let page = listing::page(wanted, listing::Sort::default(), asked)?;
    Ok((page.items.iter().map(|secret| secret.arn()).collect(), page.next_token))
}

fn read<'a>(
    api: &Api,
    snapshot: &'a Snapshot,
    (caller, id): (&Caller, &str),
) -> Result<(Found<'a>, SecretValueEntry), ApiError> {
    let secret = find::active(snapshot, &caller.scope, id)?;
    let may = api.may(caller, snapshot, ("secretsmanager:GetSecretValue", &secret.arn()));
    may.map_err(|refused| ApiError::client("AccessDeniedException", refused.sentence()))?;
    let (id, version) = find::version(secret, Wanted::default()).map_err(NoVersion::told)?;
    let clear = sealing::open(sealing::on_behalf(api, (caller, snapshot)), (secret, id))
        .map_err(sealing::decryption_failure)?;
    let (text, binary) = clear.shown();
    let entry = SecretValueEntry {
        arn: Some(secret.arn()),
        name: Some(secret.name.clone()),
        version_id: Some(id.clone()),
        secret_binary: binary.map(Into::into),
        secret_string: text,
        version_stages: Some(version.stages.iter().cloned().collect()),
        created_date: Some(version.created_at),
    };
    Ok(((secret, id), entry))
}
