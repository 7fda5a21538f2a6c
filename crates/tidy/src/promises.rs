//! SPECIFICATION.md: every promise names a test, and the test is there.
//!
//! A promise is a row of a table or a numbered line. Its tests stand in it as
//! `` `path/of/file.rs::name_of_the_test` ``, with the path from the root.

use crate::function::next_word;
use crate::shape::Finding;
use crate::tree::SourceFile;

/// Promises without a test, and tests that are not there.
pub fn broken(specification: &SourceFile, files: &[SourceFile]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in specification.text.lines().enumerate() {
        let tests: Vec<_> = line.split('`').filter_map(test_named).collect();
        if is_promise(line) && tests.is_empty() {
            found.push(Finding::new(specification, at + 1, "a promise without a test"));
        }
        let missing = tests.into_iter().filter(|(path, name)| !exists(files, path, name));
        found.extend(missing.map(|(path, name)| {
            Finding::new(specification, at + 1, format!("there is no test `{path}::{name}`"))
        }));
    }
    found
}

fn is_promise(line: &str) -> bool {
    let numbered = |text: &str| {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        digits > 0 && text[digits..].starts_with(['.', ' '])
    };
    // A table's rows begin with the promise's number; its head and its rule do not.
    numbered(line.strip_prefix("| ").unwrap_or(line))
}

fn test_named(quoted: &str) -> Option<(&str, &str)> {
    let (path, name) = quoted.split_once("::")?;
    let file = path.rsplit_once('.').is_some_and(|(_, last)| ["rs", "py"].contains(&last));
    (file && !name.is_empty()).then_some((path, name))
}

/// Whether the file has a function of that name, and it is one that tests are made of.
fn exists(files: &[SourceFile], path: &str, name: &str) -> bool {
    let Some(file) = files.iter().find(|file| file.path == path) else { return false };
    let keyword = if file.is_python() { "def " } else { "fn " };
    next_word(&file.text, &format!("{keyword}{name}"), 0).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_names_a_test_that_exists() {
        let files = [
            SourceFile::new("tests/test_a.py", "def test_b():\n    pass\n"),
            SourceFile::new("crates/a/src/b.rs", "fn it_holds() {}\n"),
        ];
        let text = "# 1. Not a promise\n\
                    | # | promise | test |\n\
                    |---|---|---|\n\
                    | 1 | kept | `tests/test_a.py::test_b` |\n\
                    | 2 | kept | `crates/a/src/b.rs::it_holds`, `Task` |\n\
                    | 3 | lost | `crates/a/src/b.rs::it_hold` |\n\
                    4. nothing\n";
        let found = broken(&SourceFile::new("SPECIFICATION.md", text), &files);
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "SPECIFICATION.md:6: there is no test `crates/a/src/b.rs::it_hold`",
                "SPECIFICATION.md:7: a promise without a test"
            ]
        );
    }
}
