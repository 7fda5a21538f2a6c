//! `GetAccessKeyInfo`: the account that a key belongs to.

use aws_api::sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse};
use model::AccessKey;
use wire::ApiError;

use super::rendering::invalid;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetAccessKeyInfoRequest,
) -> Result<GetAccessKeyInfoResponse, ApiError> {
    let id = &input.access_key_id;
    let snapshot = api.snapshot();
    let known = snapshot.access_keys.get(&AccessKey::scope(), id).map(|key| key.account.clone());
    // The caller's own is known by its having signed with it, whatever kind it is of.
    let own =
        (caller.access_key_id.as_deref() == Some(id)).then(|| caller.principal.account.clone());
    match known.or(own) {
        Some(account) => Ok(GetAccessKeyInfoResponse { account: Some(account) }),
        None => Err(invalid(format!("The access key id `{id}` is not known here."))),
    }
}
