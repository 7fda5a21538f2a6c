//! Rust text with everything that is not code blanked out.
//!
//! The checks look for words and braces; a brace in a string or a word in a comment is neither.
//! This knows as much of Rust's lexer as that takes: comments, which nest, and all literals.
//!
//! INVARIANT: the result has the length and the line breaks of the input, so positions in the one
//! are positions in the other.

/// The text with comments and the contents of literals as spaces.
pub fn masked(text: &str) -> String {
    let mut scanner = Scanner { text: text.as_bytes(), at: 0, out: Vec::with_capacity(text.len()) };
    while scanner.at < scanner.text.len() {
        scanner.step();
    }
    String::from_utf8(scanner.out).expect("only whole characters were kept, the rest is ASCII")
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

impl Scanner<'_> {
    fn step(&mut self) {
        match self.text[self.at] {
            b'/' if self.follows(1, b"/") => self.blank_until(|scanner| scanner.follows(0, b"\n")),
            b'/' if self.follows(1, b"*") => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            b'r' if !self.in_word() => self.raw(1),
            b'b' | b'c' if !self.in_word() && self.follows(1, b"r") => self.raw(2),
            _ => self.keep(1),
        }
    }

    fn follows(&self, offset: usize, wanted: &[u8]) -> bool {
        self.text[self.at..].get(offset..).is_some_and(|rest| rest.starts_with(wanted))
    }

    /// Whether the character before belongs to the same word.
    fn in_word(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }

    fn keep(&mut self, count: usize) {
        let end = (self.at + count).min(self.text.len());
        self.out.extend_from_slice(&self.text[self.at..end]);
        self.at = end;
    }

    fn blank(&mut self, count: usize) {
        let end = (self.at + count).min(self.text.len());
        let blanks = self.text[self.at..end].iter();
        self.out.extend(blanks.map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }));
        self.at = end;
    }

    fn blank_until(&mut self, done: impl Fn(&Self) -> bool) {
        while self.at < self.text.len() && !done(self) {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        loop {
            if self.follows(0, b"/*") {
                depth += 1;
                self.blank(2);
            } else if self.follows(0, b"*/") {
                depth -= 1;
                self.blank(2);
            } else {
                self.blank(1);
            }
            if depth == 0 || self.at >= self.text.len() {
                return;
            }
        }
    }

    /// From the opening `"`, which is kept as the closing one is.
    fn string(&mut self) {
        self.keep(1);
        while self.at < self.text.len() && self.text[self.at] != b'"' {
            self.blank(if self.text[self.at] == b'\\' { 2 } else { 1 });
        }
        self.keep(1);
    }

    /// A character literal is blanked; a lifetime is code.
    fn quote(&mut self) {
        if self.follows(1, b"\\") {
            self.keep(1);
            self.blank(2);
            self.blank_until(|scanner| scanner.follows(0, b"'"));
            self.keep(1);
            return;
        }
        let first = self.text.get(self.at + 1).copied().unwrap_or(b' ');
        let width = match first {
            ..=0x7f => 1,
            0x80..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        let closed = self.follows(1 + width, b"'");
        self.keep(1);
        if closed {
            self.blank(width);
            self.keep(1);
        }
    }

    /// `r"…"` and `r#"…"#`; `r#name` and the letter `r` are code. `prefix` is before the `#`s.
    fn raw(&mut self, prefix: usize) {
        let rest = &self.text[self.at + prefix..];
        let hashes = rest.iter().take_while(|byte| **byte == b'#').count();
        if rest.get(hashes) != Some(&b'"') {
            self.keep(1);
            return;
        }
        self.keep(prefix + hashes + 1);
        let closing = [b"\"", "#".repeat(hashes).as_bytes()].concat();
        self.blank_until(|scanner| scanner.follows(0, &closing));
        self.keep(closing.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, wanted: &str) {
        assert_eq!(masked(input), wanted);
    }

    #[test]
    fn comments_are_blank() {
        check("a // b {\nc", "a       \nc");
        check("a /* { /* \" */ } */ b", "a                   b");
        // Two bytes of one letter are two blanks.
        check("// é\nx", "     \nx");
    }

    #[test]
    fn strings_are_blank_and_keep_their_lines() {
        check(r#"f("{ \" }") {"#, r#"f("      ") {"#);
        check("\"a\n{\"}", "\" \n \"}");
        check(r##"r#"a " {"# }"##, r##"r#"     "# }"##);
        check(r#"br"\" {"#, r#"br" " {"#);
        check("b\"{\" c\"{\"", "b\" \" c\" \"");
    }

    #[test]
    fn characters_are_blank_and_lifetimes_are_not() {
        check("'{' 'é' '\\'' b'}'", "' ' '  ' '  ' b' '");
        check("fn f<'a>(x: &'a str) {", "fn f<'a>(x: &'a str) {");
        check("'\\u{7d}' }", "'      ' }");
    }

    #[test]
    fn raw_names_are_code() {
        check("r#type = bar\"{\"", "r#type = bar\" \"");
    }
}
