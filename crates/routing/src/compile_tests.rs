//! Tests of the compiler and of the table it makes.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::{Decision, Headers, NoListener, RequestFacts, config};

struct Pairs(Vec<(&'static str, &'static str)>);

impl Headers for Pairs {
    fn any(&self, name: &str, test: &mut dyn FnMut(&[u8]) -> bool) -> bool {
        self.0.iter().any(|(key, value)| key.eq_ignore_ascii_case(name) && test(value.as_bytes()))
    }
}

/// One load balancer with rules by host, path, header and method, one with a redirect.
const CONFIG: &str = r#"{
  "load_balancers": [
    {"arn": "lb/a", "dns_name": "a-1.us-east-1.elb.localhost",
     "addresses": ["172.31.0.10", "172.31.16.10"],
     "listeners": [{"arn": "l/a", "port": 80,
       "rules": [
         {"arn": "r/2", "priority": 20,
          "conditions": [{"field": "path-pattern", "values": ["/api/*"]}],
          "action": {"type": "forward", "target_groups": [{"arn": "tg/api", "weight": 1}]}},
         {"arn": "r/1", "priority": 10,
          "conditions": [
            {"field": "path-pattern", "values": ["/api/*"]},
            {"field": "http-header", "name": "X-Beta", "values": ["yes*"]}],
          "action": {"type": "fixed-response", "status_code": 418, "message_body": "beta"}},
         {"arn": "r/3", "priority": 30,
          "conditions": [{"field": "host-header", "values": ["*.example.com"]},
                         {"field": "http-request-method", "values": ["GET"]}],
          "action": {"type": "fixed-response", "status_code": 200, "message_body": "host"}}],
       "default_action": {"type": "fixed-response", "status_code": 404}}]},
    {"arn": "lb/b", "dns_name": "b-2.us-east-1.elb.localhost", "addresses": ["172.31.0.11"],
     "listeners": [{"arn": "l/b", "port": 80, "rules": [],
       "default_action": {"type": "redirect", "protocol": "HTTPS", "port": "443",
                          "status_code": 302}}]}],
  "target_groups": [
    {"arn": "tg/api", "health_check": {"port": 9000, "matcher": "200-299"},
     "targets": [
       {"id": "i-1", "address": "172.31.0.20", "port": 8080, "state": "registered"},
       {"id": "i-2", "address": "172.31.0.21", "port": 8080, "state": "draining"}]}]
}"#;

fn config() -> Config {
    serde_json::from_str(CONFIG).expect("the test's configuration parses")
}

#[expect(clippy::needless_pass_by_value, reason = "an Expect is made for one check")]
fn check_route(host: &str, method: &str, path: &str, wanted: Expect) {
    let table = compile(&config()).expect("the test's configuration compiles");
    let arrived_at = "127.0.0.1:80".parse().expect("an address");
    let listener = match table.listener(arrived_at, host) {
        Ok(listener) => listener,
        Err(NoListener::Gone) => return wanted.assert_eq("gone"),
        Err(NoListener::UnknownHost { known }) => return wanted.assert_eq(&known.join("\n")),
    };
    let beta = if path.contains("beta") { "YES please" } else { "no" };
    let facts = RequestFacts {
        method,
        host,
        path,
        query: Some("q=1"),
        source: "10.0.0.1".parse().expect("an address"),
        headers: &Pairs(vec![("x-beta", beta)]),
    };
    let decision = match listener.route(&facts) {
        Decision::Forward(forward) => {
            let group = forward.choose(0, None).expect("a group");
            format!("forward to {}", table.group(group).arn)
        }
        Decision::Redirect { status_code, location } => format!("{status_code} {location}"),
        Decision::FixedResponse(response) => format!("{}", response.status_code),
    };
    wanted.assert_eq(&decision);
}

const A: &str = "A-1.us-east-1.elb.localhost";

#[test]
fn rules_are_tried_by_priority() {
    check_route(A, "GET", "/api/x", expect!["forward to tg/api"]);
    check_route(A, "GET", "/api/beta", expect!["418"]);
    check_route(A, "GET", "/API/x", expect!["404"]);
}

