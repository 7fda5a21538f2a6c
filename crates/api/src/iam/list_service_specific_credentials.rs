//! `ListServiceSpecificCredentials`: no user has any.

use aws_api::iam::{
    ListServiceSpecificCredentialsRequest, ListServiceSpecificCredentialsResponse, errors,
};
use wire::ApiError;

use super::listing::Listed;
use super::whose;
use crate::{Api, Caller};

// COMPAT: "CreateServiceSpecificCredential" (IAM API Reference) names the services.
const SERVICES: [&str; 4] = [
    "bedrock.amazonaws.com",
    "cassandra.amazonaws.com",
    "codecommit.amazonaws.com",
    "logs.amazonaws.com",
];

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListServiceSpecificCredentialsRequest,
) -> Result<ListServiceSpecificCredentialsResponse, ApiError> {
    if let Some(service) = &input.service_name
        && !SERVICES.contains(&service.as_str())
    {
        return Err(errors::service_not_supported_exception(format!(
            "The service {service} does not support service-specific credentials. The services \
             that do are {}.",
            SERVICES.join(", ")
        )));
    }
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
