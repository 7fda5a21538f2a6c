//! What serves decides as the rule says, for any policies and requests.

use iam::{
    Caller, CallerKind, Compiled, Context, Effect, Policies, Policy, PolicyKind, Request, decide,
    spec,
};
use proptest::prelude::*;
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
const RESOURCES: [&str; 7] = [
    "*",
    "arn:aws:s3:::photos/*",
    "arn:aws:s3:::photos/${aws:username}/*",
    "arn:aws:s3:::*",
    "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
    "arn:aws:dynamodb:*:*:table/*",
    "arn:*:s3:::photos/ann/1",
];
const USER: &str = "arn:aws:iam::000000000000:user/ann";
const ROLE: &str = "arn:aws:iam::000000000000:role/app";
const SESSION: &str = "arn:aws:sts::000000000000:assumed-role/app/one";

fn condition() -> impl Strategy<Value = Value> {
    let operator = prop::sample::select(vec![
        "StringEquals",
        "StringNotLike",
        "StringLikeIfExists",
        "Null",
        "Bool",
        "IpAddress",
        "NumericLessThan",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotEquals",
        "ForAnyValue:StringLike",
        "ArnNotLike",
        "DateGreaterThan",
        "NotIpAddressIfExists",
    ]);
    let key = prop::sample::select(vec!["aws:username", "aws:SourceIp", "aws:TagKeys", "ec2:x"]);
    let values = prop::sample::subsequence(
        vec![
            "ann",
            "a*",
            "true",
            "false",
            "10.0.0.0/8",
            "7",
            "${aws:username}",
            USER,
            "2020-01-01",
        ],
        0..3,
    );
    (operator, key, values).prop_map(|(operator, key, values)| json!({ operator: { key: values } }))
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
    ]);
    let parts = (
        prop::sample::select(vec!["Allow", "Allow", "Deny"]),
        (names(&ACTIONS), any::<bool>()),
        (names(&RESOURCES), any::<bool>()),
        (principal, prop::bool::weighted(0.2)),
        prop::option::of(condition()),
    );
    parts.prop_map(move |(effect, actions, resources, principal, condition)| {
        let mut made = json!({ "Effect": effect });
        made[if actions.1 { "NotAction" } else { "Action" }] = json!(actions.0);
        made[if resources.1 { "NotResource" } else { "Resource" }] = json!(resources.0);
        if kind == PolicyKind::Resource {
            made[if principal.1 { "NotPrincipal" } else { "Principal" }] = principal.0;
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

fn named(policies: &[Compiled]) -> Vec<(&str, &Compiled)> {
    policies.iter().map(|one| ("session", one)).collect()
}

fn session_policies() -> impl Strategy<Value = Vec<Policy>> {
    prop::collection::vec(policy(PolicyKind::Identity), 0..2)
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
    )
        .prop_map(|(name, ip, tags)| {
            let mut context = Context::default();
            if !name.is_empty() {
                context = context.with("aws:username", &name);
            }
            if !ip.is_empty() {
                context = context.with("aws:SourceIp", &ip);
            }
            tags.map_or(context.clone(), |tags| context.with("aws:TagKeys", &tags))
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_serves_decides_as_the_rule_says(
        identity in prop::collection::vec(policy(PolicyKind::Identity), 0..3),
        boundary in prop::option::weighted(0.3, policy(PolicyKind::Identity)),
        session in prop::option::weighted(0.3, session_policies()),
        resource in prop::option::of(policy(PolicyKind::Resource)),
        (caller, context) in (caller(), context()),
        action in prop::sample::select(vec!["s3:GetObject", "S3:PutObject", "dynamodb:GetItem"]),
        on in prop::sample::select(vec![
            "arn:aws:s3:::photos/ann/1",
            "arn:aws:dynamodb:us-east-1:000000000000:table/orders",
            "*",
        ]),
        resource_account in prop::sample::select(vec!["000000000000", "111111111111"]),
    ) {
        let (caller, context) = (&caller, &context);
        let request = Request { caller, action, resource: on, resource_account, context };
        let by_rule = Policies {
            identity: identity.iter().map(|one| ("identity", one)).collect(),
            boundary: boundary.as_ref().map(|one| ("boundary", one)),
            session: session.as_ref().map(|all| all.iter().map(|one| ("session", one)).collect()),
            resource: resource.as_ref().map(|one| ("resource", one)),
        };
        let compiled = |all: &[Policy]| all.iter().map(Compiled::new).collect::<Vec<_>>();
        let prepared = (
            compiled(&identity),
            boundary.as_ref().map(Compiled::new),
            session.as_ref().map(|all| compiled(all)),
            resource.as_ref().map(Compiled::new),
        );
        let serving = Policies {
            identity: prepared.0.iter().map(|one| ("identity", one)).collect(),
            boundary: prepared.1.as_ref().map(|one| ("boundary", one)),
            session: prepared.2.as_ref().map(|all| named(all)),
            resource: prepared.3.as_ref().map(|one| ("resource", one)),
        };
        let decided = spec::decide(&request, &by_rule);
        prop_assert_eq!(&decide(&request, &serving), &decided);
        // Without a statement that allows, only a root may.
        let all = identity.iter().chain(&boundary).chain(session.iter().flatten()).chain(&resource);
        let can_allow = all.flat_map(|one| &one.statements).any(|one| one.effect == Effect::Allow);
        prop_assert!(can_allow || caller.kind == CallerKind::Root || !decided.is_allowed());
    }
}
