//! `docs/coverage/`: which operations of each service are implemented, written from the code.
//!
//! An operation is implemented where `crates/api/src/<service>.rs` overrides its method, by itself
//! or by a line of its `operations!`; the trait's own method refuses it, by name. So the pages
//! cannot promise what is not there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::function::{functions, matching};
use crate::operations::snake;
use crate::tree::SourceFile;

/// How to write the pages again.
pub const BLESS: &str = "UPDATE_EXPECT=1 cargo test -p tidy coverage";

const TABLE: &str = "operations! {";

/// Services whose pages their own crates write, each with that crate: they have no file in `api`.
pub const ELSEWHERE: &[(&str, &str)] = &[("s3", "objects")];

/// A service, and what is there of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// As in `models/operations.toml`.
    pub name: String,
    /// The model, for example `ecs/2014-11-13`.
    pub model: String,
    /// Whether every operation of the model is listed.
    pub is_complete: bool,
    /// In order of names.
    pub operations: Vec<Operation>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    pub name: String,
    pub is_implemented: bool,
}

/// The services that `models/operations.toml` lists, in order of names.
pub fn services(list: &str, files: &[SourceFile]) -> Result<Vec<Service>> {
    let table: toml::Table = list.parse().context("reading models/operations.toml")?;
    table.iter().map(|(name, entry)| service(name, entry, files)).collect()
}

fn service(name: &str, entry: &toml::Value, files: &[SourceFile]) -> Result<Service> {
    let path = format!("crates/api/src/{name}.rs");
    let file = files.iter().find(|file| file.path == path);
    let file = file.with_context(|| format!("`{path}` is not there"))?;
    let methods = functions(file).into_iter().map(|one| one.name);
    let methods: BTreeSet<String> = methods.chain(table(file)).collect();
    let listed = entry.get("operations").and_then(toml::Value::as_array);
    let mut operations: Vec<Operation> = listed
        .with_context(|| format!("`{name}` lists no operations"))?
        .iter()
        .filter_map(toml::Value::as_str)
        .map(|operation| {
            let is_implemented = methods.contains(&snake(operation));
            Operation { name: operation.to_owned(), is_implemented }
        })
        .collect();
    operations.sort_by(|one, other| one.name.cmp(&other.name));
    let model = entry.get("model").and_then(toml::Value::as_str);
    Ok(Service {
        name: name.to_owned(),
        model: model.with_context(|| format!("`{name}` names no model"))?.to_owned(),
        is_complete: entry.get("complete").and_then(toml::Value::as_bool) == Some(true),
        operations,
    })
}

/// The methods that the lines of `operations!` write.
fn table(file: &SourceFile) -> Vec<String> {
    let opened = file.code.find(TABLE).map(|at| at + TABLE.len() - 1);
    let rows = opened.and_then(|open| Some(&file.code[open + 1..matching(&file.code, open)?]));
    let rows = rows.into_iter().flat_map(|rows| rows.split(';'));
    rows.filter_map(|row| Some(row.split_once('(')?.0.trim().to_owned())).collect()
}

impl Service {
    fn implemented(&self) -> usize {
        self.operations.iter().filter(|operation| operation.is_implemented).count()
    }

    fn refused(&self) -> usize {
        self.operations.len() - self.implemented()
    }

    /// The service's own page.
    pub fn page(&self) -> String {
        let Service { name, model, is_complete, operations } = self;
        let count = operations.len();
        let scope = if *is_complete {
            format!("Known are all operations of the model `{model}`: {count}.")
        } else {
            format!("Known are some operations of the model `{model}`: {count}; no other is.")
        };
        let mut page = format!(
            "# Coverage of `{name}`\n\n{}\n\n{scope}\n\n\
             **{} implemented, {} refused by name.**\n\n\
             | operation | answer |\n|---|---|\n",
            generated(),
            self.implemented(),
            self.refused()
        );
        for Operation { name, is_implemented } in operations {
            let word = if *is_implemented { "implemented" } else { "refused by name" };
            let _ = writeln!(page, "| {name} | {word} |");
        }
        page
    }
}

/// The page that names the others.
pub fn index(services: &[Service]) -> String {
    let mut page = format!(
        "# Coverage\n\n{}\n\n\
         An operation that is implemented honours each member of its input or refuses it \
         by name;\none that is refused by name answers `NotImplemented` (HTTP 501) and does \
         nothing.\n\n\
         | service | model | implemented | refused by name |\n|---|---|---|---|\n",
        generated()
    );
    for service in services {
        let (name, model) = (&service.name, &service.model);
        let (implemented, refused) = (service.implemented(), service.refused());
        let _ = writeln!(page, "| [{name}]({name}.md) | {model} | {implemented} | {refused} |");
    }
    for (name, of) in ELSEWHERE {
        let _ = write!(page, "\n[{name}]({name}.md) is written from the table of `crates/{of}`.\n");
    }
    page
}

fn generated() -> String {
    format!("Written by `{BLESS}`; not to be edited.")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    const LIST: &str = r#"
        [ecs]
        model = "ecs/2014-11-13"
        complete = true
        operations = ["StopTask", "RunTask", "PollTask"]

        [sts]
        model = "sts/2011-06-15"
        operations = ["AssumeRole"]
    "#;

    #[test]
    fn what_is_overridden_is_implemented() {
        let ecs = "impl Ecs for Api {\n    operations! {\n        stop_task(&A) -> B;\n    }\n\
                   \n    async fn run_task() {}\n}\n// async fn poll_task() {}\n";
        let files = [
            SourceFile::new("crates/api/src/ecs.rs", ecs),
            SourceFile::new("crates/api/src/sts.rs", "impl Sts for Api {}\n"),
            SourceFile::new("crates/api/src/sts/assume_role.rs", "fn assume_role() {}\n"),
        ];
        let services = services(LIST, &files).expect("it is TOML");
        expect![[r#"
            # Coverage of `ecs`

            Written by `UPDATE_EXPECT=1 cargo test -p tidy coverage`; not to be edited.

            Known are all operations of the model `ecs/2014-11-13`: 3.

            **2 implemented, 1 refused by name.**

            | operation | answer |
            |---|---|
            | PollTask | refused by name |
            | RunTask | implemented |
            | StopTask | implemented |
        "#]]
        .assert_eq(&services[0].page());
        expect![[r#"
            # Coverage of `sts`

            Written by `UPDATE_EXPECT=1 cargo test -p tidy coverage`; not to be edited.

            Known are some operations of the model `sts/2011-06-15`: 1; no other is.

            **0 implemented, 1 refused by name.**

            | operation | answer |
            |---|---|
            | AssumeRole | refused by name |
        "#]]
        .assert_eq(&services[1].page());
        expect![[r#"
            # Coverage

            Written by `UPDATE_EXPECT=1 cargo test -p tidy coverage`; not to be edited.

            An operation that is implemented honours each member of its input or refuses it by name;
            one that is refused by name answers `NotImplemented` (HTTP 501) and does nothing.

            | service | model | implemented | refused by name |
            |---|---|---|---|
            | [ecs](ecs.md) | ecs/2014-11-13 | 2 | 1 |
            | [sts](sts.md) | sts/2011-06-15 | 0 | 1 |

            [s3](s3.md) is written from the table of `crates/objects`.
        "#]]
        .assert_eq(&index(&services));
    }

    #[test]
    fn a_service_without_its_file_is_a_mistake() {
        let missing = services(LIST, &[]).expect_err("there are no files").to_string();
        assert_eq!(missing, "`crates/api/src/ecs.rs` is not there");
    }
}
