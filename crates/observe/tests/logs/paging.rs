//! Pages against a naive model: a sorted list of everything.

use observe::{
    Anchor, FilterEvents, FilterPattern, GetEvents, LogsError, PAGE_BYTES_MAX, StreamSelection,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;

/// A batch of one of two streams: seconds before the present, sorted when it is sent.
type Batch = (bool, Vec<i64>);

#[derive(Clone, Debug)]
struct Reading {
    limit: u32,
    start: Option<i64>,
    end: Option<i64>,
}

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let batch = (any::<bool>(), prop::collection::vec(0_i64..60, 1..6));
    prop::collection::vec(batch, 0..90)
}

fn readings() -> impl Strategy<Value = Reading> {
    let time = || prop::option::weighted(0.4, 0_i64..60);
    (1_u32..40, time(), time()).prop_map(|(limit, start, end)| Reading { limit, start, end })
}

/// Of each stream, `(seconds ago, message)` in the order of the store.
#[derive(Default)]
struct Model {
    events: Vec<(bool, i64, String)>,
}

impl Model {
    fn select(&self, is_selected: impl Fn(bool, i64) -> bool) -> Vec<String> {
        let mut selected: Vec<_> = self
            .events
            .iter()
            .filter(|(stream, seconds, _)| is_selected(*stream, *seconds))
            .collect();
        // Stable: those of one time stay in the order in which they came.
        selected.sort_by_key(|(_, seconds, _)| -seconds);
        selected.into_iter().map(|(_, _, message)| message.clone()).collect()
    }
}

