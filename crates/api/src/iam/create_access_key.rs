//! `CreateAccessKey`: a key of a user, whose secret is told this once.

use aws_api::iam::{self, CreateAccessKeyRequest, CreateAccessKeyResponse};
use model::{AccessKey, iam_scope};
use wire::ApiError;

use super::id::{IdOf, new_id, new_secret};
use super::{access_key, find, hold, quota, whose};
use crate::{Api, Caller};

pub(super) async fn run(
    api: &Api,
    caller: &Caller,
    input: CreateAccessKeyRequest,
) -> Result<CreateAccessKeyResponse, ApiError> {
    let name = whose::user_of(caller, input.user_name.as_ref())?;
    let id = new_id(IdOf::AccessKey);
    let secret = new_secret();
    let sealed = api.vault.seal(secret.as_bytes(), &AccessKey::sealing_context(&id));
    api.transact(caller, |turn| {
        let scope = iam_scope(&caller.scope.account);
        let known = find::user(turn.snapshot, &scope, &name)?;
        let count = access_key::of_user(turn.snapshot, (&scope.account, &name)).count();
        quota::check(count, ("AccessKeysPerUser", quota::ACCESS_KEYS_MAX))?;
        // Keys are counted one at a time, and whoever deletes the user sees them.
        hold(turn, known);
        turn.plan.insert(AccessKey {
            id: id.clone(),
            account: scope.account.clone(),
            user: name.clone(),
            secret: sealed.clone(),
            is_active: true,
            created_at: turn.now(),
        });
        Ok(CreateAccessKeyResponse {
            access_key: Some(iam::AccessKey {
                user_name: Some(name.clone()),
                access_key_id: Some(id.clone()),
                status: Some(iam::StatusType::Active),
                secret_access_key: Some((*secret).clone()),
                create_date: Some(turn.now()),
            }),
        })
    })
    .await
}
