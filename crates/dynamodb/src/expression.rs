//! The words of an expression, and the attributes that it names.
//!
//! Amazon DynamoDB Developer Guide, "Using expressions in DynamoDB".

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// One word of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// An attribute's name, a function's or a keyword.
    Plain(&'a str),
    /// `#name`, which stands for an attribute's.
    Name(&'a str),
    /// `:value`
    Value(&'a str),
    /// An operator, a bracket, a comma, a dot; or what no expression has.
    Sign(&'a str),
}

/// Keywords are reserved, so no attribute is called so without a `#`.
const KEYWORDS: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];

/// The words in order. Nothing but white space is passed over.
pub(crate) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_ascii_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '#' | ':' => {
                let (name, after) = rest.split_at(1 + name_length(&rest[1..]));
                (if first == '#' { Word::Name(name) } else { Word::Value(name) }, after)
            }
            _ if is_name(first) => {
                let (name, after) = rest.split_at(name_length(rest));
                (Word::Plain(name), after)
            }
            _ => {
                let is_long = ["<>", "<=", ">="].iter().any(|sign| rest.starts_with(sign));
                let (sign, after) = rest.split_at(if is_long { 2 } else { first.len_utf8() });
                (Word::Sign(sign), after)
            }
        };
        words.push(word);
        rest = after.trim_ascii_start();
    }
    words
}

/// The attributes of the item that the expression names; of a path, its first.
pub(crate) fn attributes(text: &str, names: Option<&Map<String, Value>>) -> BTreeSet<String> {
    let words = words(text);
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let is_inside = at > 0 && words[at - 1] == Word::Sign(".");
        let is_call = words.get(at + 1) == Some(&Word::Sign("("));
        match word {
            Word::Plain(name) if !is_inside && !is_call && is_attribute(name) => {
                found.insert((*name).to_owned());
            }
            Word::Name(name) if !is_inside => {
                found.insert(resolved(name, names).unwrap_or(name).to_owned());
            }
            Word::Plain(_) | Word::Name(_) | Word::Value(_) | Word::Sign(_) => {}
        }
    }
    found
}

/// What `#name` stands for.
pub(crate) fn resolved<'a>(name: &str, names: Option<&'a Map<String, Value>>) -> Option<&'a str> {
    names?.get(name)?.as_str()
}

pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

/// A list's index in brackets begins with a digit, and no attribute does.
fn is_attribute(word: &str) -> bool {
    !is_keyword(word) && !word.starts_with(|first: char| first.is_ascii_digit())
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn name_length(text: &str) -> usize {
    text.find(|letter| !is_name(letter)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let names = json!({ "#n": "name", "#s": "size" });
        let found: Vec<String> = attributes(text, names.as_object()).into_iter().collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn attributes_are_found_where_they_are_named() {
        check("id, #n, tags[0].x, a.b.#s", "a id name tags");
        check("SET a = if_not_exists(b, :v), c = c + :one REMOVE #s[1] add d :set", "a b c d size");
        check("attribute_exists(id) AND NOT (x BETWEEN :lo and :hi OR size(y)>=:z)", "id x y");
        check("begins_with (#s, :p) and z<>:q and w IN (:a, :b)", "size w z");
        check("#unknown = :v", "#unknown");
        check("", "");
    }

    #[test]
    fn words_lose_nothing() {
        let text = "a<=:v AND\t#b<>é (c)";
        let joined: String = words(text)
            .into_iter()
            .map(|word| match word {
                Word::Plain(it) | Word::Name(it) | Word::Value(it) | Word::Sign(it) => it,
            })
            .collect();
        assert_eq!(joined, text.replace([' ', '\t'], ""));
    }
}
