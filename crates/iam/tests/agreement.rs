//! What serves decides as the rule says, for any policies and requests.

use iam::{
    Caller, CallerKind, Compiled, Context, Policies, Policy, PolicyKind, Request, ResourceRule,
    decide, permit, spec,
};
use model::Rng;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const ACTIONS: [&str; 8] = [
    "s3:GetObject",
    "s3:*",
    "s3:Get*",
    "*",
    "S3:getobject",
    "dynamodb:GetItem",
    "*:Get?tem",
    "s?:*",
];
const RESOURCES: [&str; 8] = [
    "*",
    "arn:aws:s3:::photos/*",
    "arn:aws:s3:::photos/${aws:username}/*",
    "arn:aws:s3:::*",
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:aws:dynamodb:us-east-1:${aws:PrincipalAccount}:table/*",
    "arn:*:s3:::photos/ann/1",
];
const USER: &str = "arn:aws:iam::000000000000:user/ann";
const ROLE: &str = "arn:aws:iam::000000000000:role/app";
const SESSION: &str = "arn:aws:sts::000000000000:assumed-role/app/one";

/// Operators, and values that each takes.
const CONDITIONS: [(&str, &[&str]); 13] = [
    ("StringEquals", &TEXTS),
    ("StringNotLike", &TEXTS),
    ("StringLikeIfExists", &TEXTS),
    ("ForAllValues:StringEquals", &TEXTS),
    ("ForAnyValue:StringNotEquals", &TEXTS),
    ("ForAnyValue:StringLike", &TEXTS),
    ("Null", &["true", "false"]),
    ("Bool", &["true", "false", "${aws:username}"]),
    ("IpAddress", &["10.0.0.0/8", "192.0.2.1", "${aws:SourceIp}"]),
    ("NotIpAddressIfExists", &["10.0.0.0/8", "192.0.2.1"]),
    ("NumericLessThan", &["7", "8.5"]),
    ("ArnNotLike", &[USER, "arn:aws:iam::${aws:PrincipalAccount}:user/*", "arn:*:*:*:*:a*"]),
    ("DateGreaterThan", &["2020-01", "2020-01-01T00:00:00Z", "5"]),
];
const TEXTS: [&str; 5] = ["ann", "a*", "true", "${aws:username}", USER];

fn condition() -> impl Strategy<Value = Value> {
    let keys = vec!["aws:username", "aws:SourceIp", "aws:TagKeys", "aws:PrincipalArn", "ec2:x"];
    let drawn = (prop::sample::select(CONDITIONS.to_vec()), prop::sample::select(keys));
    drawn.prop_flat_map(|((operator, values), key)| {
        let values = prop::sample::subsequence(values.to_vec(), 0..=2);
        values.prop_map(move |values| json!({ operator: { key: values } }))
    })
}

fn statement(kind: PolicyKind) -> impl Strategy<Value = Value> {
    let names = |all: &[&'static str]| prop::sample::subsequence(all.to_vec(), 1..3);
    let principal = prop::sample::select(vec![
        json!("*"),
        json!({"AWS": USER}),
        json!({"AWS": [ROLE, "111111111111"]}),
        json!({"AWS": SESSION}),
        json!({"AWS": "000000000000"}),
        json!({"Service": "ecs.amazonaws.com"}),
        json!({"AWS": [USER, "000000000000"], "Service": "ecs.amazonaws.com"}),
        json!({"AWS": [ROLE, SESSION, "000000000000"]}),
    ]);
    let parts = (
        prop::sample::select(vec!["Allow", "Allow", "Deny"]),
        (names(&ACTIONS), any::<bool>()),
        (names(&RESOURCES), any::<bool>()),
        (principal, prop::bool::weighted(0.5)),
        prop::option::of(condition()),
    );
    parts.prop_map(move |(effect, actions, resources, principal, condition)| {
        let mut made = json!({ "Effect": effect });
        made[if actions.1 { "NotAction" } else { "Action" }] = json!(actions.0);
        made[if resources.1 { "NotResource" } else { "Resource" }] = json!(resources.0);
        if kind == PolicyKind::Resource {
            let is_not = principal.1 && effect == "Deny";
            made[if is_not { "NotPrincipal" } else { "Principal" }] = principal.0;
        }
        if let Some(condition) = condition {
            made["Condition"] = condition;
        }
        made
    })
}

fn policy(kind: PolicyKind) -> impl Strategy<Value = Policy> {
    let version = prop::sample::select(vec!["2012-10-17", "2008-10-17"]);
    (version, prop::collection::vec(statement(kind), 1..4)).prop_map(
        move |(version, statements)| {
            let text = json!({ "Version": version, "Statement": statements }).to_string();
            Policy::parse(&text, kind).expect("it is well formed")
        },
    )
}

fn caller() -> impl Strategy<Value = Caller> {
    let arns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    prop::sample::select(vec![
        (CallerKind::User, arns(&[USER])),
        (CallerKind::RoleSession, arns(&[SESSION, ROLE])),
        (CallerKind::Root, arns(&["arn:aws:iam::000000000000:root"])),
        (CallerKind::Service, arns(&["ecs.amazonaws.com"])),
    ])
    .prop_map(|(kind, arns)| Caller { kind, account: "000000000000".to_owned(), arns })
}

fn context() -> impl Strategy<Value = Context> {
    let values = |all: &[&'static str], count| prop::sample::subsequence(all.to_vec(), count);
    (
        values(&["ann", "bob"], 0..=1),
        values(&["10.1.2.3", "192.0.2.1", "7", "true"], 0..=1),
        prop::option::of(values(&["ann", "a*", "true"], 0..=2)),
        prop::option::of(prop::sample::select(vec!["000000000000", "111111111111"])),
    )
        .prop_map(|(name, ip, tags, account)| {
            let mut context = Context::default();
            if let Some(account) = account {
                context = context.with("aws:PrincipalAccount", &[account]);
                context = context.with("aws:PrincipalArn", &[USER]);
            }
            if !name.is_empty() {
                context = context.with("aws:username", &name);
            }
            if !ip.is_empty() {
                context = context.with("aws:SourceIp", &ip);
            }
            tags.map_or(context.clone(), |tags| context.with("aws:TagKeys", &tags))
        })
}

/// LIMIT: pairs of a policy set and a request that are compared in one run.
const PAIRS: usize = 1_000_000;
/// Policies and requests of which the pairs are made.
const POOL: usize = 1_000;

/// A policy as the rule reads it and as it is prepared.
type Both = (Policy, Compiled);

/// What pairs are drawn from.
struct Pool {
    identity: Vec<Both>,
    resource: Vec<Both>,
    callers: Vec<Caller>,
    contexts: Vec<Context>,
}

impl Pool {
    fn drawn(runner: &mut TestRunner) -> Pool {
        let both = |policy: Policy| {
            let compiled = Compiled::new(&policy);
            (policy, compiled)
        };
        let of = |runner: &mut TestRunner, kind| -> Vec<Both> {
            (0..POOL).map(|_| both(drawn(runner, &policy(kind)))).collect()
        };
        Pool {
            identity: of(runner, PolicyKind::Identity),
            resource: of(runner, PolicyKind::Resource),
            callers: (0..POOL).map(|_| drawn(runner, &caller())).collect(),
            contexts: (0..POOL).map(|_| drawn(runner, &context())).collect(),
        }
    }
}

fn drawn<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).expect("nothing is filtered").current()
}

/// Some policies, named by their place.
fn some<'a>(rng: &mut Rng, pool: &'a [Both], below: u64) -> Vec<&'a Both> {
    (0..rng.below(below)).map(|_| one(rng, pool)).collect()
}

fn one<'a, T>(rng: &mut Rng, of: &'a [T]) -> &'a T {
    &of[rng.below(of.len() as u64) as usize]
}

#[test]
fn what_serves_decides_as_the_rule_says() {
    let mut runner = TestRunner::deterministic();
    let pool = Pool::drawn(&mut runner);
    let mut rng = Rng::seeded(7);
    let (mut allowed, mut denied, mut unasked) = (0, 0, 0);
    for pair in 0..PAIRS {
        let identity = some(&mut rng, &pool.identity, 4);
        let boundary = (rng.below(10) < 3).then(|| one(&mut rng, &pool.identity));
        let session = (rng.below(10) < 3).then(|| some(&mut rng, &pool.identity, 3));
        let resource = (rng.below(2) == 0).then(|| one(&mut rng, &pool.resource));
        let request = Request {
            caller: one(&mut rng, &pool.callers),
            action: one::<&str>(&mut rng, &["s3:GetObject", "S3:PutObject", "dynamodb:GetItem"]),
            resource: one::<&str>(
                &mut rng,
                &[
                    "arn:aws:s3:::photos/ann/1",
                    "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
                    "*",
                ],
            ),
            resource_account: one::<&str>(&mut rng, &["000000000000", "111111111111"]),
            context: one(&mut rng, &pool.contexts),
            rule: *one(&mut rng, &[ResourceRule::MayAllow, ResourceRule::HasToAllow]),
        };
        let by_rule = Policies {
            identity: identity.iter().map(|(it, _)| ("identity", it)).collect(),
            boundary: boundary.map(|(it, _)| ("boundary", it)),
            session: session
                .as_ref()
                .map(|all| all.iter().map(|(it, _)| ("session", it)).collect()),
            resource: resource.map(|(it, _)| ("resource", it)),
        };
        let serving = Policies {
            identity: identity.iter().map(|(_, it)| ("identity", it)).collect(),
            boundary: boundary.map(|(_, it)| ("boundary", it)),
            session: session
                .as_ref()
                .map(|all| all.iter().map(|(_, it)| ("session", it)).collect()),
            resource: resource.map(|(_, it)| ("resource", it)),
        };
        let said = decide(&request, &serving);
        assert_eq!(said, spec::decide(&request, &by_rule), "pair {pair}: {request:?}");
        assert_eq!(permit(&request, &serving).is_ok(), said.is_allowed(), "pair {pair}");
        if said.is_allowed() {
            allowed += 1;
        } else {
            denied += 1;
        }
        if !serving.ask_for_context(request.action) {
            unasked += 1;
            let nothing = Context::default();
            let without = Request { context: &nothing, ..request };
            assert_eq!(decide(&without, &serving), said, "pair {pair}: {request:?}");
        }
    }
    // Neither answer is so rare that agreeing on it would say little.
    assert!(allowed.min(denied) > PAIRS / 20, "{allowed} allowed, {denied} denied");
    assert!(unasked > PAIRS / 20, "{unasked} without a context");
}
