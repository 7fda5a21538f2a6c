//! Wildcard patterns of rule conditions: `*` is any run of characters, `?` exactly one.
//!
//! A pattern is turned into tokens once, so that a request pays one pass over the text and no
//! allocation. Backtracking goes to the last `*` only, which bounds a match by text × pattern.

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    case: Case,
}

/// Whether letters of either case match each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

/// Whether `\*` and `\?` are the characters themselves.
///
/// COMPAT: `ELBv2` documents the escape for query strings only (`QueryStringConditionConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    Honoured,
    Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Byte(u8),
    One,
    Run,
}

impl Pattern {
    pub(crate) fn new(text: &str, case: Case, escapes: Escapes) -> Self {
        let mut tokens = Vec::with_capacity(text.len());
        let mut bytes = text.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let token = match byte {
                b'\\' if escapes == Escapes::Honoured => match bytes.peek() {
                    Some(&next @ (b'*' | b'?' | b'\\')) => {
                        bytes.next();
                        Token::Byte(next)
                    }
                    Some(_) | None => Token::Byte(byte),
                },
                b'*' => Token::Run,
                b'?' => Token::One,
                _ => Token::Byte(case.fold(byte)),
            };
            if token != Token::Run || tokens.last() != Some(&Token::Run) {
                tokens.push(token);
            }
        }
        Self { tokens, case }
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        let (mut at, mut token) = (0, 0);
        // Where to go on from when what follows the last `*` turns out not to fit.
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.tokens.get(token) {
                Some(Token::Run) => {
                    retry = Some((at, token + 1));
                    token += 1;
                    continue;
                }
                Some(Token::One) => {
                    at = next_character(text, at);
                    token += 1;
                    continue;
                }
                Some(&Token::Byte(byte)) if byte == self.case.fold(text[at]) => {
                    at += 1;
                    token += 1;
                    continue;
                }
                Some(Token::Byte(_)) | None => {}
            }
            let Some((run_end, after)) = retry else { return false };
            at = next_character(text, run_end);
            token = after;
            retry = Some((at, after));
        }
        self.tokens[token..].iter().all(|token| *token == Token::Run)
    }
}

impl Case {
    fn fold(self, byte: u8) -> u8 {
        match self {
            Case::Sensitive => byte,
            Case::Insensitive => byte.to_ascii_lowercase(),
        }
    }
}

/// The start of the character after the one at `at`, so that `?` is a character and not a byte.
fn next_character(text: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while next < text.len() && text[next] & 0xC0 == 0x80 {
        next += 1;
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rule itself: what each wildcard means, tried every way.
    fn specified(pattern: &[char], text: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('*', rest)) => (0..=text.len()).any(|taken| specified(rest, &text[taken..])),
            Some(('?', rest)) => !text.is_empty() && specified(rest, &text[1..]),
            Some((wanted, rest)) => text.first() == Some(wanted) && specified(rest, &text[1..]),
        }
    }

    fn sensitive(pattern: &str) -> Pattern {
        Pattern::new(pattern, Case::Sensitive, Escapes::Literal)
    }

    proptest! {
        #[test]
        fn agrees_with_the_specification(pattern in "[ab?*é]{0,8}", text in "[abé]{0,10}") {
            let characters: Vec<char> = pattern.chars().collect();
            let wanted = specified(&characters, &text.chars().collect::<Vec<_>>());
            prop_assert_eq!(sensitive(&pattern).matches(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn case_matters_only_where_asked() {
        assert!(!sensitive("/IMG/*").matches(b"/img/a"));
        let host = Pattern::new("*.Example.com", Case::Insensitive, Escapes::Literal);
        assert!(host.matches(b"WWW.eXAMPLE.COM"));
        assert!(!host.matches(b"example.com"));
    }

    #[test]
    fn escapes_are_literal_characters() {
        let query = Pattern::new(r"a\*b\?*", Case::Insensitive, Escapes::Honoured);
        assert!(query.matches(b"A*b?more"));
        assert!(!query.matches(b"axxb?"));
        assert!(!sensitive(r"a\*").matches(b"a*"));
    }

    #[test]
    fn a_hostile_pattern_is_still_quick() {
        let text = vec![b'a'; 20_000];
        assert!(!sensitive(&"*a".repeat(60)).matches(&[text, b"b".to_vec()].concat()));
    }
}
