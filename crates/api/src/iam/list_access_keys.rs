//! `ListAccessKeys`: the keys of a user, without their secrets.

use aws_api::iam::{AccessKeyMetadata, ListAccessKeysRequest, ListAccessKeysResponse, StatusType};
use model::iam_scope;
use wire::ApiError;

use super::listing::{self, Listed};
use super::whose::{Whose, whose};
use super::{access_key, find};
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListAccessKeysRequest,
) -> Result<ListAccessKeysResponse, ApiError> {
    let name = match whose(caller, input.user_name.as_ref())? {
        Whose::User(name) => name,
        Whose::Root => return Ok(root(caller)),
    };
    let snapshot = api.snapshot();
    let scope = iam_scope(&caller.scope.account);
    let known = find::user(&snapshot, &scope, &name)?;
    let keys = access_key::of_user(&snapshot, (&scope.account, &known.name));
    let asked = (input.marker.as_deref(), input.max_items);
    let Listed { items, is_truncated, marker } =
        listing::page(keys, |key| key.id.clone(), asked)?.map(|key| access_key::render(key));
    Ok(ListAccessKeysResponse { access_key_metadata: Some(items), is_truncated, marker })
}

/// COMPAT: "the root user returns it's own access key IDs": the one that it asks with.
fn root(caller: &Caller) -> ListAccessKeysResponse {
    let own = caller.access_key_id.iter().map(|id| AccessKeyMetadata {
        access_key_id: Some(id.clone()),
        status: Some(StatusType::Active),
        ..AccessKeyMetadata::default()
    });
    let Listed { items, is_truncated, marker } = Listed::whole(own.collect());
    ListAccessKeysResponse { access_key_metadata: Some(items), is_truncated, marker }
}
