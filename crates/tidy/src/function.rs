//! The functions of a file: where each begins and ends, and what it takes.

use crate::tree::SourceFile;

/// One `fn` with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    /// The line of `fn`, from 1.
    pub line: usize,
    /// From the line of `fn` to that of the closing brace, both counted.
    pub lines: usize,
    /// Each as written, without `self`.
    pub parameters: Vec<String>,
}

/// All functions, those inside others too, in the order of their beginnings.
pub fn functions(file: &SourceFile) -> Vec<Function> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = next_word(&file.code, "fn", from) {
        from = at + 2;
        found.extend(function(file, at));
    }
    found
}

/// The position of the next `word` that is a word of its own.
pub fn next_word(code: &str, word: &str, from: usize) -> Option<usize> {
    let part = |character: char| character.is_alphanumeric() || character == '_';
    let mut from = from;
    loop {
        let at = from + code.get(from..)?.find(word)?;
        let end = at + word.len();
        let before = code[..at].chars().next_back().is_some_and(part);
        let after = code[end..].chars().next().is_some_and(part);
        if !before && !after {
            return Some(at);
        }
        from = end;
    }
}

/// None for a function pointer's type and for a declaration without a body.
fn function(file: &SourceFile, at: usize) -> Option<Function> {
    let rest = &file.code[at + 2..];
    let name: String = rest
        .trim_start()
        .trim_start_matches("r#")
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect();
    if name.is_empty() {
        return None;
    }
    let open = at + 2 + parameters_open(rest)?;
    let close = matching(&file.code, open)?;
    let body = close + file.code[close..].find(['{', ';'])?;
    if file.code.as_bytes()[body] == b';' && !in_brackets(&file.code[close..body]) {
        return None;
    }
    let body = close + file.code[close..].find('{')?;
    let end = matching(&file.code, body)?;
    let line = file.line_of(at);
    Some(Function {
        name,
        line,
        lines: file.line_of(end) - line + 1,
        parameters: parameters(&file.code[open + 1..close]),
    })
}

/// Where the parameter list opens: past the generics, which may hold parentheses themselves.
fn parameters_open(rest: &str) -> Option<usize> {
    let mut angles = 0_i32;
    let mut before = ' ';
    for (at, character) in rest.char_indices() {
        match character {
            '<' => angles += 1,
            '>' if before != '-' => angles -= 1,
            '(' if angles == 0 => return Some(at),
            '{' | ';' => return None,
            _ => {}
        }
        before = character;
    }
    None
}

/// A `;` in an array's type, `-> [u8; 4]`, ends no declaration.
fn in_brackets(text: &str) -> bool {
    text.matches('[').count() > text.matches(']').count()
}

/// The position of the bracket that closes the one at `open`.
pub(crate) fn matching(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'{' | b'[' => depth += 1,
            b')' | b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn parameters(list: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    let mut before = ' ';
    for character in list.chars() {
        match character {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if before != '-' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("it begins with one").push(character);
        before = character;
    }
    let parts = parts.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    parts.filter(|part| !part.is_empty() && !is_receiver(part)).collect()
}

fn is_receiver(parameter: &str) -> bool {
    let pattern = parameter.split(':').next().unwrap_or_default();
    pattern.split([' ', '&']).any(|word| word == "self")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "as the expectations are written")]
    #[track_caller]
    fn check(text: &str, wanted: Expect) {
        let file = SourceFile::new("sample.rs", text);
        let lines = functions(&file).into_iter().map(|function| {
            let parameters = function.parameters.join(" | ");
            format!("{} {}+{} ({parameters})\n", function.name, function.line, function.lines)
        });
        wanted.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn a_length_is_from_the_signature_to_the_brace() {
        check(
            "fn a() {}\n\nfn b() {\n    {\n    }\n}\n",
            expect![[r#"
            a 1+1 ()
            b 3+4 ()
        "#]],
        );
    }

    #[test]
    fn braces_in_literals_and_comments_do_not_count() {
        check(
            "fn a() {\n    // }\n    \"}\";\n    '}';\n    r#\"}\"#;\n}\nfn b() {}\n",
            expect![[r#"
                a 1+6 ()
                b 7+1 ()
            "#]],
        );
    }

    #[test]
    fn parameters_are_split_at_their_own_commas_only() {
        check(
            "fn a<F: Fn(u8, u8) -> u8>(&mut self, f: F, m: Map<K, Vec<V>>, t: (u8, u8)) {}\n\
             fn b(\n    mut self: Pin<&mut Self>,\n    call: impl Fn(&str) -> bool,\n) \
             -> u8 {\n}\n",
            expect![[r#"
                a 1+1 (f: F | m: Map<K, Vec<V>> | t: (u8, u8))
                b 2+5 (call: impl Fn(&str) -> bool)
            "#]],
        );
    }

    #[test]
    fn declarations_and_pointers_are_no_functions() {
        check(
            "trait T {\n    fn a(&self);\n    fn b() -> [u8; 4] {\n        [0; 4]\n    }\n}\n\
             type P = fn(u8) -> u8;\nconst fn c(f: fn()) {}\n",
            expect![[r#"
                b 3+3 ()
                c 8+1 (f: fn())
            "#]],
        );
    }

    #[test]
    fn inner_functions_are_functions() {
        check(
            "fn a() {\n    fn b() {\n    }\n}\n",
            expect![[r#"
            a 1+4 ()
            b 2+2 ()
        "#]],
        );
    }
}
