//! Refusals by name: a field that is not honoured is not accepted.

use wire::ApiError;

/// A field of a request, and whether the caller gave it.
pub(crate) type Given<'a> = (&'a str, bool);

/// Refuses the first given field with `error`, which says what is not supported.
pub(crate) fn refuse_given(
    fields: &[Given<'_>],
    error: fn(String) -> ApiError,
) -> Result<(), ApiError> {
    match fields.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(error(format!("`{name}` is not supported by Longshore yet"))),
        None => Ok(()),
    }
}
