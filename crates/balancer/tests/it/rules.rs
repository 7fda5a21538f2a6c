//! Listeners, rules, weights and stickiness, end to end.

use std::{collections::BTreeMap, net::SocketAddrV4};

use http::Request;
use routing::config::{Action, Condition, FixedResponse, Redirect, Rule, Stickiness};

use crate::{
    backend::{Backend, text},
    client::{self, Client},
    world::{self, World},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_decide_and_the_default_takes_the_rest() {
    let backend = Backend::named("api").await;
    let mut config = world::config(&[&backend]);
    let listener = &mut config.load_balancers[0].listeners[0];
    listener.default_action = Action::FixedResponse(FixedResponse {
        status_code: 404,
        content_type: Some("text/plain".to_owned()),
        message_body: Some("nothing here".to_owned()),
    });
    let rule = |priority, path: &str, action| Rule {
        arn: format!("rule/{priority}"),
        priority,
        conditions: vec![Condition::PathPattern { values: vec![path.to_owned()] }],
        action,
    };
    let redirect = Redirect { path: "/new/#{path}".to_owned(), ..Redirect::default() };
    listener.rules = vec![
        rule(1, "/api/*", world::forward(&[("tg/one", 1)])),
        rule(2, "/old/*", Action::Redirect(redirect)),
    ];
    let mut world = World::serving(config).await;
    world.healthy(1).await;
    let mut client = Client::connect(world.address()).await;
    assert_eq!(client.get("/api/x").await.body, "api");
    let fixed = client.get("/x").await;
    assert_eq!((fixed.status.as_u16(), fixed.body.as_str()), (404, "nothing here"));
    let moved = client.get("/old/x?y=z").await;
    let port = world.address().port();
    assert_eq!(moved.status, 301);
    assert_eq!(moved.headers["location"], format!("http://test.example:{port}/new/old/x?y=z"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn load_balancers_on_one_port_are_told_apart_by_host() {
    let (first, second) = (Backend::named("first").await, Backend::named("second").await);
    let mut config = world::config(&[&first]);
    let port = config.load_balancers[0].listeners[0].port;
    let shared = SocketAddrV4::new([127, 0, 0, 1].into(), port);
    let mut world = World::serving(config.clone()).await;
    world.healthy(1).await;
    assert_eq!(client::get(shared, "/").await.body, "first", "the only one takes any Host");

    config.load_balancers.push(world::load_balancer("two", port, world::forward(&[("tg/two", 1)])));
    config.target_groups.push(world::group("tg/two", &[&second]));
    world.apply(config).await;
    world.healthy(2).await;
    let mut client = Client::connect(shared).await;
    let named = |host: &str| Request::get("/").header("host", host);
    let host = format!("two-1.us-east-1.elb.localhost:{port}");
    assert_eq!(client.request(named(&host)).await.body, "second");
    assert_eq!(client.request(named("ONE-1.us-east-1.elb.localhost")).await.body, "first");
    let unknown = client.request(named("localhost")).await;
    assert_eq!(unknown.status, 503);
    assert!(unknown.body.contains("two-1.us-east-1.elb.localhost"), "{}", unknown.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn weights_split_the_requests() {
    let (old, new) = (Backend::named("old").await, Backend::named("new").await);
    let mut config = world::config(&[]);
    config.target_groups = vec![world::group("tg/old", &[&old]), world::group("tg/new", &[&new])];
    config.load_balancers[0].listeners[0].default_action =
        world::forward(&[("tg/old", 90), ("tg/new", 10)]);
    let mut world = World::serving(config).await;
    world.healthy(2).await;
    let mut client = Client::connect(world.address()).await;
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..2_000 {
        *counts.entry(client.get("/").await.body).or_default() += 1;
    }
    let new = counts["new"];
    // Six standard deviations around 200.
    assert!((120..=280).contains(&new), "{counts:?}");
}

/// The cookies of an answer, as a client sends them back.
fn cookies(got: &client::Got) -> String {
    let pair = |value: &http::HeaderValue| {
        let text = value.to_str().expect("ASCII");
        text.split(';').next().expect("a first part").to_owned()
    };
    got.headers.get_all("set-cookie").iter().map(pair).collect::<Vec<_>>().join("; ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_keeps_a_client_on_its_target() {
    let (a, b) = (Backend::named("a").await, Backend::named("b").await);
    let mut config = world::config(&[&a, &b]);
    config.target_groups[0].attributes.stickiness =
        Some(Stickiness::LbCookie { duration_seconds: 60 });
    let mut world = World::serving(config).await;
    world.healthy(2).await;
    let mut client = Client::connect(world.address()).await;
    let first = client.get("/").await;
    assert!(cookies(&first).starts_with("AWSALB="), "{}", cookies(&first));
    for _ in 0..20 {
        let again = Request::get("/").header("cookie", cookies(&first));
        assert_eq!(client.request(again).await.body, first.body);
    }
    // Its target is deregistered: the client moves, and gets a new cookie.
    let gone = usize::from(first.body != "a");
    world.change(|config| drop(config.target_groups[0].targets.remove(gone))).await;
    let again = Request::get("/").header("cookie", cookies(&first));
    let moved = client.request(again).await;
    assert_ne!(moved.body, first.body);
    assert_ne!(cookies(&moved), cookies(&first));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_cookie_starts_stickiness() {
    let login = |name: &'static str| {
        Backend::answering(move |request| async move {
            let mut answer = text(name);
            if request.uri().path() == "/login" {
                let cookie = "SESSION=1".parse().expect("a value");
                answer.headers_mut().insert("set-cookie", cookie);
            }
            answer
        })
    };
    let (a, b) = (login("a").await, login("b").await);
    let mut config = world::config(&[&a, &b]);
    config.target_groups[0].attributes.stickiness =
        Some(Stickiness::AppCookie { cookie_name: "SESSION".to_owned(), duration_seconds: 60 });
    let mut world = World::serving(config).await;
    world.healthy(2).await;
    let mut client = Client::connect(world.address()).await;
    assert_eq!(cookies(&client.get("/").await), "");
    let first = client.get("/login").await;
    assert!(cookies(&first).contains("AWSALBAPP-0="));
    for _ in 0..20 {
        let again = Request::get("/").header("cookie", cookies(&first));
        assert_eq!(client.request(again).await.body, first.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn group_stickiness_keeps_a_client_on_its_group() {
    let (old, new) = (Backend::named("old").await, Backend::named("new").await);
    let mut config = world::config(&[]);
    config.target_groups = vec![world::group("tg/old", &[&old]), world::group("tg/new", &[&new])];
    let mut action = world::forward(&[("tg/old", 50), ("tg/new", 50)]);
    if let Action::Forward { stickiness_seconds, .. } = &mut action {
        *stickiness_seconds = Some(60);
    }
    config.load_balancers[0].listeners[0].default_action = action;
    let mut world = World::serving(config).await;
    world.healthy(2).await;
    let mut client = Client::connect(world.address()).await;
    let first = client.get("/").await;
    for _ in 0..30 {
        let again = Request::get("/").header("cookie", cookies(&first));
        assert_eq!(client.request(again).await.body, first.body);
    }
}
