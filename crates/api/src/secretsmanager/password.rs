//! Random passwords: from which characters, and what has to be among them.
//
// COMPAT: `GetRandomPassword`; the sentences are AWS's.

use zeroize::Zeroizing;

use aws_api::secretsmanager::GetRandomPasswordRequest;
use wire::ApiError;

const LENGTH_DEFAULT: usize = 32;
const LOWERCASE: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NUMBERS: &str = "0123456789";
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// What a password has to be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    length: usize,
    /// All that may be in it, each once.
    alphabet: Vec<u8>,
    /// Of each of these, one is to be in it.
    required: Vec<Vec<u8>>,
}

impl Rules {
    pub(super) fn new(input: &GetRandomPasswordRequest) -> Result<Rules, ApiError> {
        let excluded = input.exclude_characters.as_deref().unwrap_or_default();
        let left = |(letters, is_out): (&str, Option<bool>)| {
            let rest = letters.chars().filter(|letter| !excluded.contains(*letter));
            (is_out != Some(true)).then(|| rest.collect::<String>().into_bytes())
        };
        let types: Vec<Vec<u8>> = [
            (LOWERCASE, input.exclude_lowercase),
            (UPPERCASE, input.exclude_uppercase),
            (NUMBERS, input.exclude_numbers),
            (PUNCTUATION, input.exclude_punctuation),
        ]
        .into_iter()
        .filter_map(left)
        .collect();
        let space = left((" ", Some(input.include_space != Some(true)))).unwrap_or_default();
        let alphabet = [types.concat(), space].concat();
        if alphabet.is_empty() {
            let message = "All characters have been excluded from selection.";
            return Err(super::invalid(message));
        }
        let is_each_required = input.require_each_included_type.unwrap_or(true);
        let required = if is_each_required { types } else { Vec::new() };
        if required.iter().any(Vec::is_empty) {
            let message = "All characters of the desired type have been excluded.";
            return Err(super::invalid(message));
        }
        let length = input.password_length.and_then(|given| usize::try_from(given).ok());
        let length = length.unwrap_or(LENGTH_DEFAULT);
        if length < required.len() {
            let message = "Password length is too short based on the required types.";
            return Err(super::invalid(message));
        }
        Ok(Rules { length, alphabet, required })
    }

    /// A password, each that follows the rules being as likely as any other: what `draw` gives
    /// of an alphabet and a length, until it follows them.
    pub(super) fn password(
        &self,
        mut draw: impl FnMut(&[u8], usize) -> Zeroizing<String>,
    ) -> Zeroizing<String> {
        loop {
            let drawn = draw(&self.alphabet, self.length);
            let has = |one: &Vec<u8>| drawn.bytes().any(|byte| one.contains(&byte));
            // The least likely rules there are hold for one draw of some thousand.
            if self.required.iter().all(has) {
                return drawn;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPES: [&str; 4] = [LOWERCASE, UPPERCASE, NUMBERS, PUNCTUATION];

    prop_compose! {
        fn request()(
            length in prop::option::of(1..200_i64),
            characters in prop::option::of("[ -~]{0,40}"),
            out in prop::array::uniform4(prop::option::of(any::<bool>())),
            space in prop::option::of(any::<bool>()),
            each in prop::option::of(any::<bool>()),
        ) -> GetRandomPasswordRequest {
            GetRandomPasswordRequest {
                password_length: length,
                exclude_characters: characters,
                exclude_lowercase: out[0],
                exclude_uppercase: out[1],
                exclude_numbers: out[2],
                exclude_punctuation: out[3],
                include_space: space,
                require_each_included_type: each,
            }
        }
    }

    proptest! {
        #[test]
        fn a_password_follows_its_rules(input in request()) {
            let Ok(rules) = Rules::new(&input) else { return Ok(()) };
            let password = rules.password(vault::random_text);
            let length = input.password_length.unwrap_or(32);
            prop_assert_eq!(password.len(), usize::try_from(length).expect("it is small"));
            let excluded = input.exclude_characters.clone().unwrap_or_default();
            prop_assert!(!password.chars().any(|letter| excluded.contains(letter)));
            let out = [
                input.exclude_lowercase,
                input.exclude_uppercase,
                input.exclude_numbers,
                input.exclude_punctuation,
            ];
            for (letters, is_out) in TYPES.iter().zip(out) {
                let has = password.chars().any(|letter| letters.contains(letter));
                prop_assert!(!(has && is_out == Some(true)));
                let is_required = input.require_each_included_type != Some(false);
                prop_assert!(has || !is_required || is_out == Some(true));
            }
            prop_assert!(!password.contains(' ') || input.include_space == Some(true));
        }
    }

    #[test]
    fn rules_that_nothing_follows_are_refused() {
        let refused = |input: &GetRandomPasswordRequest| {
            Rules::new(input).expect_err("nothing follows them").message
        };
        let given = GetRandomPasswordRequest::default;
        let short = GetRandomPasswordRequest { password_length: Some(3), ..given() };
        assert!(refused(&short).contains("too short"));
        let characters = Some(NUMBERS.to_owned());
        let numbers = GetRandomPasswordRequest { exclude_characters: characters, ..given() };
        assert!(refused(&numbers).contains("desired type"));
        let loose = GetRandomPasswordRequest {
            require_each_included_type: Some(false),
            password_length: Some(1),
            ..numbers
        };
        assert!(Rules::new(&loose).is_ok());
        let nothing = GetRandomPasswordRequest {
            exclude_lowercase: Some(true),
            exclude_uppercase: Some(true),
            exclude_numbers: Some(true),
            exclude_punctuation: Some(true),
            ..given()
        };
        assert!(refused(&nothing).contains("All characters"));
    }
}
