//! What a file imports: its `use` trees, flattened to full paths.

use crate::function::next_word;
use crate::tree::SourceFile;

/// One path that a `use` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub path: String,
    pub line: usize,
}

pub fn imports(file: &SourceFile) -> Vec<Import> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = next_word(&file.code, "use", from) {
        from = at + 3;
        let Some(length) = file.code[from..].find(';') else { break };
        let tree: String = file.code[from..from + length].split_whitespace().collect();
        let line = file.line_of(at);
        // `impl Trait + use<'a>` is no import.
        if !tree.starts_with('<') {
            let paths = flattened("", &tree);
            found.extend(paths.into_iter().map(|path| Import { path, line }));
        }
    }
    found
}

/// The paths of one tree without blanks; a new name after `as` runs into its path's last part,
/// which is cut off at the two letters only if the braces say so: none of our checks needs it.
fn flattened(prefix: &str, tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else { return vec![format!("{prefix}{tree}")] };
    let prefix = format!("{prefix}{}", &tree[..open]);
    let inner = tree[open + 1..].strip_suffix('}').unwrap_or(&tree[open + 1..]);
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for character in inner.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("it begins with one").push(character);
    }
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts.flat_map(|part| flattened(&prefix, part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_flattened() {
        let text =
            "use a::b;\npub use std::{\n    collections::{BTreeMap, HashMap},\n    time,\n};\n";
        let found = imports(&SourceFile::new("sample.rs", text));
        let told: Vec<_> =
            found.iter().map(|import| format!("{} {}", import.line, import.path)).collect();
        assert_eq!(
            told,
            [
                "1 a::b",
                "2 std::collections::BTreeMap",
                "2 std::collections::HashMap",
                "2 std::time"
            ]
        );
    }
}
