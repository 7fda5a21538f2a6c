//! Which partition a query reads, by its `KeyConditionExpression`.
//!
//! The grammar is the one of the Developer Guide, "Key condition expressions for query": clauses
//! on the key's attributes, joined by `AND`, each in parentheses or not.
//!
//! INVARIANT: what is not of this grammar is an error and never a query of no partition, which a
//! condition on `dynamodb:LeadingKeys` would let pass.

use serde_json::{Map, Value};

use crate::expression::{Word, is_keyword, resolved, words};

/// The expression is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid KeyConditionExpression: Syntax error")]
pub(crate) struct Malformed;

/// A clause on one attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause<'a> {
    attribute: &'a str,
    /// The value that it equals; `None` for every other comparison.
    equals: Option<&'a str>,
}

/// Where an attribute stands in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Equality<V> {
    /// Nothing is said about it.
    Unnamed,
    /// It is compared, and not by `=`.
    Compared,
    /// It equals these: one, in an expression that the engine takes.
    Values(Vec<V>),
}

/// What an expression says about the attribute of this name.
pub(crate) fn equality<'a>(
    text: &'a str,
    names: Option<&Map<String, Value>>,
    attribute: &str,
) -> Result<Equality<&'a str>, Malformed> {
    let clauses = parse(text)?;
    let about = |clause: &&Clause<'a>| {
        let name = clause.attribute;
        let name = if name.starts_with('#') { resolved(name, names) } else { Some(name) };
        name == Some(attribute)
    };
    let about: Vec<&Clause<'a>> = clauses.iter().filter(about).collect();
    let values: Vec<&str> = about.iter().filter_map(|clause| clause.equals).collect();
    Ok(match (about.len(), values.len()) {
        (0, _) => Equality::Unnamed,
        (clauses, values) if values < clauses => Equality::Compared,
        _ => Equality::Values(values),
    })
}

fn parse(text: &str) -> Result<Vec<Clause<'_>>, Malformed> {
    let words = words(text);
    let mut parser = Parser { words: &words, clauses: Vec::new(), depth: 0 };
    parser.conjunction()?;
    if parser.words.is_empty() { Ok(parser.clauses) } else { Err(Malformed) }
}

/// LIMIT: parentheses within parentheses.
const DEPTH_MAX: usize = 32;

struct Parser<'w, 'a> {
    /// What is left.
    words: &'w [Word<'a>],
    clauses: Vec<Clause<'a>>,
    depth: usize,
}

