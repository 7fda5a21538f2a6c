//! Calls that are banned, why, and the places that exist for making them.
//!
//! Time, randomness and the environment are arguments nearly everywhere, so that the same input
//! gives the same bytes and the simulator can replace them. Each is read in few places, which
//! this table names. A new place is a line here and so a decision that a review sees.

use crate::function::next_word;
use crate::imports::imports;
use crate::tree::SourceFile;

/// A banned path or piece of text.
#[derive(Clone, Copy, Debug)]
pub struct Ban {
    /// A path is found where it is imported, or by its last two segments; anything else as text.
    pub what: &'static str,
    pub reason: &'static str,
    /// Permitted in files whose path contains one of these.
    pub permitted: &'static [&'static str],
}

/// Where programs measure: tests, benchmarks, examples.
const MEASURING: &[&str] = &["/clock.rs", "/tests/", "/benches/", "/examples/", "testserver/"];

pub const BANS: &[Ban] = &[
    Ban {
        what: "std::time::SystemTime::now",
        reason: "time is an argument; a process reads its clock in its `clock.rs`",
        permitted: &["/clock.rs"],
    },
    Ban {
        what: "std::time::Instant::now",
        reason: "time is an argument; a process reads its clock in its `clock.rs`",
        permitted: MEASURING,
    },
    Ban {
        what: "tokio::time::sleep",
        reason: "wait for the event; for a real deadline there are `timeout` and `sleep_until`",
        // A test server is told to be late.
        permitted: &["crates/testserver/src/"],
    },
    Ban {
        what: "std::thread::sleep",
        reason: "wait for the event, with a deadline",
        permitted: &[],
    },
    Ban {
        what: "tokio::spawn",
        reason: "spawn through a `JoinSet` or a `TaskTracker`, so that its end is seen",
        permitted: &["/tests/"],
    },
    Ban {
        what: "tokio::task::spawn",
        reason: "spawn through a `JoinSet` or a `TaskTracker`, so that its end is seen",
        permitted: &["/tests/"],
    },
    Ban { what: "unbounded_channel", reason: "every queue has a named bound", permitted: &[] },
    Ban {
        what: "futures::channel::mpsc::unbounded",
        reason: "every queue has a named bound",
        permitted: &[],
    },
    // tokio's takes its bound.
    Ban {
        what: "mpsc::channel()",
        reason: "every queue has a named bound: `sync_channel`",
        permitted: &[],
    },
    Ban {
        what: "std::env::var",
        reason: "configuration is read by the command line alone (`#[arg(env = …)]`)",
        permitted: &["build.rs"],
    },
    Ban {
        what: "std::env::var_os",
        reason: "configuration is read by the command line alone (`#[arg(env = …)]`)",
        // Whether the programs that Longshore starts are on the path is what a doctor looks at.
        permitted: &["build.rs", "crates/longshore/src/cli/doctor.rs"],
    },
    Ban {
        what: "std::env::set_var",
        reason: "the environment is not changed; give a child process its own",
        permitted: &[],
    },
    Ban {
        what: "rand::rng",
        reason: "randomness is an argument: `model::Rng`, seeded once",
        permitted: &[],
    },
    Ban {
        what: "rand::random",
        reason: "randomness is an argument: `model::Rng`, seeded once",
        permitted: &[],
    },
    Ban {
        what: "println!",
        reason: "the command line prints; the rest traces",
        permitted: &["crates/longshore/src/", "build.rs", "/examples/", "/benches/", "/bin/"],
    },
    Ban { what: "#[ignore", reason: "a test that does not run is no test", permitted: &[] },
    Ban { what: ".unwrap()", reason: "`expect(\"why it cannot fail\")`", permitted: &[] },
    Ban { what: "#[allow(", reason: "`#[expect(lint, reason = \"…\")]`", permitted: &[] },
];

