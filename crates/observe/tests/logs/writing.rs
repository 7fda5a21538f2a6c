//! Batches: what is taken, what is rejected, and what is refused.

use observe::{GetEvents, Ingested, LogsError, PUT_BYTES_MAX, PUT_EVENTS_MAX, Rejected};

use super::*;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

async fn put(logs: &Logs, seconds_ago: &[i64]) -> Result<Rejected, LogsError> {
    let events = seconds_ago.iter().map(|seconds| event(ago(*seconds), seconds.to_string()));
    logs.put_events(stream("s"), events.collect(), NOW).await
}

#[tokio::test]
async fn events_out_of_time_are_rejected_by_their_place() {
    let fixture = Fixture::with_streams(&["s"]).await;
    let bounds = [15 * DAY, 14 * DAY, 14 * DAY - 5, 14 * DAY - 10];
    let rejected = put(&fixture, &bounds).await.expect("some are good");
    assert_eq!(rejected, Rejected { too_old_end: Some(1), ..Rejected::default() });
    let rejected = put(&fixture, &[60, -2 * HOUR, -2 * HOUR - 1]).await.expect("some are good");
    assert_eq!(rejected, Rejected { too_new_start: Some(2), ..Rejected::default() });

    fixture.put_retention(group("g"), 3).await.expect("a good number of days");
    let rejected = put(&fixture, &[15 * DAY, 4 * DAY, 2 * DAY]).await.expect("some are good");
    let both = Rejected { too_old_end: Some(1), expired_end: Some(2), ..Rejected::default() };
    assert_eq!(rejected, both);
    let rejected = put(&fixture, &[20 * DAY, -9 * DAY]).await.expect("none is good");
    assert_eq!(
        rejected,
        Rejected { too_new_start: Some(1), too_old_end: Some(1), expired_end: Some(1) }
    );

    fixture.delete_retention(group("g")).await.expect("it is there");
    let kept: Vec<String> = [14 * DAY, 14 * DAY - 5, 14 * DAY - 10, 2 * DAY, 60, -2 * HOUR]
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(all_messages(&fixture, &stream("s")).await, kept);
}

#[tokio::test]
async fn batches_against_the_rules_are_refused_whole() {
    let fixture = Fixture::with_streams(&["s"]).await;
    let refused = |events: Vec<InputEvent>| {
        let logs = fixture.logs.clone();
        async move {
            match logs.put_events(stream("s"), events, NOW).await {
                Err(LogsError::InvalidParameter(text)) => text,
                other => panic!("{other:?}"),
            }
        }
    };
    assert!(refused(vec![]).await.contains("from 1 to 10000"));
    let many = vec![event(NOW, "x"); PUT_EVENTS_MAX + 1];
    assert!(refused(many).await.contains("from 1 to 10000"));
    assert!(refused(vec![event(NOW, "")]).await.contains("message"));
    let large = vec![event(NOW, "x".repeat(PUT_BYTES_MAX - 25))];
    assert_eq!(refused(large).await, "Upload too large: 1048577 bytes exceeds limit of 1048576");
    let disordered = vec![event(ago(1), "x"), event(ago(2), "x")];
    assert!(refused(disordered).await.contains("chronological order"));
    let wide = vec![event(ago(DAY + 1), "x"), event(NOW, "x")];
    assert!(refused(wide).await.contains("24 hours"));
    assert_eq!(all_messages(&fixture, &stream("s")).await, Vec::<String>::new());

    // Just within them.
    let large = event(NOW, "x".repeat(PUT_BYTES_MAX - 26));
    fixture.put_events(stream("s"), vec![large], NOW).await.expect("it fits");
    put(&fixture, &[DAY, 0]).await.expect("a day wide");

    let events = vec![event(NOW, "x")];
    let nowhere = fixture.put_events(stream("none"), events.clone(), NOW).await;
    assert_eq!(nowhere, Err(LogsError::StreamNotFound));
    let nowhere = fixture.put_events(group("none").stream("s"), events, NOW).await;
    assert_eq!(nowhere, Err(LogsError::GroupNotFound));
}

#[tokio::test]
async fn a_batch_of_a_node_is_stored_once() {
    let mut fixture = Fixture::with_streams(&[]).await;
    assert_eq!(fixture.ingest(batch("s", 0, &["a", "", "b"]), NOW).await, Ok(Ingested::Stored));
    assert_eq!(fixture.ingest(batch("s", 0, &["a", "", "b"]), NOW).await, Ok(Ingested::Repeated));
    assert_eq!(fixture.ingest(batch("s", 1, &["c"]), NOW).await, Ok(Ingested::Stored));
    fixture.reopen().await;
    assert_eq!(fixture.ingest(batch("s", 0, &["x"]), NOW).await, Ok(Ingested::Repeated));
    assert_eq!(fixture.ingest(batch("t", 4, &["d"]), NOW).await, Ok(Ingested::Stored));
    assert_eq!(all_messages(&fixture, &stream("s")).await, ["a", "b", "c"]);
    assert_eq!(all_messages(&fixture, &stream("t")).await, ["d"]);
}

