//! `ListSSHPublicKeys`: a user has no public keys.

use aws_api::iam::{ListSSHPublicKeysRequest, ListSSHPublicKeysResponse};
use wire::ApiError;

use super::listing::Listed;
use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListSSHPublicKeysRequest,
) -> Result<ListSSHPublicKeysResponse, ApiError> {
    whose::check(api, caller, input.user_name.as_ref())?;
    let Listed { items, is_truncated, marker } = Listed::whole(Vec::new());
    Ok(ListSSHPublicKeysResponse { ssh_public_keys: Some(items), is_truncated, marker })
}
