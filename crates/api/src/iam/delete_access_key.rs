//! `DeleteAccessKey`: a key of a user is no more.

use aws_api::iam::{DeleteAccessKeyRequest, DeleteAccessKeyResponse};
use model::iam_scope;
use wire::ApiError;

use super::{access_key, find, whose};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: DeleteAccessKeyRequest,
) -> Result<DeleteAccessKeyResponse, ApiError> {
    api.transact(caller, |turn| {
        let name = whose::user_of(caller, input.user_name.as_ref())?;
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &name)?;
        let owner = (scope.account.as_str(), known.name.as_str());
        let key = access_key::find(turn.snapshot, owner, &input.access_key_id)?;
        turn.plan.delete(key);
        Ok(DeleteAccessKeyResponse {})
    })
    .await
}
