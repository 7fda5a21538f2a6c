//! A process is killed while it stores batches; every batch that it acknowledged is
//! there once, also when it is sent again.
//!
//! The test starts itself again as the process to kill, hence `main` instead of `#[test]`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use model::session::{LogBatch, LogLine, LogPosition};
use model::{Scope, Timestamp};
use observe::{Anchor, GetEvents, GroupKey, Logs};
use tempfile::TempDir;

const KILLS: u64 = 6;
const STREAMS: u64 = 8;
/// What is acknowledged before the n-th kill is `n` times as much.
const ACKNOWLEDGED_STEP: u64 = 60;
const LINES_PER_BATCH: u64 = 3;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(role), Some(path)) if role == "--ingest-until-killed" => ingest(Path::new(&path)),
        // What the test runner's own options may be does not matter: there is one test.
        _ => acknowledged_batches_survive(),
    }
}

fn acknowledged_batches_survive() {
    let directory = TempDir::new().expect("a temporary directory");
    // The highest sequence that was acknowledged, by stream.
    let mut acknowledged: BTreeMap<u64, u64> = BTreeMap::new();
    for round in 1..=KILLS {
        let mut child = start(directory.path());
        let output = child.stdout.take().expect("standard output is piped");
        let mut lines = BufReader::new(output).lines();
        let mut note = |line: &str| {
            let (stream, sequence) = parse(line);
            acknowledged.insert(stream, sequence);
        };
        for _ in 0..ACKNOWLEDGED_STEP * round {
            note(&lines.next().expect("it goes on").expect("text"));
        }
        child.kill().expect("the child is ours");
        child.wait().expect("the child is ours");
        // What it had said before it died counts too, but for a line cut short.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.iter().filter(|line| line.ends_with('.')).for_each(|line| note(line));
        check(directory.path(), &acknowledged);
    }
    assert_eq!(acknowledged.len() as u64, STREAMS);
}

fn start(path: &Path) -> Child {
    let own = std::env::current_exe().expect("the path of this test");
    Command::new(own)
        .arg("--ingest-until-killed")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test starts again")
}

/// Reads `STREAM SEQUENCE.`, as written by [`ingest`].
fn parse(line: &str) -> (u64, u64) {
    let (stream, sequence) = line.trim_end_matches('.').split_once(' ').expect("two words");
    (stream.parse().expect("a number"), sequence.parse().expect("a number"))
}

/// Each stream holds the batches 0 to some number, in order and each once.
fn check(path: &Path, acknowledged: &BTreeMap<u64, u64>) {
    let logs = Logs::open(path).expect("it opens");
    let runtime = runtime();
    for (stream, sequence) in acknowledged {
        let messages = runtime.block_on(read(&logs, *stream));
        let batches = messages.len() as u64 / LINES_PER_BATCH;
        assert!(batches > *sequence, "stream {stream} lost a batch: {batches} <= {sequence}");
        let expected: Vec<String> = (0..batches).flat_map(lines).collect();
        assert_eq!(messages, expected, "stream {stream}");
    }
}

async fn read(logs: &Logs, stream: u64) -> Vec<String> {
    let key = GroupKey::new(Scope::new("1", "r"), "g").stream(stream.to_string());
    let mut query = GetEvents { anchor: Anchor::Head, ..GetEvents::default() };
    let mut all = Vec::new();
    loop {
        let page = logs.get_events(key.clone(), query.clone(), Timestamp::EPOCH).await;
        let page = page.expect("a page");
        all.extend(page.events.into_iter().map(|event| event.message));
        if query.next_token.as_ref() == Some(&page.next_forward_token) {
            return all;
        }
        query.next_token = Some(page.next_forward_token);
    }
}

/// Sends every stream's batches from the first on, as a node would that lost its place.
fn ingest(path: &Path) {
    let logs = Logs::open(path).expect("it opens");
    runtime().block_on(async {
        let mut senders = tokio::task::JoinSet::new();
        for stream in 0..STREAMS {
            let logs = logs.clone();
            senders.spawn(async move {
                for sequence in 0.. {
                    let stored = logs.ingest(batch(stream, sequence), Timestamp::EPOCH).await;
                    stored.expect("a good batch");
                    acknowledge(stream, sequence);
                }
            });
        }
        senders.join_all().await;
    });
}

fn acknowledge(stream: u64, sequence: u64) {
    let mut output = std::io::stdout().lock();
    // The parent has closed its end only if it failed; it then reports that itself.
    let _ = writeln!(output, "{stream} {sequence}.").and_then(|()| output.flush());
}

fn batch(stream: u64, sequence: u64) -> LogBatch {
    let line = |message| LogLine { at: Timestamp::from_millis(sequence as i64), message };
    LogBatch {
        account: "1".to_owned(),
        region: "r".to_owned(),
        group: "g".to_owned(),
        stream: stream.to_string(),
        is_group_created: true,
        from: LogPosition { stdout: sequence, stderr: sequence },
        to: LogPosition { stdout: sequence + 1, stderr: sequence + 1 },
        lines: lines(sequence).map(line).collect(),
    }
}

fn lines(sequence: u64) -> impl Iterator<Item = String> {
    (0..LINES_PER_BATCH).map(move |line| format!("batch {sequence}, line {line}"))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("a runtime")
}
