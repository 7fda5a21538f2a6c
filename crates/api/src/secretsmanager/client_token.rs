//! The client request token of a request with a value: it becomes the id of the version.

use wire::ApiError;

/// COMPAT: "you must generate a `ClientRequestToken` and include it" (`PutSecretValue`); SDKs do.
/// The sentence is AWS's.
pub(super) fn required(given: Option<&str>) -> Result<String, ApiError> {
    given.map(str::to_owned).ok_or_else(|| {
        super::refused(
            "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
        )
    })
}
