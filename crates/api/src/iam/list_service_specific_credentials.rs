//! `ListServiceSpecificCredentials`: no user has any.

use aws_api::iam::{ListServiceSpecificCredentialsRequest, ListServiceSpecificCredentialsResponse};
use wire::ApiError;

use super::listing::Listed;
use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListServiceSpecificCredentialsRequest,
) -> Result<ListServiceSpecificCredentialsResponse, ApiError> {
    match (&input.user_name, input.all_users) {
        (Some(_), Some(true)) => {
            return Err(super::invalid_value(
                "AllUsers cannot be specified together with UserName.",
            ));
        }
        (None, Some(true)) => {}
        (user_name, _) => {
            whose::check(api, caller, user_name.as_ref())?;
        }
    }
    let Listed { items, is_truncated, marker } = Listed::whole(Vec::new());
    Ok(ListServiceSpecificCredentialsResponse {
        service_specific_credentials: Some(items),
        is_truncated,
        marker,
    })
}
