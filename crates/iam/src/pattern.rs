//! Patterns with `*` and `?`, and the variables that stand for values of the request.
//!
//! COMPAT: "IAM policy elements: Variables and tags". A variable's value is never itself read as a
//! pattern, and where the request has no such key and no default is given, nothing matches.

use crate::request::Context;

/// A pattern, cut into what matches by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    case: Case,
    /// Without variables, ready to match; otherwise as it is cut.
    form: Form,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// What it begins with, and the rest: most texts differ in the beginning already.
    Fixed(String, Vec<Token>),
    Variable(Vec<Piece>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// `*`: any characters, or none.
    Many,
    /// `?`: one character.
    One,
    /// A key in lower case, and what stands for it where the request does not have it.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// Whether upper and lower case are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Ignored,
}

/// Whether `*` and `?` are wildcards, or themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wildcards {
    Are,
    AreText,
}

/// Whether `${…}` is a variable, which it is since version 2012-10-17.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variables {
    Are,
    AreText,
}

impl Pattern {
    pub(crate) fn new(
        text: &str,
        case: Case,
        (wildcards, variables): (Wildcards, Variables),
    ) -> Pattern {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if variables == Variables::Are
                && let Some((piece, after)) = variable(rest)
            {
                push(&mut pieces, piece);
                rest = after;
                continue;
            }
            let piece = match (first, wildcards) {
                ('*', Wildcards::Are) => Piece::Many,
                ('?', Wildcards::Are) => Piece::One,
                (other, _) => Piece::Text(other.to_string()),
            };
            push(&mut pieces, piece);
            rest = &rest[first.len_utf8()..];
        }
        let is_variable = |piece: &Piece| matches!(piece, Piece::Variable { .. });
        let form = if pieces.iter().any(is_variable) {
            Form::Variable(pieces)
        } else {
            let tokens = tokens(&pieces, case, &Context::default());
            let (start, rest) = split(tokens.expect("there is no variable without a value"));
            Form::Fixed(start, rest)
        };
        Pattern { case, form }
    }

    pub(crate) fn matches(&self, text: &str, context: &Context) -> bool {
        match &self.form {
            Form::Fixed(start, tokens) => {
                let rest = match self.case {
                    Case::Sensitive => text.strip_prefix(start.as_str()),
                    Case::Ignored => text
                        .split_at_checked(start.len())
                        .filter(|(own, _)| own.eq_ignore_ascii_case(start))
                        .map(|(_, rest)| rest),
                };
                rest.is_some_and(|rest| walk(tokens, rest, self.case))
            }
            // Most texts differ before the first variable is reached.
            Form::Variable(pieces) if !self.begins(pieces, text) => false,
            Form::Variable(pieces) => {
                let tokens = tokens(pieces, self.case, context);
                tokens.is_some_and(|tokens| walk(&tokens, text, self.case))
            }
        }
    }

    /// Whether it has a variable, which stands for a value of the request.
    pub(crate) fn has_variable(&self) -> bool {
        matches!(self.form, Form::Variable(_))
    }

    /// Whether a text begins as the pieces do; where case is ignored, that is not asked.
    fn begins(&self, pieces: &[Piece], text: &str) -> bool {
        match (self.case, pieces.first()) {
            (Case::Sensitive, Some(Piece::Text(start))) => text.starts_with(start.as_str()),
            _ => true,
        }
    }
}

/// What the pieces are for this request; `None` where a variable has no value.
fn tokens(pieces: &[Piece], case: Case, context: &Context) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let add = |text: &str, tokens: &mut Vec<Token>| {
        tokens.extend(text.chars().map(|letter| Token::Is(folded(letter, case))));
    };
    for piece in pieces {
        match piece {
            Piece::Text(text) => add(text, &mut tokens),
            Piece::Many => tokens.push(Token::Many),
            Piece::One => tokens.push(Token::One),
            Piece::Variable { key, default } => {
                add(context.single(key).or(default.as_deref())?, &mut tokens);
            }
        }
    }
    Some(tokens)
}

