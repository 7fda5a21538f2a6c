//! The files of the source tree, as a clone of it would have them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::mask::masked;

/// Directories that are made by building and testing, or belong to git.
const NOT_SOURCE: &[&str] =
    &["target", ".git", ".venv", ".build", "__pycache__", ".pytest_cache", "node_modules"];

/// LIMIT: a file past this is data, and its text is not looked at.
const TEXT_BYTES_MAX: u64 = 4 << 20;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate is two levels below the root").to_owned()
}

/// Every text file below the root, in the order of the paths.
pub fn files() -> Result<Vec<SourceFile>> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, &mut paths)?;
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let relative = path.strip_prefix(&root).expect("the walk began at the root");
        files.push(SourceFile::new(&relative.to_string_lossy(), &text));
    }
    Ok(files)
}

/// One file: its path from the root, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
    /// Rust only: the text with comments and literals blanked, position by position.
    pub code: String,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> SourceFile {
        let mut file =
            SourceFile { path: path.to_owned(), text: text.to_owned(), code: String::new() };
        if file.is_rust() {
            file.code = masked(text);
        }
        file
    }

    pub fn is_rust(&self) -> bool {
        self.has_extension("rs")
    }

    pub fn is_python(&self) -> bool {
        self.has_extension("py")
    }

    pub fn is_shell(&self) -> bool {
        self.has_extension("sh") || self.text.starts_with("#!/usr/bin/env bash")
    }

    fn has_extension(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, last)| last == extension)
    }

    /// A file that holds nothing but tests, or is a program that measures.
    pub fn is_test(&self) -> bool {
        let folder = |name| self.path.contains(name);
        folder("/tests/")
            || folder("/benches/")
            || folder("/examples/")
            || self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }

    /// Written by a program; the program is what has to be tidy.
    pub fn is_generated(&self) -> bool {
        self.path.contains("/generated/") || self.text.starts_with("// @generated")
    }

    /// The line, from 1, of a position in the text.
    pub fn line_of(&self, position: usize) -> usize {
        self.text[..position].matches('\n').count() + 1
    }
}

fn walk(directory: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // A file that another program removed since is no file of the tree.
        let Ok(kind) = entry.metadata() else { continue };
        let name = entry.file_name();
        if kind.is_dir() && !NOT_SOURCE.iter().any(|other| name == *other) {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() && kind.len() <= TEXT_BYTES_MAX {
            paths.push(entry.path());
        }
    }
    Ok(())
}
