//! `DecodeAuthorizationMessage`: the reasons of a refusal that was told in sealed form.

use aws_api::sts::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, errors};
use wire::ApiError;

use crate::Api;
use crate::authorize::MESSAGE_PURPOSE;

pub(super) fn run(
    api: &Api,
    input: &DecodeAuthorizationMessageRequest,
) -> Result<DecodeAuthorizationMessageResponse, ApiError> {
    let invalid = || {
        errors::invalid_authorization_message_exception(
            "Message could not be decoded: it is not an encoded authorization message.",
        )
    };
    let opened = api.vault.open_token(&input.encoded_message, MESSAGE_PURPOSE);
    let opened = opened.map_err(|_| invalid())?;
    let text = std::str::from_utf8(&opened).map_err(|_| invalid())?;
    Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(text.to_owned()) })
}
