//! `DescribeSSLPolicies`: there are none, since no listener speaks HTTPS yet.

use aws_api::elbv2::{DescribeSSLPoliciesInput, DescribeSSLPoliciesOutput, SslPolicy, errors};
use wire::ApiError;

use super::listing;

pub(super) fn run(input: &DescribeSSLPoliciesInput) -> Result<DescribeSSLPoliciesOutput, ApiError> {
    if input.names.as_ref().is_some_and(|names| !names.is_empty()) {
        return Err(errors::ssl_policy_not_found_exception(
            "One or more SSL policies not found: HTTPS is not supported by Longshore yet",
        ));
    }
    let asked = (input.marker.as_deref(), input.page_size);
    let page = listing::page(Vec::<SslPolicy>::new(), |_| String::new(), asked)?;
    Ok(DescribeSSLPoliciesOutput { ssl_policies: Some(page.items), next_marker: page.next_token })
}
