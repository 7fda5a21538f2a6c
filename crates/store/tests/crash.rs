//! A process is killed while it commits; every commit that it acknowledged is there.
//!
//! The test starts itself again as the process to kill, hence `main` instead of `#[test]`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use model::{AccountSetting, Plan, Scope};
use store::{SqliteEngine, Store};
use tempfile::TempDir;

const KILLS: u64 = 8;
const COMMITTERS: u64 = 8;
/// What is acknowledged before the n-th kill is `n` times as much.
const ACKNOWLEDGED_STEP: usize = 40;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (Some(role), Some(path)) if role == "--commit-until-killed" => commit_until_killed(&path),
        // What the test runner's own options may be does not matter: there is one test.
        _ => acknowledged_commits_survive(),
    }
}

fn acknowledged_commits_survive() {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("state");
    let mut acknowledged: Vec<(String, u64)> = Vec::new();
    for round in 1..=KILLS {
        let mut child = start(&path);
        let output = child.stdout.take().expect("standard output is piped");
        let mut lines = BufReader::new(output).lines();
        for _ in 0..ACKNOWLEDGED_STEP * round as usize {
            acknowledged.push(parse(&lines.next().expect("it commits on").expect("text")));
        }
        child.kill().expect("the child is ours");
        child.wait().expect("the child is ours");
        // What it had said before it died counts too, but for a line cut short.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        acknowledged.extend(rest.iter().filter(|line| line.ends_with('.')).map(|l| parse(l)));
        check(&path, &acknowledged);
    }
}

fn start(path: &Path) -> Child {
    let own = std::env::current_exe().expect("the path of this test");
    Command::new(own)
        .arg("--commit-until-killed")
        .arg(path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test starts again")
}

/// Reads `NAME REVISION.`, as written by [`commit_until_killed`].
fn parse(line: &str) -> (String, u64) {
    let (name, revision) = line.trim_end_matches('.').split_once(' ').expect("two words");
    (name.to_owned(), revision.parse().expect("a number"))
}

fn check(path: &Path, acknowledged: &[(String, u64)]) {
    let store = Store::open(SqliteEngine::open(path).expect("it opens")).expect("it loads");
    let snapshot = store.snapshot();
    let last = acknowledged.iter().map(|(_, revision)| *revision).max();
    assert!(Some(snapshot.revision) >= last, "{} < {last:?}", snapshot.revision);
    for (name, revision) in acknowledged {
        let entry = snapshot.account_settings.get(&scope(), &format!("root/{name}"));
        assert_eq!(entry.map(|entry| entry.revision), Some(*revision), "{name}");
    }
    // A commit is two records: the other half is there exactly where the first is.
    for entry in snapshot.account_settings.all().filter(|entry| !entry.name.ends_with("-twin")) {
        let twin = snapshot.account_settings.get(&scope(), &format!("root/{}-twin", entry.name));
        assert_eq!(twin.map(|twin| twin.revision), Some(entry.revision), "{}", entry.name);
    }
    assert_eq!(snapshot.account_settings.len() % 2, 0, "no twin is alone");
}

fn commit_until_killed(path: &std::ffi::OsStr) {
    let engine = SqliteEngine::open(Path::new(path)).expect("it opens");
    let store = Store::open(engine).expect("it loads");
    let first = store.snapshot().revision + 1;
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut committers = tokio::task::JoinSet::new();
        for committer in 0..COMMITTERS {
            let store = store.clone();
            committers.spawn(async move {
                for number in 0.. {
                    let name = format!("{first}-{committer}-{number}");
                    let revision = store.commit(pair(&name)).await.expect("a good plan");
                    acknowledge(&name, revision);
                }
            });
        }
        committers.join_all().await;
    });
}

fn acknowledge(name: &str, revision: u64) {
    let mut output = std::io::stdout().lock();
    // The parent has closed its end only if it failed; it then reports that itself.
    let _ = writeln!(output, "{name} {revision}.").and_then(|()| output.flush());
}

fn pair(name: &str) -> Plan {
    let mut plan = Plan::new();
    plan.insert(setting(name.to_owned()));
    plan.insert(setting(format!("{name}-twin")));
    plan
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn setting(name: String) -> AccountSetting {
    let value = "x".repeat(300);
    AccountSetting {
        scope: scope(),
        principal_arn: "root".to_owned(),
        name,
        value,
        is_default: false,
    }
}
