//! Names of secrets.

use wire::ApiError;

/// COMPAT: `CreateSecret`, `Name`; AWS's own services put a `!` in as well, and the sentence is
/// AWS's.
pub(super) fn check(name: &str) -> Result<(), ApiError> {
    if is_valid(name) {
        return Ok(());
    }
    Err(ApiError::client(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!",
    ))
}

/// Whether it has such letters alone.
pub(crate) fn is_valid(name: &str) -> bool {
    let is_known = |letter: char| letter.is_ascii_alphanumeric() || "-/_+=.@!".contains(letter);
    name.chars().all(is_known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_other_letters() {
        for good in ["a", "prod/db-1_x+y=z.@!", "0"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in ["a b", "a:b", "ä", "a\n", "a*"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
