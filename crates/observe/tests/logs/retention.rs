//! Expired events are not given, and are removed.

use observe::{FilterEvents, GetEvents, LogsError};

use super::*;

const DAY: i64 = 24 * 3_600;

#[tokio::test]
async fn expired_events_are_not_given_and_are_removed() {
    let mut fixture = Fixture::with_streams(&["s"]).await;
    for day in [13, 8, 6, 0] {
        let events = vec![event(ago(day * DAY), format!("day {day}"))];
        fixture.put_events(stream("s"), events, NOW).await.expect("taken");
    }
    assert_eq!(fixture.sweep(NOW).await, Ok(0), "without a retention nothing expires");
    fixture.put_retention(group("g"), 7).await.expect("a good number of days");
    assert_eq!(all_messages(&fixture, &stream("s")).await, ["day 6", "day 0"]);
    assert_eq!(fixture.sweep(NOW).await, Ok(2));

    fixture.reopen().await;
    // What was removed does not come back with a longer retention.
    fixture.put_retention(group("g"), 30).await.expect("a good number of days");
    assert_eq!(all_messages(&fixture, &stream("s")).await, ["day 6", "day 0"]);
    let later = NOW + std::time::Duration::from_hours(24 * 25);
    let page = fixture.get_events(stream("s"), GetEvents::default(), later).await.expect("a page");
    assert_eq!(messages(&page), ["day 0"]);
    let query = FilterEvents::default();
    let found = fixture.filter_events(group("g"), query, later).await.expect("a page");
    assert_eq!(found.events.len(), 1);
    let found = fixture.describe_group(group("g")).await.expect("it is there");
    assert_eq!(found.retention_days, Some(30));
}

#[tokio::test]
async fn only_known_numbers_of_days_are_taken() {
    let fixture = Fixture::with_streams(&[]).await;
    for days in [0, 2, 8, 3654] {
        let refused = fixture.put_retention(group("g"), days).await;
        assert!(matches!(refused, Err(LogsError::InvalidParameter(_))), "{days}");
    }
    for days in [1, 14, 3653] {
        assert_eq!(fixture.put_retention(group("g"), days).await, Ok(()), "{days}");
    }
    assert_eq!(fixture.put_retention(group("none"), 1).await, Err(LogsError::GroupNotFound));
}

/// More than one step of the sweep, and the space is given back.
#[tokio::test]
async fn sweeping_gives_space_back() {
    let fixture = Fixture::with_streams(&["s", "t"]).await;
    let mut random = model::Rng::seeded(1);
    for sequence in 0..400 {
        let line = random.hex(70_000);
        fixture.ingest(batch("s", sequence, &[&line]), NOW).await.expect("stored");
    }
    fixture.ingest(batch("t", 1, &["kept"]), NOW).await.expect("stored");
    let file = fixture.directory.path().join("logs.sqlite");
    let size = || std::fs::metadata(&file).expect("the file").len();
    fixture.delete_stream(stream("s")).await.expect("it is there");
    assert_eq!(fixture.sweep(NOW).await, Ok(400));
    fixture.shutdown().await;
    let Fixture { logs, directory } = fixture;
    drop(logs);
    // Of 14 MB; some is kept for the next events.
    assert!(size() < 6 << 20, "{}", size());
    let logs = Logs::open(directory.path()).expect("it opens again");
    assert_eq!(all_messages(&logs, &stream("t")).await, ["kept"]);
}
