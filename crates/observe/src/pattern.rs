//! Filter patterns: which events a search gives.
//!
//! COMPAT: the unstructured patterns of CloudWatch Logs ("Filter pattern syntax", the
//! user guide): case-sensitive words and quoted phrases, all of which must be there;
//! `-` before one excludes; `?` before several wants any of them, and is ignored where
//! it stands beside others.

use crate::LogsError;

/// LIMIT: the length of a pattern, as in the service's model.
pub const PATTERN_LENGTH_MAX: usize = 1024;

/// The default, as an empty pattern, matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterPattern {
    included: Vec<String>,
    excluded: Vec<String>,
    any_of: Vec<String>,
}

impl FilterPattern {
    /// Reads a pattern; the kinds that are not known are refused by their names.
    pub fn parse(text: &str) -> Result<FilterPattern, LogsError> {
        let text = text.trim();
        if text.chars().count() > PATTERN_LENGTH_MAX {
            return Err(LogsError::invalid("the filter pattern is longer than 1024 characters"));
        }
        refuse_other_kinds(text)?;
        let mut pattern = FilterPattern::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (kind, unmarked) = match rest.as_bytes()[0] {
                b'-' => (&mut pattern.excluded, &rest[1..]),
                b'?' => (&mut pattern.any_of, &rest[1..]),
                _ => (&mut pattern.included, rest),
            };
            let (term, after) = split_term(unmarked)?;
            kind.push(term);
            rest = after.trim_start();
        }
        if !pattern.included.is_empty() || !pattern.excluded.is_empty() {
            pattern.any_of.clear();
        }
        Ok(pattern)
    }

    pub fn matches(&self, message: &str) -> bool {
        let is_in = |term: &String| contains_words(message, term);
        self.included.iter().all(is_in)
            && !self.excluded.iter().any(is_in)
            && (self.any_of.is_empty() || self.any_of.iter().any(is_in))
    }
}

fn refuse_other_kinds(text: &str) -> Result<(), LogsError> {
    let kind = match text.chars().next() {
        Some('{') => "JSON filter patterns",
        Some('[') => "space-delimited filter patterns",
        Some('%') => "regular expressions in filter patterns",
        Some(_) | None => return Ok(()),
    };
    Err(LogsError::invalid(format!("{kind} are not implemented: `{text}`")))
}

/// The first word or quoted phrase, and what comes after it.
fn split_term(text: &str) -> Result<(String, &str), LogsError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return checked(text[..end].to_owned(), &text[end..]);
    };
    let mut phrase = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return checked(phrase, &quoted[at + 1..]),
            '\\' => phrase.extend(characters.next().map(|(_, escaped)| escaped)),
            other => phrase.push(other),
        }
    }
    Err(LogsError::invalid("Invalid filter pattern: a quotation mark is not closed"))
}

fn checked(term: String, after: &str) -> Result<(String, &str), LogsError> {
    if term.is_empty() {
        return Err(LogsError::invalid("Invalid filter pattern: a term is empty"));
    }
    Ok((term, after))
}

/// Whether the text holds the term as whole words.
fn contains_words(text: &str, term: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let begins_word = term.chars().next().is_some_and(is_word);
    let ends_word = term.chars().next_back().is_some_and(is_word);
    text.match_indices(term).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + term.len()..].chars().next();
        !(begins_word && before.is_some_and(is_word) || ends_word && after.is_some_and(is_word))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const MESSAGES: [&str; 7] = [
        "[INFO] REQUEST FAILED",
        "[WARN] UNAUTHORIZED REQUEST",
        "[ERROR 400] BAD REQUEST",
        "[ERROR 419] MISSING ARGUMENTS",
        "[ERROR 500] INTERNAL SERVER ERROR",
        "[WARNING 404] the \"page\" is gone",
        "errors=0",
    ];

    /// The numbers of the messages above that match, or the refusal.
    #[expect(clippy::needless_pass_by_value, reason = "an `expect!` reads better by value")]
    fn check(pattern: &str, expected: Expect) {
        let found = FilterPattern::parse(pattern).map(|pattern| {
            let numbers = (0..MESSAGES.len()).filter(|at| pattern.matches(MESSAGES[*at]));
            numbers.collect::<Vec<_>>()
        });
        expected.assert_eq(&match found {
            Ok(numbers) => format!("{numbers:?}"),
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn terms_must_all_be_there_as_words() {
        check("", expect!["[0, 1, 2, 3, 4, 5, 6]"]);
        check("ERROR", expect!["[2, 3, 4]"]);
        check("error", expect!["[]"]);
        check("WARN", expect!["[1]"]);
        check("AUTHORIZED", expect!["[]"]);
        check("ERROR ARGUMENTS", expect!["[3]"]);
        check(r#""ERROR 4""#, expect!["[]"]);
        check(r#""[ERROR 4""#, expect!["[]"]);
        check(r#""INTERNAL SERVER ERROR""#, expect!["[4]"]);
        check(r#""\"page\"""#, expect!["[5]"]);
        check(r#""errors=""#, expect!["[6]"]);
    }

    #[test]
    fn marks_exclude_and_offer() {
        check("ERROR -ARGUMENTS", expect!["[2, 4]"]);
        check("-ERROR", expect!["[0, 1, 5, 6]"]);
        check(r#"ERROR -"BAD REQUEST""#, expect!["[3, 4]"]);
        check("?ARGUMENTS ?INFO", expect!["[0, 3]"]);
        check("?ERROR ?ARGUMENTS REQUEST", expect!["[0, 1, 2]"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        check(
            r#"{ $.level = "x" }"#,
            expect![[r#"JSON filter patterns are not implemented: `{ $.level = "x" }`"#]],
        );
        check("[a, b]", expect!["space-delimited filter patterns are not implemented: `[a, b]`"]);
        check("%a%", expect!["regular expressions in filter patterns are not implemented: `%a%`"]);
        check("\"a", expect!["Invalid filter pattern: a quotation mark is not closed"]);
        check("a -", expect!["Invalid filter pattern: a term is empty"]);
        let long = "x".repeat(PATTERN_LENGTH_MAX + 1);
        check(&long, expect!["the filter pattern is longer than 1024 characters"]);
    }
}
