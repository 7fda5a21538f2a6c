//! The shape of a file: how long it and its lines are, how it opens, what its functions take.

use crate::function::{Function, functions};
use crate::tree::SourceFile;

pub const LINE_MAX: usize = 100;
pub const FILE_LINES_MAX: usize = 1000;
pub const TEST_FILE_LINES_MAX: usize = 2000;
pub const FUNCTION_LINES_MAX: usize = 70;
pub const PARAMETERS_MAX: usize = 4;

/// Functions that were wide before anybody counted. The list only gets shorter: a new one is not
/// added, and one that was mended has to go from it.
pub const WIDE_KNOWN: &[(&str, &str)] = &[
    ("crates/balancer/src/proxy.rs", "route"),
    ("crates/longshore/src/cli/image.rs", "print"),
    ("crates/longshore/src/cli/up.rs", "greet"),
    ("crates/longshore/src/cli/up.rs", "supervise"),
    ("crates/node/src/observed.rs", "checked"),
    ("crates/node/src/probe.rs", "observe"),
    ("crates/oci-runtime/src/logs/splitter.rs", "give"),
    ("crates/oci-runtime/src/shim/exec.rs", "exec_launched"),
    ("crates/planner/src/deployment/roll.rs", "in_stop_order"),
    ("crates/planner/src/rollout.rs", "begin"),
];

/// Something to mend, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub what: String,
}

impl Finding {
    pub fn new(file: &SourceFile, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: file.path.clone(), line, what: what.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Lines that are too long, in what people write by hand.
pub fn long_lines(file: &SourceFile) -> Vec<Finding> {
    let code = file.is_rust() || file.is_python() || file.is_shell();
    if !code || file.is_generated() {
        return Vec::new();
    }
    let lines = file.text.lines().enumerate();
    let long = lines.map(|(at, line)| (at + 1, line.chars().count()));
    let long = long.filter(|(_, length)| *length > LINE_MAX);
    long.map(|(line, length)| {
        Finding::new(file, line, format!("{length} characters, at most {LINE_MAX}"))
    })
    .collect()
}

pub fn long_file(file: &SourceFile) -> Option<Finding> {
    if !(file.is_rust() || file.is_python()) || file.is_generated() {
        return None;
    }
    let max = if file.is_test() { TEST_FILE_LINES_MAX } else { FILE_LINES_MAX };
    let lines = file.text.lines().count();
    let what = format!("{lines} lines, at most {max}: cut at a name worth having");
    (lines > max).then(|| Finding::new(file, 1, what))
}

/// Every Rust file says first what it is.
pub fn opening(file: &SourceFile) -> Option<Finding> {
    if !file.is_rust() || file.is_generated() {
        return None;
    }
    let opens = file.text.lines().next().is_some_and(|line| line.starts_with("//! "));
    (!opens).then(|| Finding::new(file, 1, "does not open with `//!` and what it is"))
}

/// `foo.rs` beside `foo/`: a dozen tabs called `mod.rs` help nobody.
pub fn mod_file(file: &SourceFile) -> Option<Finding> {
    let name = file.path.rsplit('/').next();
    (name == Some("mod.rs")).then(|| Finding::new(file, 1, "name it after its module"))
}

pub fn long_functions(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() || file.is_generated() {
        return Vec::new();
    }
    let long = functions(file).into_iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
    long.map(|function| {
        let what = format!(
            "`{}` has {} lines, at most {FUNCTION_LINES_MAX}",
            function.name, function.lines
        );
        Finding::new(file, function.line, what)
    })
    .collect()
}

/// Functions with more parameters than a reader keeps apart, or with a bare `true` at each call.
pub fn wide_functions(file: &SourceFile) -> Vec<Finding> {
    // The parameters of a property test are its inputs.
    if !file.is_rust() || file.is_generated() || file.is_test() {
        return Vec::new();
    }
    let known: Vec<_> = WIDE_KNOWN.iter().filter(|(path, _)| *path == file.path).collect();
    let mut found = Vec::new();
    let mut wide = Vec::new();
    for function in functions(file) {
        if let Some(what) = too_wide(&function) {
            if !known.iter().any(|(_, name)| *name == function.name) {
                found.push(Finding::new(file, function.line, what));
            }
            wide.push(function.name);
        }
    }
    let mended = known.iter().filter(|(_, name)| !wide.iter().any(|wide| wide == name));
    found.extend(mended.map(|(_, name)| {
        Finding::new(file, 1, format!("`{name}` is mended: take it from `WIDE_KNOWN`"))
    }));
    found
}

fn too_wide(function: &Function) -> Option<String> {
    let (name, count) = (&function.name, function.parameters.len());
    if count > PARAMETERS_MAX {
        return Some(format!(
            "`{name}` has {count} parameters, at most {PARAMETERS_MAX}: make a struct of them"
        ));
    }
    // A parameter called `value` is what the function is about, and no switch.
    let switch = |one: &&String| one.ends_with(": bool") && *one != "value: bool";
    let parameter = function.parameters.iter().find(switch)?;
    Some(format!("`{name}` takes `{parameter}`: make an enum of it"))
}

/// Marks of work that is not done: an issue holds it, or it is done.
pub fn unfinished(file: &SourceFile) -> Vec<Finding> {
    // This crate has to name what it looks for.
    if file.path.starts_with("crates/tidy/") {
        return Vec::new();
    }
    let marked = |line: &str| ["TODO", "FIXME", "XXX"].iter().any(|mark| has_mark(line, mark));
    let lines = file.text.lines().enumerate().filter(|(_, line)| marked(line));
    lines.map(|(at, _)| Finding::new(file, at + 1, "an issue or nothing")).collect()
}

/// Whether the mark stands in the line as a word of its own, and not as a format's placeholder.
fn has_mark(line: &str, mark: &str) -> bool {
    let part = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        !part(before) && !part(after)
    })
}

