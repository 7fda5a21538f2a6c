//! Values: taken out of a request and put into an answer. `sealing` seals and opens them, and
//! nothing else touches one in the clear.
//!
//! INVARIANT: a value is wiped from memory when it is dropped, and has no `Debug`.

use model::SecretContent;
use wire::ApiError;
use zeroize::Zeroizing;

/// LIMIT: bytes of a value (`CreateSecret`, `SecretString`).
const BYTES_MAX: usize = 65_536;

/// A value in the clear.
#[derive(PartialEq)]
pub(super) enum Clear {
    Text(Zeroizing<String>),
    Binary(Zeroizing<Vec<u8>>),
}

impl Clear {
    /// The value of a request that may have one, as text or as bytes.
    pub(super) fn given(
        text: Option<String>,
        binary: Option<&[u8]>,
    ) -> Result<Option<Clear>, ApiError> {
        let value = match (text.map(Zeroizing::new), binary) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                return Err(super::invalid(
                    "You can't specify both a binary secret value and a string secret value in \
                     the same secret.",
                ));
            }
            (Some(text), None) => Clear::Text(text),
            (None, Some(bytes)) => Clear::Binary(Zeroizing::new(bytes.to_vec())),
        };
        if value.bytes().len() > BYTES_MAX {
            let message = format!("A secret value can have at most {BYTES_MAX} bytes.");
            return Err(super::invalid(message));
        }
        Ok(Some(value))
    }

    /// What was sealed as text or as bytes; `None` where the text is none.
    pub(super) fn opened(content: SecretContent, bytes: Zeroizing<Vec<u8>>) -> Option<Clear> {
        match content {
            SecretContent::Binary => Some(Clear::Binary(bytes)),
            SecretContent::Text => {
                let text = std::str::from_utf8(&bytes).ok()?;
                Some(Clear::Text(Zeroizing::new(text.to_owned())))
            }
        }
    }

    pub(super) fn content(&self) -> SecretContent {
        match self {
            Clear::Text(_) => SecretContent::Text,
            Clear::Binary(_) => SecretContent::Binary,
        }
    }

    /// For an answer: the text, or the bytes.
    pub(super) fn shown(self) -> (Option<String>, Option<Vec<u8>>) {
        match self {
            Clear::Text(mut text) => (Some(std::mem::take(&mut *text)), None),
            Clear::Binary(mut bytes) => (None, Some(std::mem::take(&mut *bytes))),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Clear::Text(text) => text.as_bytes(),
            Clear::Binary(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_text_or_bytes_of_a_length() {
        let given = |text: Option<&str>, binary| Clear::given(text.map(str::to_owned), binary);
        assert!(matches!(given(None, None), Ok(None)));
        assert!(matches!(given(Some("a"), None), Ok(Some(Clear::Text(_)))));
        assert!(matches!(given(None, Some(b"a")), Ok(Some(Clear::Binary(_)))));
        assert!(given(Some("a"), Some(b"a")).is_err());
        assert!(given(Some(&"ä".repeat(BYTES_MAX / 2)), None).is_ok());
        assert!(given(Some(&"ä".repeat(BYTES_MAX / 2 + 1)), None).is_err());
    }
}
