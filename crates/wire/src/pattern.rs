//! A model's `pattern`, compiled when it is first needed.
//!
//! The models' patterns are Java's. `regex-lite` reads all that they use but Unicode
//! classes, of which the models know one set, `\p{L}\p{Z}\p{N}` (letters, spaces,
//! numbers): those are rewritten to ASCII ones, and the value's other characters mapped
//! to an ASCII letter or to one that no class holds.
//!
//! INVARIANT: matching is anchored at both ends and takes time linear in the value.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use regex_lite::Regex;

/// Stands in for a character that is neither letter, space nor number.
const FOREIGN: char = '\u{1}';

pub struct Pattern {
    source: &'static str,
    compiled: OnceLock<Result<Regex, regex_lite::Error>>,
}

impl Pattern {
    pub const fn new(source: &'static str) -> Pattern {
        Pattern { source, compiled: OnceLock::new() }
    }

    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Why the pattern cannot be compiled, if so; the generated crate tests all of its own.
    pub fn error(&self) -> Option<String> {
        self.regex().as_ref().err().map(ToString::to_string)
    }

    /// Whether the whole of `value` matches; a pattern that does not compile matches nothing.
    pub fn matches(&self, value: &str) -> bool {
        let value = if self.is_unicode() { ascii_of(value) } else { Cow::Borrowed(value) };
        self.regex().as_ref().is_ok_and(|regex| regex.is_match(&value))
    }

    fn regex(&self) -> &Result<Regex, regex_lite::Error> {
        self.compiled.get_or_init(|| {
            let source = self
                .source
                .replace("\\p{L}", "a-zA-Z")
                .replace("\\p{Z}", " ")
                .replace("\\p{N}", "0-9");
            Regex::new(&format!("^(?:{source})$"))
        })
    }

    fn is_unicode(&self) -> bool {
        self.source.contains("\\p{")
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(formatter)
    }
}

fn ascii_of(value: &str) -> Cow<'_, str> {
    if value.is_ascii() {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.chars().map(ascii_of_char).collect())
}

fn ascii_of_char(character: char) -> char {
    if character.is_ascii() {
        character
    } else if character.is_alphabetic() {
        'a'
    } else if character.is_numeric() {
        '0'
    } else if character.is_whitespace() && !character.is_control() {
        ' '
    } else {
        FOREIGN
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[track_caller]
    fn takes(pattern: &'static str, value: &str) {
        assert!(Pattern::new(pattern).matches(value), "{pattern:?} on {value:?}");
    }

    #[track_caller]
    fn leaves(pattern: &'static str, value: &str) {
        let pattern = Pattern::new(pattern);
        assert_eq!(pattern.error(), None, "{pattern:?}");
        assert!(!pattern.matches(value), "{pattern:?} on {value:?}");
    }

    #[test]
    fn the_whole_value_must_match() {
        takes(r"[\.\-_/#A-Za-z0-9]+", "/aws/ecs");
        leaves(r"[\.\-_/#A-Za-z0-9]+", "/aws/ecs!");
        leaves("a|b", "ab");
        takes(r"^(2|4|5)\d\d$", "404");
        leaves(r"^(2|4|5)\d\d$", "304");
        leaves(r"[a-z]*", "a\n");
    }

    #[test]
    fn letters_spaces_and_numbers_of_any_script() {
        const TAG: &str = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)";
        takes(TAG, "");
        takes(TAG, "größe 東京 ٣");
        leaves(TAG, "a\tb");
        leaves(TAG, "☃");
        leaves(TAG, "a{b}");
    }

    #[test]
    fn escapes_of_code_points() {
        const ARN: &str = r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD]+";
        takes(ARN, "arn:aws:iam::1:role/ü");
        leaves(ARN, "a\u{1}");
    }
}
