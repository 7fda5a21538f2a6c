//! A crash at any byte: what was whole is there, and the store takes more.

use std::fs;
use std::path::Path;

use super::*;

/// Two batches; of the second, as many bytes are in the log as the crash let through.
#[tokio::test]
async fn a_log_cut_anywhere_opens_with_every_complete_batch() {
    let fixture = Fixture::with_streams(&[]).await;
    fixture.ingest(batch("s", 1, &["first"]), NOW).await.expect("stored");
    let log = fixture.directory.path().join("logs.sqlite-wal");
    let before = fs::read(&log).expect("the log").len();
    fixture.ingest(batch("s", 2, &["second"]), NOW).await.expect("stored");
    // A copy while the store is open is what a crash leaves.
    let database = fs::read(fixture.directory.path().join("logs.sqlite")).expect("the file");
    let whole = fs::read(&log).expect("the log");
    assert!(whole.len() > before, "the second batch is in the log");
    let ends = (before..whole.len()).step_by(67).chain(whole.len() - 3..=whole.len());
    for end in ends {
        let copy = TempDir::new().expect("a temporary directory");
        fs::write(copy.path().join("logs.sqlite"), &database).expect("the file");
        fs::write(copy.path().join("logs.sqlite-wal"), &whole[..end]).expect("the log");
        let expected: &[&str] = if end == whole.len() { &["first", "second"] } else { &["first"] };
        check(copy.path(), expected).await;
    }
}

/// Bytes that are wrong are as bytes that are not there.
#[tokio::test]
async fn a_log_torn_within_the_last_batch_opens_with_those_before() {
    let fixture = Fixture::with_streams(&[]).await;
    fixture.ingest(batch("s", 1, &["first"]), NOW).await.expect("stored");
    let log = fixture.directory.path().join("logs.sqlite-wal");
    let before = fs::read(&log).expect("the log").len();
    fixture.ingest(batch("s", 2, &["second"]), NOW).await.expect("stored");
    let database = fs::read(fixture.directory.path().join("logs.sqlite")).expect("the file");
    let whole = fs::read(&log).expect("the log");
    for at in (before..whole.len()).step_by(509) {
        let copy = TempDir::new().expect("a temporary directory");
        let mut torn = whole.clone();
        torn[at] ^= 0xFF;
        fs::write(copy.path().join("logs.sqlite"), &database).expect("the file");
        fs::write(copy.path().join("logs.sqlite-wal"), torn).expect("the log");
        check(copy.path(), &["first"]).await;
    }
}

async fn check(directory: &Path, expected: &[&str]) {
    let logs = Logs::open(directory).expect("it opens");
    assert_eq!(all_messages(&logs, &stream("s")).await, expected);
    // The batch that was lost was not answered, so it is sent again.
    logs.ingest(batch("s", 2, &["second"]), NOW).await.expect("stored");
    assert_eq!(all_messages(&logs, &stream("s")).await, ["first", "second"]);
}
