//! What only the `SQLite` engine promises: its file.

use tempfile::TempDir;

use super::*;

fn directory() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn put(revision: u64, key: &str) -> EngineCommit {
    let write = Write::Put { key: key.to_owned(), value: b"{}".to_vec() };
    EngineCommit { revision, writes: vec![write] }
}

#[test]
fn only_the_owner_can_read_the_file_and_its_log() {
    let directory = directory();
    let path = directory.path().join("state");
    let mut engine = SqliteEngine::open(&path).expect("a new store");
    engine.append(&[put(1, "a")]).expect("a commit");
    let mut seen = Vec::new();
    for entry in directory.path().read_dir().expect("the directory is there") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen.push(entry.file_name());
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[test]
fn a_second_opener_is_refused_and_let_in_after_the_first_ended() {
    let directory = directory();
    let path = directory.path().join("state");
    let first = SqliteEngine::open(&path).expect("a new store");
    let refused = SqliteEngine::open(&path);
    assert!(matches!(refused, Err(EngineError::Locked { .. })), "{refused:?}");
    drop(first);
    SqliteEngine::open(&path).expect("the first has ended");
}

#[test]
fn what_is_no_store_is_refused_by_what_it_is() {
    let directory = directory();
    let open = |name: &str| SqliteEngine::open(directory.path().join(name)).expect_err(name);

    std::fs::write(directory.path().join("text"), [b'x'; 8192]).expect("a file");
    assert!(matches!(open("text"), EngineError::Corrupt { .. }));

    let foreign = Connection::open(directory.path().join("foreign")).expect("a database");
    foreign.execute_batch("CREATE TABLE mine (id INTEGER)").expect("a table");
    drop(foreign);
    assert!(matches!(open("foreign"), EngineError::Foreign { .. }));

    drop(SqliteEngine::open(directory.path().join("newer")).expect("a new store"));
    let newer = Connection::open(directory.path().join("newer")).expect("a database");
    newer.pragma_update(None, "user_version", 2).expect("a newer version");
    drop(newer);
    assert!(matches!(open("newer"), EngineError::NewerSchema { found: 2, known: 1, .. }));

    assert!(matches!(open("absent/state"), EngineError::Unavailable { .. }));
}

#[test]
fn damage_is_reported_not_read() {
    let directory = directory();
    let path = directory.path().join("state");
    let mut engine = SqliteEngine::open(&path).expect("a new store");
    let commits: Vec<_> = (1..=500).map(|at| put(at, &format!("record-{at}"))).collect();
    engine.append(&commits).expect("commits");
    drop(engine);
    let mut bytes = std::fs::read(&path).expect("the file");
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xA5);
    std::fs::write(&path, bytes).expect("the damaged file");
    let outcome = SqliteEngine::open(&path).and_then(|mut engine| engine.load());
    assert!(matches!(outcome, Err(EngineError::Corrupt { .. })), "{outcome:?}");
}
