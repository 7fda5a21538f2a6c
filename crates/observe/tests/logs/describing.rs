//! Groups and streams: made, listed, changed, deleted.

use model::{Scope, Tags};
use observe::{
    FilterEvents, GetEvents, GroupMatch, GroupQuery, LogsError, StreamOrder, StreamQuery,
};

use super::*;

#[tokio::test]
async fn groups_are_made_once_and_listed_by_name() {
    let mut fixture = Fixture::new();
    let tags = Tags::from([("team".to_owned(), "a".to_owned())]);
    for name in ["/ecs/web", "/ecs/api", "/ecs", "other"] {
        fixture.create_group(group(name), tags.clone(), NOW).await.expect("new");
    }
    let elsewhere = GroupKey::new(Scope::new("000000000000", "eu-west-1"), "/ecs/far");
    fixture.create_group(elsewhere, Tags::new(), NOW).await.expect("new");
    let again = fixture.create_group(group("/ecs"), Tags::new(), NOW).await;
    assert_eq!(again, Err(LogsError::GroupAlreadyExists));
    fixture.reopen().await;

    let all = GroupMatch::All;
    assert_eq!(pages(&fixture, all, 3).await, [&["/ecs", "/ecs/api", "/ecs/web"][..], &["other"]]);
    let prefix = GroupMatch::Prefix("/ecs/".to_owned());
    assert_eq!(pages(&fixture, prefix, 1).await, [["/ecs/api"], ["/ecs/web"]]);
    let substring = GroupMatch::Substring("e".to_owned());
    assert_eq!(pages(&fixture, substring, 50).await, [["/ecs", "/ecs/api", "/ecs/web", "other"]]);
    let found = fixture.describe_group(group("/ecs")).await.expect("it is there");
    assert_eq!((found.tags, found.created_at, found.retention_days), (tags, NOW, None));
    assert_eq!(found.key.arn(), "arn:aws:logs:us-east-1:000000000000:log-group:/ecs");
    assert_eq!(fixture.describe_group(group("/e")).await, Err(LogsError::GroupNotFound));
}

async fn pages(logs: &Logs, names: GroupMatch, limit: u32) -> Vec<Vec<String>> {
    let mut query = GroupQuery { names, limit: Some(limit), next_token: None };
    let mut pages = Vec::new();
    loop {
        let scope = group("").scope;
        let page = logs.describe_groups(scope, query.clone()).await.expect("a page");
        pages.push(page.items.into_iter().map(|group| group.key.name).collect());
        query.next_token = page.next_token;
        if query.next_token.is_none() {
            return pages;
        }
    }
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let fixture = Fixture::with_streams(&["s"]).await;
    for name in ["", "a b", "ü", &"x".repeat(513)] {
        let refused = fixture.create_group(group(name), Tags::new(), NOW).await;
        assert!(matches!(refused, Err(LogsError::InvalidParameter(_))), "{name}");
    }
    for name in ["", "a:b", "a*", &"x".repeat(513)] {
        let refused = fixture.create_stream(stream(name), NOW).await;
        assert!(matches!(refused, Err(LogsError::InvalidParameter(_))), "{name}");
    }
    let again = fixture.create_stream(stream("s"), NOW).await;
    assert_eq!(again, Err(LogsError::StreamAlreadyExists));
    let nowhere = fixture.create_stream(group("none").stream("s"), NOW).await;
    assert_eq!(nowhere, Err(LogsError::GroupNotFound));
}

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let mut fixture = Fixture::with_streams(&[]).await;
    let tags = |pairs: &[(&str, &str)]| -> Tags {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    fixture.tag_group(group("g"), tags(&[("a", "1"), ("b", "1")])).await.expect("tagged");
    fixture.tag_group(group("g"), tags(&[("b", "2"), ("c", "1")])).await.expect("tagged");
    fixture.untag_group(group("g"), vec!["a".to_owned()]).await.expect("untagged");
    let found = fixture.describe_group(group("g")).await.expect("it is there");
    assert_eq!(found.tags, tags(&[("b", "2"), ("c", "1")]));
    let many = (0..51).map(|number| (number.to_string(), String::new())).collect();
    let refused = fixture.tag_group(group("g"), many).await;
    assert!(matches!(refused, Err(LogsError::InvalidParameter(_))));
    let kept = Some(tags(&[("b", "2"), ("c", "1")]));
    assert_eq!(fixture.tags_of_group(&group("g")), kept, "as they are told without the disk");
    fixture.reopen().await;
    assert_eq!(fixture.tags_of_group(&group("g")), kept);
    let both = vec!["b".to_owned(), "c".to_owned()];
    fixture.untag_group(group("g"), both).await.expect("untagged");
    assert_eq!(fixture.tags_of_group(&group("g")), None);
    fixture.create_group(group("h"), tags(&[("a", "1")]), NOW).await.expect("a new group");
    assert_eq!(fixture.tags_of_group(&group("h")), Some(tags(&[("a", "1")])));
    fixture.delete_group(group("h")).await.expect("deleted");
    assert_eq!(fixture.tags_of_group(&group("h")), None);
}

