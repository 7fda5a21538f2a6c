//! Where the statements of a document stand in its text.
//
// COMPAT: as the examples of `SimulateCustomPolicy` and `SimulatePrincipalPolicy` show it, a
// statement begins behind the bracket that opens it or its list, and ends behind its own.

use std::iter::Peekable;
use std::str::Chars;

/// The place of a letter, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

/// The beginning and end of each statement of a document, which is well-formed JSON.
pub fn statement_places(document: &str) -> Vec<(Place, Place)> {
    let mut cursor = Cursor::new(document);
    let mut found = Vec::new();
    cursor.skip_space();
    cursor.bump();
    loop {
        cursor.skip_space();
        match cursor.peek() {
            Some('"') => {}
            Some(_) => {
                // Between members, and the end of the document.
                if cursor.bump() == Some('}') {
                    return found;
                }
                continue;
            }
            None => return found,
        }
        let key = cursor.text();
        cursor.skip_space();
        cursor.bump();
        cursor.skip_space();
        if key == "Statement" {
            found = cursor.statements();
        } else {
            cursor.skip_value();
        }
    }
}

struct Cursor<'a> {
    rest: Peekable<Chars<'a>>,
    place: Place,
}

impl Cursor<'_> {
    fn new(document: &str) -> Cursor<'_> {
        Cursor { rest: document.chars().peekable(), place: Place { line: 1, column: 1 } }
    }

    /// The value of `Statement`: one, or a list.
    fn statements(&mut self) -> Vec<(Place, Place)> {
        let mut found = Vec::new();
        if self.peek() == Some('{') {
            let open = self.place;
            self.skip_value();
            let start = Place { line: open.line, column: open.column + 1 };
            return vec![(start, self.place)];
        }
        self.bump();
        let mut start = self.place;
        loop {
            self.skip_space();
            match self.peek() {
                Some('{') => {
                    self.skip_value();
                    found.push((start, self.place));
                    start = self.place;
                }
                Some(',') => drop(self.bump()),
                Some(_) | None => {
                    self.bump();
                    return found;
                }
            }
        }
    }

    fn skip_value(&mut self) {
        let mut depth = 0;
        loop {
            match self.peek() {
                Some('"') => drop(self.text()),
                Some('{' | '[') => {
                    depth += 1;
                    self.bump();
                }
                Some('}' | ']' | ',') if depth == 0 => return,
                Some('}' | ']') => {
                    depth -= 1;
                    self.bump();
                }
                Some(_) => drop(self.bump()),
                None => return,
            }
            if depth == 0 && !self.is_inside_scalar() {
                return;
            }
        }
    }

    /// Whether a number or a word goes on here.
    fn is_inside_scalar(&mut self) -> bool {
        self.peek().is_some_and(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
    }

    /// A string without its quotes, as it is written.
    fn text(&mut self) -> String {
        let mut text = String::new();
        self.bump();
        while let Some(letter) = self.bump() {
            match letter {
                '"' => break,
                '\\' => {
                    text.push(letter);
                    text.extend(self.bump());
                }
                _ => text.push(letter),
            }
        }
        text
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn bump(&mut self) -> Option<char> {
        let letter = self.rest.next()?;
        if letter == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(document: &str) -> Vec<[u32; 4]> {
        let found = statement_places(document).into_iter();
        found.map(|(from, to)| [from.line, from.column, to.line, to.column]).collect()
    }

    #[test]
    fn statements_stand_where_the_documentation_has_them() {
        let one = [
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","#,
            r#""Resource":"*","Condition":{"DateGreaterThan":{"#,
            r#""aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}"#,
        ];
        assert_eq!(places(&one.concat()), [[1, 38, 1, 167]]);
        let list = "{\n    \"Version\": \"2012-10-17\",\n    \"Statement\": [\n        {\n\
                    \"Sid\": \"a\\\"}\", \"n\": [1, true, {}]\n        }, {}\n    ],\n\"Id\": 1\n}";
        assert_eq!(places(list), [[3, 19, 6, 10], [6, 10, 6, 14]]);
    }

    #[test]
    fn what_is_no_document_has_no_statements_and_comes_to_an_end() {
        for text in ["", "{", "[]", "{\"Statement\"", "{\"Statement\": [", "{\"Statement\": \"x"] {
            assert!(places(text).is_empty(), "{text}");
        }
    }
}
