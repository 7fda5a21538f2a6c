//! `GetSessionToken`: temporary credentials for whoever has lasting ones.
//
// COMPAT: "GetSessionToken" (AWS STS API Reference): twelve hours unless said otherwise, and for
// the root an hour at most.

use std::time::Duration;

use aws_api::sts::{GetSessionTokenRequest, GetSessionTokenResponse};
use model::Tags;
use model::principal::{Identity, Session};
use wire::ApiError;

use super::rendering::{credentials, denied, invalid};
use crate::credentials::issue;
use crate::refuse::refuse_given;
use crate::{Api, Caller};

const SECS_DEFAULT: u64 = 12 * 60 * 60;
const ROOT_SECS_MAX: u64 = 60 * 60;

pub(super) fn run(
    api: &Api,
    caller: &Caller,
    input: &GetSessionTokenRequest,
) -> Result<GetSessionTokenResponse, ApiError> {
    refuse_given(
        &[
            ("SerialNumber", input.serial_number.is_some()),
            ("TokenCode", input.token_code.is_some()),
            ("MinimumSessionTokenSize", input.minimum_session_token_size.is_some()),
        ],
        invalid,
    )?;
    if caller.principal.session.is_some() {
        return Err(denied("Cannot call GetSessionToken with session credentials"));
    }
    let asked = input.duration_seconds.and_then(|secs| u64::try_from(secs).ok());
    let asked = asked.unwrap_or(SECS_DEFAULT);
    let secs = match caller.principal.identity {
        Identity::Root => asked.min(ROOT_SECS_MAX),
        Identity::User { .. } | Identity::Role { .. } => asked,
    };
    let session = Session {
        policies: None,
        tags: Tags::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        issued_at: caller.now,
        expires_at: caller.now + Duration::from_secs(secs),
        task: None,
    };
    let issued = issue(&api.vault, (*caller.principal).clone(), session);
    Ok(GetSessionTokenResponse {
        credentials: Some(credentials(&issued)),
        ..GetSessionTokenResponse::default()
    })
}