/// Each `unsafe` block says why it is sound, in the lines just above it.
pub fn unargued_unsafe(file: &SourceFile) -> Vec<Finding> {
    const ABOVE: usize = 6;
    let lines: Vec<&str> = file.text.lines().collect();
    let code = file.code.lines().enumerate();
    let blocks = code.filter(|(_, line)| {
        let words: Vec<_> = line.split_whitespace().collect();
        words.windows(2).any(|pair| pair == ["unsafe", "{"] || pair == ["unsafe", "impl"])
    });
    let unargued = blocks.filter(|(at, _)| {
        let above = &lines[at.saturating_sub(ABOVE)..=*at];
        !above.iter().any(|line| line.contains("SAFETY:"))
    });
    unargued.map(|(at, _)| Finding::new(file, at + 1, "`unsafe` without `SAFETY:`")).collect()
}

/// Paths of one developer's machine mean nothing on another.
pub fn workplace_words(file: &SourceFile) -> Vec<Finding> {
    // Put together here, so that this file does not hold them.
    let words = [concat!("/wo", "rk/"), concat!("/home/us", "er/")];
    let named = |line: &str| words.iter().any(|word| line.contains(word));
    let lines = file.text.lines().enumerate().filter(|(_, line)| named(line));
    lines.map(|(at, _)| Finding::new(file, at + 1, "a path of somebody's machine")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile::new(path, text)
    }

    fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_line_is_measured_in_characters() {
        let text = format!("{}\n{}\n", "é".repeat(100), "e".repeat(101));
        assert_eq!(lines(&long_lines(&file("a.rs", &text))), [2]);
        assert_eq!(lines(&long_lines(&file("a.md", &text))), [0; 0]);
    }

    #[test]
    fn a_file_of_tests_may_be_twice_as_long() {
        let text = "//! a\n".repeat(1001);
        assert!(long_file(&file("crates/a/src/b.rs", &text)).is_some());
        assert!(long_file(&file("crates/a/tests/b.rs", &text)).is_none());
        let text = "//! a\n".repeat(2001);
        assert!(long_file(&file("tests/test_b.py", &text)).is_some());
    }

    #[test]
    fn a_file_opens_with_what_it_is() {
        assert!(opening(&file("a.rs", "//! What it is.\n")).is_none());
        assert!(opening(&file("a.rs", "// What it is.\n")).is_some());
        assert!(opening(&file("a.rs", "")).is_some());
    }

    #[test]
    fn seventy_lines_are_a_function_and_seventy_one_are_not() {
        let sample = |inner| format!("fn a() {{\n{}}}\n", "    b();\n".repeat(inner));
        assert_eq!(lines(&long_functions(&file("a.rs", &sample(68)))), [0; 0]);
        assert_eq!(lines(&long_functions(&file("a.rs", &sample(69)))), [1]);
    }

    #[test]
    fn a_fifth_parameter_and_a_bool_are_found() {
        let text = "fn a(&self, b: u8, c: u8, d: u8, e: u8) {}\nfn f(a: u8, b: u8, c: u8, \
                    d: u8, e: u8) {}\nfn g(a: bool) {}\nfn h(a: Vec<bool>) {}\n";
        assert_eq!(lines(&wide_functions(&file("a.rs", text))), [2, 3]);
    }

    #[test]
    fn a_mark_is_a_word_and_a_template_is_none() {
        let text = "// TODO: a\n// METHODOLOGY TODOS\n/tmp/a.XXXXXX\n# FIXME\n";
        assert_eq!(lines(&unfinished(&file("a.rs", text))), [1, 4]);
    }

    #[test]
    fn an_unsafe_block_says_why() {
        let text =
            "// SAFETY: a\nunsafe { b() };\n\n\n\n\n\n\nunsafe { c() };\n// unsafe { d() }\n";
        assert_eq!(lines(&unargued_unsafe(&file("a.rs", text))), [9]);
    }
}