impl<'a> Parser<'_, 'a> {
    fn conjunction(&mut self) -> Result<(), Malformed> {
        self.term()?;
        while self.takes_keyword("AND") {
            self.term()?;
        }
        Ok(())
    }

    fn term(&mut self) -> Result<(), Malformed> {
        if self.takes(Word::Sign("(")) {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(Malformed);
            }
            self.conjunction()?;
            self.depth -= 1;
            return self.expect(Word::Sign(")"));
        }
        let clause = match self.words {
            // COMPAT: names of functions have a case.
            [Word::Plain("begins_with"), Word::Sign("("), ..] => self.prefix()?,
            _ => self.comparison()?,
        };
        self.clauses.push(clause);
        Ok(())
    }

    fn prefix(&mut self) -> Result<Clause<'a>, Malformed> {
        self.words = &self.words[2..];
        let attribute = self.attribute()?;
        self.expect(Word::Sign(","))?;
        self.value()?;
        self.expect(Word::Sign(")"))?;
        Ok(Clause { attribute, equals: None })
    }

    fn comparison(&mut self) -> Result<Clause<'a>, Malformed> {
        let attribute = self.attribute()?;
        if self.takes_keyword("BETWEEN") {
            self.value()?;
            if !self.takes_keyword("AND") {
                return Err(Malformed);
            }
            self.value()?;
            return Ok(Clause { attribute, equals: None });
        }
        match self.next()? {
            Word::Sign("=") => Ok(Clause { attribute, equals: Some(self.value()?) }),
            Word::Sign("<" | "<=" | ">" | ">=") => {
                self.value()?;
                Ok(Clause { attribute, equals: None })
            }
            _ => Err(Malformed),
        }
    }

    fn attribute(&mut self) -> Result<&'a str, Malformed> {
        match self.next()? {
            Word::Plain(name) if !is_keyword(name) => Ok(name),
            Word::Name(name) => Ok(name),
            Word::Plain(_) | Word::Value(_) | Word::Sign(_) => Err(Malformed),
        }
    }

    fn value(&mut self) -> Result<&'a str, Malformed> {
        match self.next()? {
            Word::Value(name) => Ok(name),
            Word::Plain(_) | Word::Name(_) | Word::Sign(_) => Err(Malformed),
        }
    }

    fn next(&mut self) -> Result<Word<'a>, Malformed> {
        let (first, rest) = self.words.split_first().ok_or(Malformed)?;
        self.words = rest;
        Ok(*first)
    }

    fn expect(&mut self, word: Word<'_>) -> Result<(), Malformed> {
        if self.takes(word) { Ok(()) } else { Err(Malformed) }
    }

    fn takes(&mut self, word: Word<'_>) -> bool {
        self.takes_if(|it| it == word)
    }

    fn takes_keyword(&mut self, keyword: &str) -> bool {
        self.takes_if(|it| matches!(it, Word::Plain(word) if word.eq_ignore_ascii_case(keyword)))
    }

    fn takes_if(&mut self, is: impl FnOnce(Word<'a>) -> bool) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if is(*first) => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let names = json!({ "#k": "id", "#o": "other" });
        let actual = match equality(text, names.as_object(), "id") {
            Ok(Equality::Unnamed) => "unnamed".to_owned(),
            Ok(Equality::Compared) => "compared".to_owned(),
            Ok(Equality::Values(values)) => values.join(" "),
            Err(Malformed) => "malformed".to_owned(),
        };
        assert_eq!(actual, expected, "{text}");
    }

    #[test]
    fn the_partition_is_found() {
        check("id = :v", ":v");
        check("#k=:v", ":v");
        check("(id = :v)", ":v");
        check("(#k = :v) AND (at > :t)", ":v");
        check("at BETWEEN :a AND :b and id = :v", ":v");
        check("begins_with(at, :p) AND id = :v", ":v");
        check("begins_with (at, :p) AND (id = :v)", ":v");
        check("id = :v AND id = :w", ":v :w");
    }

    #[test]
    fn where_there_is_none_it_is_said() {
        check("at = :v", "unnamed");
        check("#o = :v", "unnamed");
        check("#unknown = :v", "unnamed");
        check("id > :v", "compared");
        check("id BETWEEN :a AND :b", "compared");
        check("begins_with(id, :v)", "compared");
        check("id = :v AND id > :w", "compared");
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in [
            "",
            "id",
            "id =",
            "id = v",
            "id = #k",
            ":v = id",
            "id = :v OR id = :w",
            "NOT id = :v",
            "id <> :v",
            "id = :v id = :w",
            "(id = :v",
            "id = :v)",
            "id.x = :v",
            "id[0] = :v",
            "id = :v AND",
            "AND = :v",
            "BEGINS_WITH(id, :v)",
            "id IN (:v)",
            "size(id) = :v",
            "id = :v; at = :w",
        ] {
            check(text, "malformed");
        }
        check(&format!("{}id = :v{}", "(".repeat(40), ")".repeat(40)), "malformed");
    }

    proptest! {
        /// However the clauses stand and are dressed, the partition is the one that was meant.
        #[test]
        fn dressing_changes_nothing(
            (first, alias) in any::<(bool, bool)>(),
            wraps in 0_usize..3,
            space in "[ \t\n]{1,3}",
            sort in prop::sample::select(vec![
                "at = :s", "at < :s", "at BETWEEN :s AND :e", "begins_with(at, :s)", "#o >= :s",
            ]),
        ) {
            let names = json!({ "#k": "id", "#o": "at" });
            let key = if alias { "#k = :v" } else { "id = :v" };
            let wrap = |text: &str| format!("{}{text}{}", "(".repeat(wraps), ")".repeat(wraps));
            let (one, two) = if first { (key, sort) } else { (sort, key) };
            let text = wrap(&format!("{}{space}and{space}{}", wrap(one), wrap(two)));
            let found = equality(&text, names.as_object(), "id");
            prop_assert_eq!(found, Ok(Equality::Values(vec![":v"])), "{}", text);
        }

        #[test]
        fn nothing_makes_it_panic(text in ".{0,60}") {
            let _ = equality(&text, None, "id");
        }
    }
}
