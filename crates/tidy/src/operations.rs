//! One AWS operation, one file: `crates/api/src/<service>/<operation>.rs`.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use crate::function::functions;
use crate::shape::Finding;
use crate::tree::SourceFile;

const FOLDER: &str = "crates/api/src/";

/// The operations that `models/operations.toml` lists for each service, as Rust names them.
pub fn operations(list: &str) -> Result<BTreeSet<(String, String)>> {
    let table: toml::Table = list.parse().context("reading models/operations.toml")?;
    let mut found = BTreeSet::new();
    for (service, entry) in &table {
        let names = entry.get("operations").and_then(toml::Value::as_array);
        for name in names.with_context(|| format!("`{service}` lists no operations"))? {
            found.insert((service.clone(), snake(name.as_str().unwrap_or_default())));
        }
    }
    Ok(found)
}

/// Files that implement a second operation, or one that their name does not say.
pub fn crowded(file: &SourceFile, operations: &BTreeSet<(String, String)>) -> Vec<Finding> {
    let Some((service, name)) = place(&file.path) else { return Vec::new() };
    let is = |name: &str| operations.contains(&(service.to_owned(), name.to_owned()));
    if !is(name) {
        return Vec::new();
    }
    let others = functions(file).into_iter().filter(|one| is(&one.name) && one.name != name);
    others
        .map(|one| {
            let what = format!("`{}` belongs in a file of its own", one.name);
            Finding::new(file, one.line, what)
        })
        .collect()
}

/// The service and the operation that a path is about.
fn place(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix(FOLDER)?.strip_suffix(".rs")?.split_once('/')
}

/// `CreateDBCluster` is `create_db_cluster`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let next_is_lower = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        let before_is_lower = at > 0 && !letters[at - 1].is_uppercase();
        if letter.is_uppercase() && at > 0 && (next_is_lower || before_is_lower) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_operation_in_a_file_is_found() {
        let list = "[ecs]\noperations = [\"RunTask\", \"StopTask\"]\n";
        let operations = operations(list).expect("it is TOML");
        let text = "fn run_task() {}\nfn helper() {}\nfn stop_task() {}\n";
        let crowd = |path| {
            let found = crowded(&SourceFile::new(path, text), &operations);
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let told = "crates/api/src/ecs/run_task.rs:3: `stop_task` belongs in a file of its own";
        assert_eq!(crowd("crates/api/src/ecs/run_task.rs"), [told]);
        // The dispatch of a whole service names them all.
        assert_eq!(crowd("crates/api/src/ecs.rs"), [""; 0]);
        assert_eq!(crowd("crates/api/src/elbv2/run_task.rs"), [""; 0]);
    }

    #[test]
    fn names_are_written_as_rust_writes_them() {
        assert_eq!(snake("RunTask"), "run_task");
        assert_eq!(snake("CreateDBCluster"), "create_db_cluster");
        assert_eq!(snake("DescribeVpcs"), "describe_vpcs");
    }
}