#[test]
fn pages_are_the_sorted_list_cut_in_pieces() {
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = runner.run(&(batches(), readings()), |(batches, reading)| {
        runtime.block_on(check(batches, reading));
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn check(batches: Vec<Batch>, reading: Reading) {
    let fixture = Fixture::with_streams(&["false", "true"]).await;
    let mut model = Model::default();
    for (number, (name, mut seconds)) in batches.into_iter().enumerate() {
        seconds.sort_by_key(|seconds| -seconds);
        let mut events = Vec::new();
        for seconds in seconds {
            let message = format!("{number}.{}", events.len());
            model.events.push((name, seconds, message.clone()));
            events.push(event(ago(seconds), message));
        }
        fixture.put_events(stream(&name.to_string()), events, NOW).await.expect("taken");
    }
    let is_in_time = |seconds: i64| {
        reading.start.is_none_or(|start| ago(seconds) >= ago(start))
            && reading.end.is_none_or(|end| ago(seconds) < ago(end))
    };
    let expected = model.select(|name, seconds| name && is_in_time(seconds));
    assert_eq!(read_forward(&fixture, &reading).await, expected);
    assert_eq!(read_backward(&fixture, &reading).await, expected);

    let is_up_to_end = |seconds: i64| {
        is_in_time(seconds)
            || reading.end == Some(seconds) && reading.start.is_none_or(|start| seconds <= start)
    };
    for selection in [StreamSelection::All, StreamSelection::Prefix("t".to_owned())] {
        let expected = model.select(|name, seconds| {
            (name || matches!(selection, StreamSelection::All)) && is_up_to_end(seconds)
        });
        assert_eq!(filter_all(&fixture, &reading, selection).await, expected);
    }
}

fn query(reading: &Reading, anchor: Anchor) -> GetEvents {
    GetEvents {
        start: reading.start.map(ago),
        end: reading.end.map(ago),
        limit: Some(reading.limit),
        anchor,
        next_token: None,
    }
}

async fn read_forward(logs: &Logs, reading: &Reading) -> Vec<String> {
    let mut query = query(reading, Anchor::Head);
    let mut all = Vec::new();
    loop {
        let page = logs.get_events(stream("true"), query.clone(), NOW).await.expect("a page");
        assert!(page.events.len() <= reading.limit as usize);
        all.extend(messages(&page).into_iter().map(str::to_owned));
        if query.next_token.as_ref() == Some(&page.next_forward_token) {
            return all;
        }
        query.next_token = Some(page.next_forward_token);
    }
}

async fn read_backward(logs: &Logs, reading: &Reading) -> Vec<String> {
    let mut query = query(reading, Anchor::Tail);
    let mut all: Vec<String> = Vec::new();
    loop {
        let page = logs.get_events(stream("true"), query.clone(), NOW).await.expect("a page");
        assert!(page.events.len() <= reading.limit as usize);
        all.splice(0..0, messages(&page).into_iter().map(str::to_owned));
        if query.next_token.as_ref() == Some(&page.next_backward_token) {
            return all;
        }
        query.next_token = Some(page.next_backward_token);
    }
}

async fn filter_all(logs: &Logs, reading: &Reading, streams: StreamSelection) -> Vec<String> {
    let mut query = FilterEvents {
        streams,
        start: reading.start.map(ago),
        end: reading.end.map(ago),
        limit: Some(reading.limit),
        ..FilterEvents::default()
    };
    let mut all = Vec::new();
    loop {
        let page = logs.filter_events(group("g"), query.clone(), NOW).await.expect("a page");
        assert!(page.events.len() <= reading.limit as usize);
        all.extend(page.events.into_iter().map(|found| found.event.message));
        query.next_token = page.next_token;
        if query.next_token.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn tokens_turn_around_at_the_ends() {
    let fixture = Fixture::with_streams(&["s"]).await;
    let get =
        async |query: GetEvents| fixture.get_events(stream("s"), query, NOW).await.expect("a page");
    let with = |token: &str| GetEvents {
        limit: Some(2),
        next_token: Some(token.to_owned()),
        ..GetEvents::default()
    };
    // The token of an empty stream finds what comes later.
    let empty = get(GetEvents::default()).await;
    assert_eq!(messages(&empty), Vec::<&str>::new());
    let events = (1..=4).map(|number| event(ago(10 - number), number.to_string())).collect();
    fixture.put_events(stream("s"), events, NOW).await.expect("taken");
    let first = get(with(&empty.next_forward_token)).await;
    assert_eq!(messages(&first), ["1", "2"]);
    let second = get(with(&first.next_forward_token)).await;
    assert_eq!(messages(&second), ["3", "4"]);
    let end = get(with(&second.next_forward_token)).await;
    assert_eq!(messages(&end), Vec::<&str>::new());
    assert_eq!(end.next_forward_token, second.next_forward_token);
    assert_eq!(messages(&get(with(&end.next_backward_token)).await), ["3", "4"]);
    assert_eq!(messages(&get(with(&second.next_backward_token)).await), ["1", "2"]);
    let beginning = get(with(&first.next_backward_token)).await;
    assert_eq!(beginning.next_backward_token, first.next_backward_token);
    assert_eq!(messages(&get(with(&beginning.next_forward_token)).await), ["1", "2"]);
    assert!(first.next_forward_token.starts_with("f/"));

    for token in ["", "f/1/s", "x", &first.next_forward_token.replace('f', "g")] {
        let refused = fixture.get_events(stream("s"), with(token), NOW).await;
        assert!(matches!(refused, Err(LogsError::InvalidParameter(_))), "{token}");
    }
}

#[tokio::test]
async fn a_page_is_bounded_in_bytes() {
    let fixture = Fixture::with_streams(&["s"]).await;
    let large = PAGE_BYTES_MAX / 3 - 26;
    for second in 0..5 {
        let events = vec![event(ago(10 - second), second.to_string().repeat(large))];
        fixture.put_events(stream("s"), events, NOW).await.expect("taken");
    }
    let head = GetEvents { anchor: Anchor::Head, ..GetEvents::default() };
    let page = fixture.get_events(stream("s"), head, NOW).await.expect("a page");
    assert_eq!(page.events.len(), 3);
    assert_eq!(all_messages(&fixture, &stream("s")).await.len(), 5);
    let pattern = FilterPattern::parse("-none").expect("a good pattern");
    let query = FilterEvents { pattern, ..FilterEvents::default() };
    let page = fixture.filter_events(group("g"), query, NOW).await.expect("a page");
    assert_eq!((page.events.len(), page.next_token.is_some()), (3, true));
}

#[tokio::test]
async fn a_filter_finds_what_matches_and_nothing_else() {
    let fixture = Fixture::with_streams(&["s"]).await;
    let numbers = |number| format!("number {number} {}", if number % 50 == 0 { "HIT" } else { "" });
    let events = (0..500).map(|number| event(ago(500 - number), numbers(number))).collect();
    fixture.put_events(stream("s"), events, NOW).await.expect("taken");
    let pattern = FilterPattern::parse("HIT -\"number 100\"").expect("a good pattern");
    let query = FilterEvents { pattern, ..FilterEvents::default() };
    let page = fixture.filter_events(group("g"), query, NOW).await.expect("a page");
    let found: Vec<i64> = page
        .events
        .iter()
        .map(|found| 500 - (NOW.since(found.event.at).as_secs() as i64))
        .collect();
    assert_eq!(found, [0, 50, 150, 200, 250, 300, 350, 400, 450]);
    assert_eq!(page.next_token, None);
    let ids: std::collections::BTreeSet<String> =
        page.events.iter().map(|found| found.event.id()).collect();
    assert_eq!(ids.len(), 9);
    let none = FilterEvents { streams: StreamSelection::Named(vec![]), ..FilterEvents::default() };
    let refused = fixture.filter_events(group("g"), none, NOW).await;
    assert!(matches!(refused, Err(LogsError::InvalidParameter(_))));
    let nowhere = fixture.filter_events(group("none"), FilterEvents::default(), NOW).await;
    assert_eq!(nowhere, Err(LogsError::GroupNotFound));
}
