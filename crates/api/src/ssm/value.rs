//! Values: what may be one, and how one is shown.

use aws_api::ssm::errors;
use model::{KmsEnvelope, Parameter, ParameterValue, ParameterVersion, Snapshot};
use regex_lite::Regex;
use wire::ApiError;
use zeroize::Zeroizing;

use crate::kms::KeyError;
use crate::kms::ciphertext::EncryptionContext;
use crate::kms::envelope;
use crate::kms::managed::ManagedKey;
use crate::kms::on_behalf::{KeyUse, OnBehalf};
use crate::{Api, Caller};

/// Refuses what is no value whatever parameter it is of.
pub(super) fn check(value: &str) -> Result<(), ApiError> {
    if value.is_empty() {
        return Err(super::invalid(
            "1 validation error detected: Value at 'value' failed to satisfy constraint: Member \
             must have length greater than or equal to 1",
        ));
    }
    let is_nested = value.split_once("{{").is_some_and(|(_, rest)| rest.contains("}}"));
    if is_nested {
        return Err(super::invalid(
            "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.",
        ));
    }
    Ok(())
}

/// Refuses a value that does not match the parameter's pattern as a whole.
//
// COMPAT: AWS reads Java's regular expressions. Of those, looking around and referring back are
// refused here, as matching them may take for ever.
pub(super) fn check_pattern(value: &str, pattern: &str) -> Result<(), ApiError> {
    let compiled = Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|error| {
        errors::invalid_allowed_pattern_exception(format!(
            "The allowed pattern {pattern} is not a regular expression, or uses what is not \
             supported by Longshore: {error}"
        ))
    })?;
    if !compiled.is_match(value) {
        return Err(errors::parameter_pattern_mismatch_exception(format!(
            "Parameter value, cannot be validated against allowedPattern: {pattern}"
        )));
    }
    Ok(())
}

/// How a secure value is to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decryption {
    Wanted,
    /// As ciphertext.
    Unwanted,
}

impl Decryption {
    /// `WithDecryption`.
    pub(super) fn of(given: Option<bool>) -> Decryption {
        match given {
            Some(true) => Decryption::Wanted,
            Some(false) | None => Decryption::Unwanted,
        }
    }
}

/// Parameter Store as it works for a caller.
pub(super) fn on_behalf<'a>(
    api: &'a Api,
    (caller, snapshot): (&'a Caller, &'a Snapshot),
) -> OnBehalf<'a> {
    OnBehalf { api, caller, snapshot, service: ManagedKey::Ssm }
}

/// COMPAT: "`PARAMETER_ARN`" ("How AWS Systems Manager Parameter Store uses AWS KMS").
pub(super) fn context(arn: String) -> EncryptionContext {
    EncryptionContext::from([("PARAMETER_ARN".to_owned(), arn)])
}

/// The value as `WithDecryption` asks for it.
pub(super) fn shown(
    keys: OnBehalf<'_>,
    parameter: &Parameter,
    version: &ParameterVersion,
    decryption: Decryption,
) -> Result<String, ApiError> {
    if let ParameterValue::SecureString { envelope, .. } = &version.value
        && decryption == Decryption::Unwanted
    {
        return Ok(envelope.ciphertext.clone());
    }
    let plain = plaintext(keys, parameter, version);
    Ok(plain.map_err(key_refusal)?.to_string())
}

/// The value itself.
pub(super) fn plaintext(
    keys: OnBehalf<'_>,
    parameter: &Parameter,
    version: &ParameterVersion,
) -> Result<Zeroizing<String>, KeyError> {
    match &version.value {
        ParameterValue::String(value) | ParameterValue::StringList(value) => {
            Ok(Zeroizing::new(value.clone()))
        }
        ParameterValue::SecureString { envelope, .. } => {
            opened(keys, envelope, &context(parameter.arn()))
        }
    }
}

fn opened(
    keys: OnBehalf<'_>,
    envelope: &KmsEnvelope,
    context: &EncryptionContext,
) -> Result<Zeroizing<String>, KeyError> {
    let key = envelope::find(keys.snapshot, &envelope.key_arn)?;
    keys.check(KeyUse::Decrypt, key, context)?;
    let bytes = envelope::open(keys.snapshot, &keys.api.vault, envelope, context)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyError::InvalidCiphertext)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// What a caller is told of a key that does not serve.
pub(crate) fn key_refusal(error: KeyError) -> ApiError {
    let message = error.to_string();
    match error {
        KeyError::NotFound(_)
        | KeyError::InvalidArn(_)
        | KeyError::Disabled(_)
        | KeyError::PendingDeletion(_) => errors::invalid_key_id(message),
        KeyError::Denied(_) => super::access_denied(message),
        KeyError::InvalidCiphertext => {
            tracing::error!("a parameter's value does not open with its own key");
            errors::internal_server_error("The value cannot be decrypted.")
        }
        KeyError::Unreadable { key_arn, source } => {
            tracing::error!(key_arn, error = %source, "a key's material cannot be read");
            errors::internal_server_error("The value cannot be decrypted.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_nested_and_matches_its_pattern_as_a_whole() {
        assert_eq!(check("a {{ b"), Ok(()));
        assert!(check("a{{ssm:b}}").is_err());
        assert!(check("").is_err());
        assert_eq!(check_pattern("123", r"^\d+$"), Ok(()));
        assert_eq!(check_pattern("123", r"\d+|x"), Ok(()));
        let refused = |pattern| check_pattern("hunter2", pattern).expect_err("it does not match");
        for pattern in [r"^\d+$", r"\d", "hunter"] {
            let error = refused(pattern);
            assert_eq!(error.code, "ParameterPatternMismatchException");
            assert!(!error.message.contains("hunter2"), "{}", error.message);
        }
        assert_eq!(refused("(?=x)").code, "InvalidAllowedPatternException");
        assert_eq!(refused("(").code, "InvalidAllowedPatternException");
    }
}
