//! `UpdateAccessKey`: a key works no more, or works again.

use aws_api::iam::{StatusType, UpdateAccessKeyRequest, UpdateAccessKeyResponse, errors};
use model::{AccessKey, iam_scope};
use wire::ApiError;

use super::{access_key, find, whose};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: UpdateAccessKeyRequest,
) -> Result<UpdateAccessKeyResponse, ApiError> {
    api.transact(caller, |turn| {
        let name = whose::user_of(caller, input.user_name.as_ref())?;
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &name)?;
        let owner = (scope.account.as_str(), known.name.as_str());
        let key = access_key::find(turn.snapshot, owner, &input.access_key_id)?;
        let is_active = match input.status {
            StatusType::Active => true,
            StatusType::Inactive => false,
            StatusType::Expired => {
                return Err(errors::invalid_input_exception(
                    "The status of an access key is Active or Inactive.",
                ));
            }
        };
        turn.plan.update(key, AccessKey { is_active, ..(*key.record).clone() });
        Ok(UpdateAccessKeyResponse {})
    })
    .await
}
