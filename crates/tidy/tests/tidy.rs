//! The house style, held: each test is one rule, and names every place that breaks it.

use std::sync::LazyLock;

use cargo_metadata::Metadata;
use expect_test::expect_file;
use tidy::bans::{self, BANS, PURE_BANS};
use tidy::shape::{self, Finding};
use tidy::tree::{SourceFile, files, root};
use tidy::{coverage, layers, locked, operations, promises};

static FILES: LazyLock<Vec<SourceFile>> =
    LazyLock::new(|| files().expect("the source tree can be read"));

static METADATA: LazyLock<Metadata> =
    LazyLock::new(|| layers::metadata().expect("cargo knows the workspace"));

/// Fails with every finding on a line of its own, so that one run shows all there is to mend.
#[track_caller]
fn none(findings: impl IntoIterator<Item = impl ToString>) {
    let lines: Vec<_> = findings.into_iter().map(|finding| finding.to_string()).collect();
    assert!(lines.is_empty(), "{} to mend:\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn there_is_a_tree_to_check() {
    for path in ["Cargo.toml", "crates/tidy/src/lib.rs", "crates/model/src/lib.rs"] {
        assert!(FILES.iter().any(|file| file.path == path), "`{path}` was not found");
    }
}

#[test]
fn lines_are_short() {
    none(FILES.iter().flat_map(shape::long_lines));
}

#[test]
fn files_are_short() {
    none(FILES.iter().filter_map(shape::long_file));
}

#[test]
fn functions_are_short() {
    none(FILES.iter().flat_map(shape::long_functions));
}

#[test]
fn functions_take_few_parameters() {
    none(FILES.iter().flat_map(shape::wide_functions));
}

#[test]
fn files_open_with_what_they_are() {
    none(FILES.iter().filter_map(shape::opening));
}

#[test]
fn modules_are_named_after_themselves() {
    none(FILES.iter().filter_map(shape::mod_file));
}

#[test]
fn nothing_is_marked_as_unfinished() {
    none(FILES.iter().flat_map(shape::unfinished));
}

#[test]
fn nothing_names_a_developers_machine() {
    none(FILES.iter().flat_map(shape::workplace_words));
}

#[test]
fn unsafe_blocks_say_why_they_are_sound() {
    none(FILES.iter().flat_map(shape::unargued_unsafe));
}

#[test]
fn banned_calls_are_where_they_are_permitted() {
    none(FILES.iter().flat_map(|file| BANS.iter().flat_map(|ban| breaches(file, ban))));
}

#[test]
fn pure_crates_decide_and_do_nothing() {
    let pure = layers::pure_folders(&METADATA);
    assert!(pure.contains(&"crates/model/".to_owned()), "{pure:?}");
    let files = FILES.iter().filter(|file| pure.iter().any(|folder| file.path.starts_with(folder)));
    none(files.flat_map(|file| PURE_BANS.iter().flat_map(|ban| breaches(file, ban))));
}

fn breaches(file: &SourceFile, ban: &bans::Ban) -> Vec<Finding> {
    let what = format!("`{}` is banned: {}", ban.what, ban.reason);
    bans::broken(file, ban).into_iter().map(|line| Finding::new(file, line, &*what)).collect()
}

#[test]
fn crates_know_only_what_is_below_them() {
    none(layers::broken(&METADATA));
}

#[test]
fn only_adapters_may_be_unsafe() {
    let packages = METADATA.workspace_packages().into_iter();
    let safe = packages.filter(|package| layers::layer(package) != Some("adapter"));
    let libraries = safe.map(|package| format!("crates/{}/src/lib.rs", package.name));
    let open = FILES.iter().filter(|file| {
        libraries.clone().any(|path| path == file.path)
            && !file.code.contains("#![forbid(unsafe_code)]")
    });
    none(open.map(|file| Finding::new(file, 1, "`#![forbid(unsafe_code)]` is missing")));
}

#[test]
fn the_lock_file_is_within_its_budget() {
    let lock = FILES.iter().find(|file| file.path == "Cargo.lock").expect("it is committed");
    none(locked::broken(&lock.text).expect("cargo wrote it"));
}

#[test]
fn each_operation_has_a_file_of_its_own() {
    let list = FILES.iter().find(|file| file.path == "models/operations.toml");
    let list = operations::operations(&list.expect("it is committed").text);
    let list = list.expect("it lists operations");
    none(FILES.iter().flat_map(|file| operations::crowded(file, &list)));
}

/// `UPDATE_EXPECT=1 cargo test -p tidy coverage` writes the pages again.
#[test]
fn coverage_says_what_is_implemented() {
    let list = FILES.iter().find(|file| file.path == "models/operations.toml");
    let services = coverage::services(&list.expect("it is committed").text, &FILES);
    let mut services = services.expect("it lists operations");
    services.push(of_dynamodb());
    services.sort_by(|one, other| one.name.cmp(&other.name));
    let folder = root().join("docs/coverage");
    expect_file![folder.join("README.md")].assert_eq(&coverage::index(&services));
    for service in &services {
        let path = folder.join(format!("{}.md", service.name));
        expect_file![path].assert_eq(&service.page());
    }
    let pages = std::fs::read_dir(&folder).expect("the pages").count();
    assert_eq!(
        pages,
        services.len() + coverage::ELSEWHERE.len() + 1,
        "`docs/coverage` has a page of no service"
    );
}

/// Of DynamoDB no shapes are generated: what is served stands in a table.
fn of_dynamodb() -> coverage::Service {
    let operations = dynamodb::SERVICE.operations.iter().map(|known| coverage::Operation {
        name: known.name.to_owned(),
        is_implemented: dynamodb::operation::find(known.name).is_some(),
    });
    coverage::Service {
        name: "dynamodb".to_owned(),
        model: "dynamodb/2012-08-10".to_owned(),
        is_complete: true,
        operations: operations.collect(),
    }
}

#[test]
fn each_promise_names_a_test() {
    let path = root().join("SPECIFICATION.md");
    let specification = FILES.iter().find(|file| file.path == "SPECIFICATION.md");
    assert_eq!(specification.is_some(), path.exists());
    none(specification.into_iter().flat_map(|file| promises::broken(file, &FILES)));
}
