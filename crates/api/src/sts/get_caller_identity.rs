//! `GetCallerIdentity`: who the signature says the caller is.

use aws_api::sts::GetCallerIdentityResponse;

use crate::Caller;

pub(super) fn run(caller: &Caller) -> GetCallerIdentityResponse {
    let account = &caller.scope.account;
    // COMPAT: the account's root has the account's number as its id.
    let user_id = match caller.principal_arn.rsplit_once('/') {
        Some((_, name)) => name.to_owned(),
        None => account.clone(),
    };
    GetCallerIdentityResponse {
        user_id: Some(user_id),
        account: Some(account.clone()),
        arn: Some(caller.principal_arn.clone()),
    }
}