/// Banned only in the pure layers, whose same input must give the same bytes.
pub const PURE_BANS: &[Ban] = &[
    Ban {
        what: "std::collections::HashMap",
        reason: "its order differs from run to run: `BTreeMap` or imbl's `OrdMap`",
        permitted: &[],
    },
    Ban {
        what: "std::collections::HashSet",
        reason: "its order differs from run to run: `BTreeSet` or imbl's `OrdSet`",
        permitted: &[],
    },
    Ban {
        what: "std::fs",
        reason: "a pure crate reads and writes nothing",
        permitted: &["/tests", "build", "/examples/"],
    },
    Ban {
        what: "std::net::TcpStream",
        reason: "a pure crate has no network",
        permitted: &["/tests/"],
    },
    Ban {
        what: "std::process::Command",
        reason: "a pure crate starts nothing",
        permitted: &["/tests/", "build.rs"],
    },
];

/// Where the file does what the ban forbids: lines, from 1.
pub fn broken(file: &SourceFile, ban: &Ban) -> Vec<usize> {
    if ban.permitted.iter().any(|place| file.path.contains(place)) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut from = 0;
    let shown = last_two(ban.what);
    while let Some(at) = next_use(&file.code, shown, from) {
        from = at + shown.len();
        lines.push(file.line_of(at));
    }
    if ban.what.contains("::") {
        let named = imports(file).into_iter().filter(|import| import.path == ban.what);
        lines.extend(named.map(|import| import.line));
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// `a::b::c` as code that imported `a::b` would write it: `b::c`.
fn last_two(what: &str) -> &str {
    let cuts: Vec<_> = what.match_indices("::").map(|(at, _)| at).collect();
    match cuts.len() {
        0 | 1 => what,
        count => &what[cuts[count - 2] + 2..],
    }
}

fn next_use(code: &str, what: &str, from: usize) -> Option<usize> {
    let is_word = |character: Option<char>| {
        character.is_some_and(|character| character.is_alphanumeric() || character == '_')
    };
    if is_word(what.chars().next()) && is_word(what.chars().next_back()) {
        return next_word(code, what, from);
    }
    let at = from + code.get(from..)?.find(what)?;
    // `eprintln!` is not `println!`.
    if is_word(what.chars().next()) && is_word(code[..at].chars().next_back()) {
        return next_use(code, what, at + what.len());
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(what: &str, text: &str, wanted: &[usize]) {
        let all = || BANS.iter().chain(PURE_BANS);
        let ban = all().find(|ban| ban.what == what).expect("it is in the table");
        assert_eq!(broken(&SourceFile::new("crates/a/src/b.rs", text), ban), wanted, "{text}");
    }

    #[test]
    fn a_banned_call_is_seen_however_it_is_written() {
        check("tokio::time::sleep", "\ntokio::time::sleep(a);", &[2]);
        check("tokio::time::sleep", "use tokio::time;\ntime::sleep(a);", &[2]);
        check("tokio::time::sleep", "use tokio::{\n    time::{Duration, sleep},\n};", &[1]);
        check("std::time::Instant::now", "let a = tokio::time::Instant::now();", &[1]);
        check("std::env::var", "env::var(\"A\")", &[1]);
        check("std::collections::HashMap", "use std::collections::{BTreeMap, HashMap};", &[1]);
        check("println!", "println!(\"a\");", &[1]);
        check(".unwrap()", "a\n    .unwrap()", &[2]);
    }

    #[test]
    fn what_only_looks_like_it_is_not_seen() {
        check("tokio::time::sleep", "tokio::time::sleep_until(a);", &[]);
        check("tokio::time::sleep", "// tokio::time::sleep(a)", &[]);
        check("tokio::spawn", "set.spawn(a); \"tokio::spawn\"", &[]);
        check("println!", "eprintln!(\"a\");", &[]);
        check(".unwrap()", "a.unwrap_or(b)", &[]);
        check("std::env::var", "env!(\"A\")", &[]);
    }

    #[test]
    fn a_place_that_exists_for_it_is_permitted() {
        let ban = BANS.iter().find(|ban| ban.what == "std::time::SystemTime::now");
        let file = SourceFile::new("crates/a/src/clock.rs", "SystemTime::now()");
        assert!(broken(&file, ban.expect("it is in the table")).is_empty());
    }
}
