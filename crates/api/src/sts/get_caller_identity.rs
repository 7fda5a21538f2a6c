//! `GetCallerIdentity`: who the signature says the caller is.

use aws_api::sts::GetCallerIdentityResponse;

use crate::Caller;

pub(super) fn run(caller: &Caller) -> GetCallerIdentityResponse {
    GetCallerIdentityResponse {
        user_id: Some(caller.principal.user_id()),
        account: Some(caller.principal.account.clone()),
        arn: Some(caller.principal_arn()),
    }
}
