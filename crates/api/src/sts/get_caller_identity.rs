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

#[cfg(test)]
mod tests {
    use model::{Scope, Timestamp};

    use super::*;

    fn identity(principal: &str) -> (Option<String>, Option<String>, Option<String>) {
        let identity = run(&Caller {
            scope: Scope::new("000000000000", "us-east-1"),
            principal_arn: format!("arn:aws:iam::000000000000:{principal}"),
            now: Timestamp::EPOCH,
            request_id: String::new(),
        });
        (identity.user_id, identity.account, identity.arn)
    }

    #[test]
    fn root_has_its_accounts_number_as_its_id() {
        let some = |text: &str| Some(text.to_owned());
        let arn = some("arn:aws:iam::000000000000:root");
        assert_eq!(identity("root"), (some("000000000000"), some("000000000000"), arn));
        assert_eq!(identity("user/a").0, some("a"));
    }
}
