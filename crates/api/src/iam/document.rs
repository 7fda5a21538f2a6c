//! Policy documents: read before they are kept, and shown as IAM shows them.

use std::fmt::Write as _;

use ::iam::{Policy, PolicyKind};
use aws_api::iam::errors;
use wire::ApiError;

use super::quota;

pub(super) fn parse(text: &str, kind: PolicyKind) -> Result<Policy, ApiError> {
    Policy::parse(text, kind)
        .map_err(|malformed| errors::malformed_policy_document_exception(malformed.to_string()))
}

/// What becomes a version of a managed policy.
pub(super) fn check_managed(text: &str) -> Result<(), ApiError> {
    parse(text, PolicyKind::Identity)?;
    if size(text) > quota::POLICY_SIZE_MAX {
        return Err(quota::exceeded("PolicySize", quota::POLICY_SIZE_MAX));
    }
    Ok(())
}

/// COMPAT: "IAM doesn't count white space when calculating the size of a policy".
pub(super) fn size(text: &str) -> usize {
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// COMPAT: "Policies returned by this operation are URL-encoded compliant with RFC 3986."
pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes any text");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_encoded_byte_by_byte_and_measured_without_its_space() {
        assert_eq!(encoded("{\"a\": \"é-._~*\"}"), "%7B%22a%22%3A%20%22%C3%A9-._~%2A%22%7D");
        assert_eq!(size("{\n\t\"a\": \"b c\" }\r\n"), 9);
    }
}
