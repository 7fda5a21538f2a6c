//! The log store through its front, on real files.

mod describing;
mod following;
mod paging;
mod recovery;
mod retention;
mod writing;

use std::ops::Deref;

use model::session::{LogBatch, LogLine, LogPosition};
use model::{Scope, Tags, Timestamp};
use observe::{EventPage, GroupKey, InputEvent, Logs, StreamKey};
use tempfile::TempDir;

/// The present, far enough from 1970 for every retention.
const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

/// A store of its own for each test, and its directory.
struct Fixture {
    logs: Logs,
    directory: TempDir,
}

impl Deref for Fixture {
    type Target = Logs;

    fn deref(&self) -> &Logs {
        &self.logs
    }
}

impl Fixture {
    fn new() -> Fixture {
        let directory = TempDir::new().expect("a temporary directory");
        Fixture { logs: Logs::open(directory.path()).expect("a new store"), directory }
    }

    /// With the group `g` and its streams.
    async fn with_streams(streams: &[&str]) -> Fixture {
        let fixture = Fixture::new();
        fixture.create_group(group("g"), Tags::new(), NOW).await.expect("a new group");
        for stream in streams {
            fixture.create_stream(group("g").stream(*stream), NOW).await.expect("a new stream");
        }
        fixture
    }

    /// Ends the store and opens it again.
    async fn reopen(&mut self) {
        self.logs.shutdown().await;
        self.logs = Logs::open(self.directory.path()).expect("it opens again");
    }
}

fn group(name: &str) -> GroupKey {
    GroupKey::new(Scope::new("000000000000", "us-east-1"), name)
}

fn stream(name: &str) -> StreamKey {
    group("g").stream(name)
}

/// So many seconds before [`NOW`].
fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOW.as_millis() - seconds * 1000)
}

fn event(at: Timestamp, message: impl Into<String>) -> InputEvent {
    InputEvent { at, message: message.into() }
}

fn at(stdout: u64, stderr: u64) -> LogPosition {
    LogPosition { stdout, stderr }
}

/// The n-th batch of its stream, if the others are of one record of each output too.
fn batch(stream: &str, sequence: u64, lines: &[&str]) -> LogBatch {
    let line = |text: &&str| LogLine { at: ago(60), message: (*text).to_owned() };
    LogBatch {
        account: "000000000000".to_owned(),
        region: "us-east-1".to_owned(),
        group: "g".to_owned(),
        stream: stream.to_owned(),
        is_group_created: false,
        from: at(sequence, sequence),
        to: at(sequence + 1, sequence + 1),
        lines: lines.iter().map(line).collect(),
    }
}

fn messages(page: &EventPage) -> Vec<&str> {
    page.events.iter().map(|event| event.message.as_str()).collect()
}

/// Every message of a stream, in order.
async fn all_messages(logs: &Logs, stream: &StreamKey) -> Vec<String> {
    let mut query = observe::GetEvents { anchor: observe::Anchor::Head, ..Default::default() };
    let mut all = Vec::new();
    loop {
        let page = logs.get_events(stream.clone(), query.clone(), NOW).await.expect("a page");
        all.extend(page.events.into_iter().map(|event| event.message));
        if query.next_token.as_ref() == Some(&page.next_forward_token) {
            return all;
        }
        query.next_token = Some(page.next_forward_token);
    }
}