/// Cuts off the plain letters at the beginning: those that are one byte in either case.
fn split(mut tokens: Vec<Token>) -> (String, Vec<Token>) {
    let plain = |token: &Token| match token {
        Token::Is(letter) if letter.is_ascii() => Some(*letter),
        Token::Is(_) | Token::One | Token::Many => None,
    };
    let start: String = tokens.iter().map_while(plain).collect();
    tokens.drain(..start.len());
    (start, tokens)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Is(char),
    One,
    Many,
}

/// Matches with one place to come back to: the last `*`. Places in the text are in bytes.
fn walk(tokens: &[Token], text: &str, case: Case) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(letter) = text[at..].chars().next() {
        match tokens.get(token) {
            // The last `*` takes all that is left.
            Some(Token::Many) if token + 1 == tokens.len() => return true,
            Some(Token::Many) => {
                back = Some((token, at));
                token += 1;
            }
            Some(Token::Is(wanted)) if *wanted != folded(letter, case) => {
                let Some(place) = retry(&mut back, text) else { return false };
                (token, at) = place;
            }
            Some(Token::One | Token::Is(_)) => (token, at) = (token + 1, at + letter.len_utf8()),
            None => {
                let Some(place) = retry(&mut back, text) else { return false };
                (token, at) = place;
            }
        }
    }
    tokens[token..].iter().all(|left| *left == Token::Many)
}

/// Lets the last `*` take one letter more.
fn retry(back: &mut Option<(usize, usize)>, text: &str) -> Option<(usize, usize)> {
    let (star, start) = (*back)?;
    let start = start + text[start..].chars().next()?.len_utf8();
    *back = Some((star, start));
    Some((star + 1, start))
}

/// COMPAT: letter by letter, so that no letter becomes two.
fn folded(letter: char, case: Case) -> char {
    match case {
        Case::Sensitive => letter,
        Case::Ignored if letter.is_ascii() => letter.to_ascii_lowercase(),
        Case::Ignored => letter.to_lowercase().next().unwrap_or(letter),
    }
}

/// Joins text to the text before it.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), piece) {
        (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
        (_, piece) => pieces.push(piece),
    }
}

/// The variable that a text begins with, and what is behind it.
///
/// `${*}`, `${?}` and `${$}` are those letters themselves; `${key, 'default'}` has a default.
fn variable(text: &str) -> Option<(Piece, &str)> {
    let inside = text.strip_prefix("${")?;
    let (name, rest) = inside.split_once('}')?;
    let name = name.trim();
    if let "*" | "?" | "$" = name {
        return Some((Piece::Text(name.to_owned()), rest));
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => {
            let default = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (key.trim(), Some(default.to_owned()))
        }
        None => (name, None),
    };
    (!key.is_empty()).then(|| (Piece::Variable { key: key.to_lowercase(), default }, rest))
}

/// What is behind the variable that a text begins with, if it begins with one.
pub(crate) fn after_variable(text: &str) -> Option<&str> {
    variable(text).map(|(_, rest)| rest)
}

/// Whether a text is as a pattern with `*` and `?` has it, in the same case.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let kind = (Wildcards::Are, Variables::AreText);
    Pattern::new(pattern, Case::Sensitive, kind).matches(text, &Context::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        let context = Context::default().with("aws:username", &["a*n"]);
        let kind = (Wildcards::Are, Variables::Are);
        Pattern::new(pattern, Case::Sensitive, kind).matches(text, &context)
    }

    #[test]
    fn wildcards_match_any_or_one() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a*b*c", "a-b-b-c-c", true),
            ("*a", "aab", false),
            ("abc", "abcd", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_variable_is_its_value_and_no_pattern() {
        for (pattern, text, expected) in [
            ("home/${aws:username}/*", "home/a*n/x", true),
            ("home/${aws:UserName}", "home/a*n", true),
            ("home/${aws:username}", "home/ann", false),
            ("${*}", "*", true),
            ("${*}", "a", false),
            ("${$}{x}", "${x}", true),
            ("${aws:missing, 'none'}", "none", true),
            ("${aws:missing}", "", false),
            ("${aws:missing}", "${aws:missing}", false),
            ("${unfinished", "${unfinished", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
