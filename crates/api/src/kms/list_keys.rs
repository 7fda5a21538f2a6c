//! `ListKeys`: the keys of the account and region, page by page.

use aws_api::kms::{KeyListEntry, ListKeysRequest, ListKeysResponse, ResourceOwnerType};
use model::{Entry, KmsKey};
use wire::ApiError;

use super::listing::{self, Asked, PAGE_SIZE};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListKeysRequest,
) -> Result<ListKeysResponse, ApiError> {
    let snapshot = api.snapshot();
    // Nobody shares a key, so of other accounts' there is none.
    let owners = input.resource_owners.as_deref();
    let is_own = owners.is_none_or(|owners| owners.contains(&ResourceOwnerType::SelfOnly));
    let keys = snapshot.kms_keys.list(&caller.scope).filter(|_| is_own);
    let asked = Asked { limit: input.limit, marker: input.marker.as_deref() };
    let listed = listing::page(asked, PAGE_SIZE, keys, |key: &&Entry<KmsKey>| key.id.clone())?;
    let entry = |key: &&Entry<KmsKey>| KeyListEntry {
        key_id: Some(key.id.clone()),
        key_arn: Some(key.arn()),
    };
    Ok(ListKeysResponse {
        keys: Some(listed.items.iter().map(entry).collect()),
        truncated: Some(listed.is_truncated()),
        next_marker: listed.next_marker,
    })
}