#[test]
fn a_shared_port_is_told_apart_by_host() {
    check_route(
        "b-2.us-east-1.elb.localhost",
        "GET",
        "/x",
        expect!["302 https://b-2.us-east-1.elb.localhost:443/x?q=1"],
    );
    check_route(
        "www.example.com",
        "GET",
        "/",
        expect![[r#"
            a-1.us-east-1.elb.localhost
            b-2.us-east-1.elb.localhost"#]],
    );
}

#[test]
fn an_own_address_takes_any_host() {
    let table = compile(&config()).expect("compiles");
    let own = "172.31.0.10:80".parse().expect("an address");
    assert_eq!(table.listener(own, "www.example.com").expect("a listener").arn, "l/a");
    let gone = "172.31.0.10:81".parse().expect("an address");
    assert_eq!(table.listener(gone, "x").expect_err("no listener"), NoListener::Gone);
}

#[test]
fn groups_know_their_source_and_check_port() {
    let table = compile(&config()).expect("compiles");
    let group = &table.groups()[0];
    assert_eq!(group.source, Some(Ipv4Addr::new(172, 31, 0, 10)));
    assert_eq!(group.targets()[0].health_check_address.port(), 9000);
    assert!(!group.targets()[0].is_draining && group.targets()[1].is_draining);
}

#[test]
fn a_configuration_survives_the_trip() {
    let text = serde_json::to_string(&config()).expect("plain data");
    assert_eq!(serde_json::from_str::<Config>(&text).expect("parses again"), config());
}

#[test]
fn what_is_not_honoured_does_not_parse() {
    for (from, to) in [
        (r#""port": 80,"#, r#""port": 80, "protocol": "HTTPS","#),
        (r#""arn": "tg/api","#, r#""arn": "tg/api", "protocol_version": "GRPC","#),
        (
            r#""arn": "tg/api","#,
            r#""arn": "tg/api", "attributes": {"algorithm": "weighted_random"},"#,
        ),
        (r#""arn": "l/a","#, r#""arn": "l/a", "certificates": [],"#),
        (r#""type": "redirect","#, r#""type": "redirect", "fragment": "x","#),
    ] {
        let text = CONFIG.replacen(from, to, 1);
        assert_ne!(text, CONFIG);
        assert!(serde_json::from_str::<Config>(&text).is_err(), "{to}");
    }
}

#[test]
fn what_cannot_be_served_does_not_compile() {
    let refused = |change: &dyn Fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        compile(&config).expect_err("a refusal").to_string()
    };
    let forward = |arn: &str, weight| Action::Forward {
        target_groups: vec![WeightedTargetGroup { arn: arn.to_owned(), weight }],
        stickiness_seconds: None,
    };
    let lines = [
        refused(&|config| config.target_groups.clear()),
        refused(&|config| {
            config.load_balancers[1].listeners[0].default_action = forward("tg/api", 1);
        }),
        refused(&|config| {
            config.load_balancers[0].listeners[0].default_action = forward("tg/api", 1_000);
        }),
        refused(&|config| config.load_balancers[0].listeners[0].rules[0].priority = 10),
        refused(&|config| config.load_balancers[1].addresses.push(Ipv4Addr::new(172, 31, 16, 10))),
        refused(&|config| config.load_balancers[1].addresses.clear()),
        refused(&|config| config.target_groups[0].health_check.matcher = "600".to_owned()),
        refused(&|config| config.target_groups[0].health_check.interval_seconds = 0),
        refused(&|config| config.load_balancers[0].attributes.idle_timeout_seconds = 0),
        refused(&|config| {
            config.load_balancers[0].listeners[0].rules[0].conditions =
                vec![config::Condition::SourceIp { values: vec!["10.0.0.1".to_owned()] }];
        }),
        refused(&|config| {
            let target = config.target_groups[0].targets[0].clone();
            config.target_groups[0].targets.push(target);
        }),
    ];
    expect![[r"
        target group `tg/api` is not in the configuration
        target group `tg/api` is used by more than one load balancer
        weight 1000 of target group `tg/api` is over 999
        priority `10` is there twice
        address `172.31.16.10` is there twice
        load balancer `lb/b` has no address
        health check matcher `600` is not a list of HTTP codes or ranges from 200 to 499
        health check interval of `tg/api` must be at least 1
        idle timeout of `lb/a` must be at least 1
        `10.0.0.1` is not a block of addresses
        target `i-1` is there twice"]]
    .assert_eq(&lines.join("\n"));
}

fn any_path() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["/a*", "/b*", "*"])
}

proptest! {
    /// Whatever the order rules are given in, the one of lowest priority that holds decides.
    #[test]
    fn the_lowest_priority_that_holds_decides(
        rules in prop::collection::btree_map(1_u32..100, any_path(), 0..6),
        reversed: bool,
    ) {
        let rule = |(priority, path): (&u32, &&str)| Rule {
            arn: String::new(),
            priority: *priority,
            conditions: vec![config::Condition::PathPattern { values: vec![(*path).to_owned()] }],
            action: Action::FixedResponse(FixedResponse {
                status_code: 400 + u16::try_from(*priority).expect("a small number"),
                content_type: None,
                message_body: None,
            }),
        };
        let mut config = config();
        let listener = &mut config.load_balancers[0].listeners[0];
        listener.rules = rules.iter().map(rule).collect();
        if reversed {
            listener.rules.reverse();
        }
        let table = compile(&config).expect("compiles");
        let facts = RequestFacts {
            method: "GET", host: "", path: "/b/c", query: None,
            source: "10.0.0.1".parse().expect("an address"), headers: &Pairs(vec![]),
        };
        let own = "172.31.0.10:80".parse().expect("an address");
        let Decision::FixedResponse(response) =
            table.listener(own, "").expect("a listener").route(&facts)
        else {
            panic!("only fixed responses here");
        };
        let wanted = rules.iter().find(|(_, path)| **path != "/a*").map(|(priority, _)| *priority);
        let wanted = wanted.map_or(404, |priority| 400 + priority);
        prop_assert_eq!(u32::from(response.status_code), wanted);
    }
}