/// A batch is stored where it begins at the end of the last one, and nowhere else.
#[tokio::test]
async fn a_batch_goes_on_where_the_last_one_ended() {
    let mut fixture = Fixture::with_streams(&[]).await;
    let first = LogBatch { from: at(4, 2), to: at(9, 7), ..batch("s", 0, &["first"]) };
    assert_eq!(fixture.ingest(first, NOW).await, Ok(Ingested::Stored), "nothing came before");
    let cases = [
        ("all of it was stored", at(4, 2), at(9, 7), Ingested::Repeated),
        ("a part of what was stored", at(4, 2), at(9, 5), Ingested::Repeated),
        ("read again, and further", at(4, 2), at(11, 11), misplaced()),
        ("further in one output alone", at(4, 2), at(9, 8), misplaced()),
        ("further in one, less far in the other", at(4, 2), at(12, 6), misplaced()),
        ("one output goes on, the other does not", at(9, 2), at(11, 11), misplaced()),
        ("after a gap", at(10, 10), at(12, 12), misplaced()),
    ];
    for (what, from, to, expected) in cases {
        fixture.reopen().await;
        let sent = LogBatch { from, to, ..batch("s", 0, &[what]) };
        assert_eq!(fixture.ingest(sent, NOW).await, Ok(expected), "{what}");
    }
    let next = LogBatch { from: at(9, 7), to: at(11, 11), ..batch("s", 0, &["next"]) };
    assert_eq!(fixture.ingest(next, NOW).await, Ok(Ingested::Stored));
    assert_eq!(all_messages(&fixture, &stream("s")).await, ["first", "next"]);
}

fn misplaced() -> Ingested {
    Ingested::Misplaced { resume_from: at(9, 7) }
}

/// A stream that was deleted is begun anew by whatever comes, wherever that begins.
#[tokio::test]
async fn a_deleted_stream_takes_what_follows() {
    let fixture = Fixture::with_streams(&[]).await;
    assert_eq!(fixture.ingest(batch("s", 0, &["a"]), NOW).await, Ok(Ingested::Stored));
    fixture.delete_stream(stream("s")).await.expect("it is there");
    assert_eq!(fixture.ingest(batch("s", 7, &["b"]), NOW).await, Ok(Ingested::Stored));
    assert_eq!(all_messages(&fixture, &stream("s")).await, ["b"]);
}

#[tokio::test]
async fn a_missing_group_is_made_only_where_the_batch_says_so() {
    let fixture = Fixture::new();
    let refused = fixture.ingest(batch("s", 1, &["a"]), NOW).await;
    assert_eq!(refused, Err(LogsError::GroupNotFound));
    let making = LogBatch { is_group_created: true, ..batch("s", 1, &["a"]) };
    assert_eq!(fixture.ingest(making, NOW).await, Ok(Ingested::Stored));
    // A refused write leaves nothing: neither the group nor the stream before the fault.
    let bad = LogBatch {
        is_group_created: true,
        group: "other".to_owned(),
        stream: "a:b".to_owned(),
        ..batch("s", 1, &["a"])
    };
    let refused = fixture.ingest(bad, NOW).await;
    assert!(matches!(refused, Err(LogsError::InvalidParameter(_))), "{refused:?}");
    assert_eq!(fixture.describe_group(group("other")).await, Err(LogsError::GroupNotFound));
    let large = fixture.ingest(batch("s", 2, &["x".repeat(1 << 21).as_str()]), NOW).await;
    assert!(matches!(large, Err(LogsError::InvalidParameter(_))), "{large:?}");
}

#[tokio::test]
async fn many_small_batches_are_packed_and_none_is_lost() {
    let fixture = Fixture::with_streams(&[]).await;
    let mut expected = Vec::new();
    for sequence in 0..300 {
        let line = format!("line {sequence}");
        fixture.ingest(batch("s", sequence, &[&line]), NOW).await.expect("stored");
        expected.push(line);
    }
    assert_eq!(all_messages(&fixture, &stream("s")).await, expected);
    let found = fixture.describe_group(group("g")).await.expect("it is there");
    let messages: usize = expected.iter().map(|line| line.len() + 28).sum();
    assert_eq!(found.stored_bytes, messages as u64);
    fixture.delete_stream(stream("s")).await.expect("it is there");
    // As many as were added since the last packing, and what was packed.
    let chunks = fixture.sweep(NOW).await.expect("swept");
    assert!(chunks <= observe::LOOSE_CHUNKS_MAX as u64, "{chunks}");
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let fixture = Fixture::with_streams(&["s"]).await;
    fixture.shutdown().await;
    assert_eq!(put(&fixture, &[1]).await, Err(LogsError::Closed));
    let read = fixture.get_events(stream("s"), GetEvents::default(), NOW).await;
    assert_eq!(read.map(|page| page.events), Ok(vec![]));
}
