//! Following a group: every event once, as it comes.

use observe::{FilterPattern, LogsError, StreamSelection, TAIL_EVENTS_MAX, Tail, TailPlace};

use super::*;

fn follow(logs: &Logs, streams: StreamSelection, pattern: &str) -> Tail {
    let pattern = FilterPattern::parse(pattern).expect("a good pattern");
    logs.tail(group("g"), streams, pattern).expect("a good selection")
}

async fn next(tail: &mut Tail) -> Vec<String> {
    let found = tail.next().await.expect("the store is open");
    found.into_iter().map(|found| format!("{}: {}", found.stream, found.event.message)).collect()
}

#[tokio::test]
async fn a_tail_gives_what_comes_after_it_was_made() {
    let fixture = Fixture::with_streams(&["s"]).await;
    fixture.ingest(batch("s", 1, &["before"]), NOW).await.expect("stored");
    let mut tail = follow(&fixture, StreamSelection::All, "");
    fixture.ingest(batch("s", 2, &["a", "b"]), NOW).await.expect("stored");
    fixture.ingest(batch("t", 1, &["c"]), NOW).await.expect("stored");
    assert_eq!(next(&mut tail).await, ["s: a", "s: b", "t: c"]);
    // An event of an earlier time comes later all the same.
    fixture.put_events(stream("s"), vec![event(ago(900), "late")], NOW).await.expect("taken");
    assert_eq!(next(&mut tail).await, ["s: late"]);
}

/// What was read and what a tail gives are together everything, once.
#[tokio::test]
async fn a_tail_tells_what_it_never_gives() {
    let fixture = Fixture::with_streams(&["s"]).await;
    fixture.ingest(batch("s", 1, &["before"]), NOW).await.expect("stored");
    let mut tail = follow(&fixture, StreamSelection::All, "");
    fixture.ingest(batch("s", 2, &["after"]), NOW).await.expect("stored");
    let expect_only_the_first = |tail: &Tail, page: EventPage| {
        let had_come: Vec<bool> = page.events.iter().map(|event| tail.is_after(event)).collect();
        assert_eq!(had_come, [true, false]);
    };
    let read = || fixture.get_events(stream("s"), observe::GetEvents::default(), NOW);
    expect_only_the_first(&tail, read().await.expect("a page"));
    assert_eq!(next(&mut tail).await, ["s: after"]);
    expect_only_the_first(&tail, read().await.expect("a page"));
}

#[tokio::test]
async fn a_tail_goes_on_in_the_place_of_another() {
    let mut fixture = Fixture::with_streams(&["s"]).await;
    let mut tail = follow(&fixture, StreamSelection::All, "");
    fixture.ingest(batch("s", 1, &["a"]), NOW).await.expect("stored");
    assert_eq!(next(&mut tail).await, ["s: a"]);
    let place = TailPlace::new(tail.place().number());
    fixture.ingest(batch("s", 2, &["b"]), NOW).await.expect("stored");
    drop(tail);
    fixture.reopen().await;
    let mut tail = follow(&fixture, StreamSelection::All, "").resume_at(place);
    fixture.ingest(batch("s", 3, &["c"]), NOW).await.expect("stored");
    assert_eq!(next(&mut tail).await, ["s: b", "s: c"]);
}

#[tokio::test]
async fn a_tail_waits_for_its_group_and_is_woken() {
    let fixture = Fixture::new();
    let mut tail = follow(&fixture, StreamSelection::All, "");
    let mut waiting = tokio::task::JoinSet::new();
    waiting.spawn(async move { next(&mut tail).await });
    let making = LogBatch { is_group_created: true, ..batch("s", 1, &["first"]) };
    fixture.ingest(making, NOW).await.expect("stored");
    assert_eq!(waiting.join_all().await, [["s: first"]]);
}

#[tokio::test]
async fn a_tail_gives_only_what_it_was_asked_for() {
    let fixture = Fixture::with_streams(&[]).await;
    let named = StreamSelection::Named(vec!["web/1".to_owned()]);
    let mut named = follow(&fixture, named, "");
    let mut prefixed = follow(&fixture, StreamSelection::Prefix("web/".to_owned()), "-ok");
    for (name, line) in [("api/1", "x"), ("web/1", "ok"), ("web/2", "no")] {
        fixture.ingest(batch(name, 1, &[line]), NOW).await.expect("stored");
    }
    assert_eq!(next(&mut named).await, ["web/1: ok"]);
    assert_eq!(next(&mut prefixed).await, ["web/2: no"]);
}

/// Across packing of small chunks, and more at once than one answer holds.
#[tokio::test]
async fn a_tail_that_is_behind_catches_up_in_order() {
    let fixture = Fixture::with_streams(&[]).await;
    let mut tail = follow(&fixture, StreamSelection::All, "");
    let mut expected = Vec::new();
    for sequence in 0..200 {
        for name in ["s", "t"] {
            let lines = [0, 1, 2, 3, 4].map(|line| format!("{sequence}.{line}"));
            let lines = lines.each_ref().map(String::as_str);
            fixture.ingest(batch(name, sequence, &lines), NOW).await.expect("stored");
            expected.extend(lines.map(|line| format!("{name}: {line}")));
        }
    }
    let mut given = Vec::new();
    while given.len() < expected.len() {
        let some = next(&mut tail).await;
        assert!(some.len() <= TAIL_EVENTS_MAX);
        given.extend(some);
    }
    assert_eq!(given, expected);
}

#[tokio::test]
async fn a_tail_ends_with_the_store() {
    let fixture = Fixture::with_streams(&[]).await;
    let mut tail = follow(&fixture, StreamSelection::All, "");
    let mut waiting = tokio::task::JoinSet::new();
    waiting.spawn(async move { tail.next().await });
    fixture.shutdown().await;
    assert_eq!(waiting.join_all().await, [Err(LogsError::Closed)]);
}
