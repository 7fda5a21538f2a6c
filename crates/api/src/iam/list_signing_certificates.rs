//! `ListSigningCertificates`: a user has no certificates.

use aws_api::iam::{ListSigningCertificatesRequest, ListSigningCertificatesResponse};
use wire::ApiError;

use super::listing::Listed;
use super::whose;
use crate::{Api, Caller};

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &ListSigningCertificatesRequest,
) -> Result<ListSigningCertificatesResponse, ApiError> {
    whose::check(api, caller, input.user_name.as_ref())?;
    let Listed { items, is_truncated, marker } = Listed::whole(Vec::new());
    Ok(ListSigningCertificatesResponse { certificates: Some(items), is_truncated, marker })
}