#[tokio::test]
async fn streams_are_listed_by_name_or_by_their_last_event() {
    let fixture = Fixture::with_streams(&["a1", "b1", "a2", "never"]).await;
    for (name, seconds) in [("b1", 30), ("a1", 20), ("a2", 20)] {
        let events = vec![event(ago(seconds), "x")];
        fixture.put_events(stream(name), events, NOW).await.expect("taken");
    }
    let name = StreamQuery::default();
    assert_eq!(names(&fixture, name.clone()).await, ["a1", "a2", "b1", "never"]);
    let prefix = StreamQuery { prefix: Some("a".to_owned()), ..name.clone() };
    assert_eq!(names(&fixture, prefix.clone()).await, ["a1", "a2"]);
    let descending = StreamQuery { is_descending: true, ..name };
    assert_eq!(names(&fixture, descending).await, ["never", "b1", "a2", "a1"]);
    let time = StreamQuery { order: StreamOrder::LastEvent, ..StreamQuery::default() };
    assert_eq!(names(&fixture, time.clone()).await, ["never", "b1", "a1", "a2"]);
    let latest = StreamQuery { is_descending: true, ..time };
    assert_eq!(names(&fixture, latest).await, ["a2", "a1", "b1", "never"]);
    let both = StreamQuery { order: StreamOrder::LastEvent, ..prefix };
    let refused = fixture.describe_streams(group("g"), both).await;
    assert!(matches!(refused, Err(LogsError::InvalidParameter(_))));

    let page = fixture.describe_streams(group("g"), StreamQuery::default()).await.expect("a page");
    let first = &page.items[0];
    assert_eq!(first.last_event_at, Some(ago(20)));
    assert_eq!((first.first_event_at, first.last_ingestion_at), (Some(ago(20)), Some(NOW)));
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:a1";
    assert_eq!(first.key.arn(), arn);
    assert_eq!(page.items[3].last_event_at, None);
}

/// Read one by one, so that every place is a page's end.
async fn names(logs: &Logs, mut query: StreamQuery) -> Vec<String> {
    let mut names = Vec::new();
    query.limit = Some(1);
    loop {
        let page = logs.describe_streams(group("g"), query.clone()).await.expect("a page");
        names.extend(page.items.into_iter().map(|stream| stream.key.name));
        query.next_token = page.next_token;
        if query.next_token.is_none() {
            return names;
        }
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_stays_gone() {
    let mut fixture = Fixture::with_streams(&["s", "t"]).await;
    for name in ["s", "t"] {
        fixture.put_events(stream(name), vec![event(ago(1), name)], NOW).await.expect("taken");
    }
    fixture.delete_stream(stream("s")).await.expect("it was there");
    let again = fixture.delete_stream(stream("s")).await;
    assert_eq!(again, Err(LogsError::StreamNotFound));
    let read = fixture.get_events(stream("s"), GetEvents::default(), NOW).await;
    assert_eq!(read, Err(LogsError::StreamNotFound));
    let found =
        fixture.filter_events(group("g"), FilterEvents::default(), NOW).await.expect("a page");
    assert_eq!(found.events.len(), 1);
    // One of the same name does not have its events.
    fixture.create_stream(stream("s"), NOW).await.expect("new");
    assert_eq!(all_messages(&fixture, &stream("s")).await, Vec::<String>::new());

    fixture.delete_group(group("g")).await.expect("it was there");
    assert_eq!(fixture.delete_group(group("g")).await, Err(LogsError::GroupNotFound));
    fixture.create_group(group("g"), Tags::new(), NOW).await.expect("new");
    assert_eq!(names(&fixture, StreamQuery::default()).await, Vec::<String>::new());
    fixture.reopen().await;
    assert_eq!(fixture.sweep(NOW).await, Ok(2));
    assert_eq!(fixture.sweep(NOW).await, Ok(0));
}

#[tokio::test]
async fn clearing_leaves_nothing_in_any_scope() {
    let fixture = Fixture::with_streams(&["s"]).await;
    fixture.put_events(stream("s"), vec![event(ago(1), "x")], NOW).await.expect("taken");
    let elsewhere = GroupKey::new(Scope::new("1", "eu-west-1"), "g");
    fixture.create_group(elsewhere.clone(), Tags::new(), NOW).await.expect("new");
    fixture.clear().await.expect("cleared");
    for key in [group("g"), elsewhere] {
        assert_eq!(fixture.describe_group(key).await, Err(LogsError::GroupNotFound));
    }
    assert_eq!(fixture.sweep(NOW).await, Ok(1));
}
