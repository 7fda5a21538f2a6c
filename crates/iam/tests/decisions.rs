//! Decisions that AWS's documentation describes, each by the rule and by what serves.

use iam::{
    Caller, CallerKind, Compiled, Context, Decision, Denial, Malformed, Policies, Policy,
    PolicyKind, PolicyRole, Request, ResourceRule, decide, spec,
};
use serde_json::{Value, json};

const BUCKET: &str = "arn:aws:s3:::photos/cat.jpg";
const HOME: &str = "000000000000";
const ELSEWHERE: &str = "111111111111";

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn deny(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource })
}

fn to(principal: Value, mut statement: Value) -> Value {
    statement["Principal"] = principal;
    statement
}

fn when(condition: Value, mut statement: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

fn policy(kind: PolicyKind, statement: &Value) -> Policy {
    let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
    Policy::parse(&text, kind).expect("it is well formed")
}

/// What is asked for `s3:GetObject` of one object.
#[derive(Default)]
struct Case {
    identity: Vec<Value>,
    boundary: Option<Value>,
    session: Option<Value>,
    resource: Option<Value>,
    context: Context,
    rule: ResourceRule,
}

impl Case {
    fn decide(&self, caller: &Caller, resource_account: &str) -> Decision {
        let of = |kind| move |one: &Value| policy(kind, one);
        let identity: Vec<Policy> = self.identity.iter().map(of(PolicyKind::Identity)).collect();
        let boundary = self.boundary.as_ref().map(of(PolicyKind::Identity));
        let session = self.session.as_ref().map(of(PolicyKind::Identity));
        let resource = self.resource.as_ref().map(of(PolicyKind::Resource));
        let request = Request {
            caller,
            action: "s3:GetObject",
            resource: BUCKET,
            resource_account,
            context: &self.context,
            rule: self.rule,
        };
        let by_rule = spec::decide(
            &request,
            &Policies {
                identity: identity.iter().map(|one| ("identity", one)).collect(),
                boundary: boundary.as_ref().map(|one| ("boundary", one)),
                session: session.as_ref().map(|one| vec![("session", one)]),
                resource: resource.as_ref().map(|one| ("resource", one)),
            },
        );
        let prepared: Vec<Compiled> = identity.iter().map(Compiled::new).collect();
        let [boundary, session, resource] =
            [boundary, session, resource].map(|one| one.as_ref().map(Compiled::new));
        let serving = decide(
            &request,
            &Policies {
                identity: prepared.iter().map(|one| ("identity", one)).collect(),
                boundary: boundary.as_ref().map(|one| ("boundary", one)),
                session: session.as_ref().map(|one| vec![("session", one)]),
                resource: resource.as_ref().map(|one| ("resource", one)),
            },
        );
        assert_eq!(serving, by_rule);
        by_rule
    }

    fn said(&self, caller: &Caller, resource_account: &str) -> String {
        match self.decide(caller, resource_account) {
            Decision::Allowed(_) => "allowed".to_owned(),
            Decision::Denied(Denial::Explicit(grounds)) => format!("denied by {:?}", grounds.role),
            Decision::Denied(Denial::Implicit(role)) => format!("no {role:?} allows"),
        }
    }
}

fn user() -> Caller {
    Caller {
        kind: CallerKind::User,
        account: HOME.to_owned(),
        arns: vec![format!("arn:aws:iam::{HOME}:user/ann")],
    }
}

fn session() -> Caller {
    Caller {
        kind: CallerKind::RoleSession,
        account: HOME.to_owned(),
        arns: vec![
            format!("arn:aws:sts::{HOME}:assumed-role/app/one"),
            format!("arn:aws:iam::{HOME}:role/app"),
        ],
    }
}

fn root() -> Caller {
    let arns = vec![format!("arn:aws:iam::{HOME}:root")];
    Caller { kind: CallerKind::Root, account: HOME.to_owned(), arns }
}

#[test]
fn a_denial_outweighs_and_silence_denies() {
    let said = |identity: &[Value]| {
        Case { identity: identity.to_vec(), ..Case::default() }.said(&user(), HOME)
    };
    assert_eq!(said(&[]), "no Identity allows");
    assert_eq!(said(&[allow("s3:Get*", "*")]), "allowed");
    assert_eq!(said(&[allow("s3:Put*", "*")]), "no Identity allows");
    assert_eq!(
        said(&[allow("*", "*"), deny("s3:*", "arn:aws:s3:::photos/*")]),
        "denied by Identity"
    );
    assert_eq!(said(&[allow("*", "*"), deny("s3:*", "arn:aws:s3:::other/*")]), "allowed");
}

#[test]
fn a_boundary_and_a_session_policy_only_limit() {
    let limited = |boundary: Option<Value>, session: Option<Value>| {
        let identity = vec![allow("s3:*", "*")];
        Case { identity, boundary, session, ..Case::default() }.said(&user(), HOME)
    };
    let (gets, lists) = (allow("s3:Get*", "*"), allow("s3:List*", "*"));
    assert_eq!(limited(Some(gets.clone()), None), "allowed");
    assert_eq!(limited(Some(lists.clone()), None), "no Boundary allows");
    assert_eq!(limited(Some(gets.clone()), Some(lists)), "no Session allows");
    assert_eq!(limited(Some(gets), Some(deny("*", "*"))), "denied by Session");
    let alone = Case { boundary: Some(allow("*", "*")), ..Case::default() };
    assert_eq!(alone.said(&user(), HOME), "no Identity allows");
}

#[test]
fn a_resource_may_let_in_by_itself_and_whom_it_names_decides_what_else_counts() {
    let named = |principal: Value, caller: &Caller, boundary: Option<Value>| {
        let resource = Some(to(principal, allow("s3:GetObject", "arn:aws:s3:::photos/*")));
        Case { boundary, resource, ..Case::default() }.said(caller, HOME)
    };
    let nothing = Some(allow("ec2:*", "*"));
    let (ann, app) = (user().arns[0].clone(), session().arns.clone());
    assert_eq!(named(json!({"AWS": ann}), &user(), nothing.clone()), "allowed");
    assert_eq!(named(json!({"AWS": app[0]}), &session(), nothing.clone()), "allowed");
    assert_eq!(named(json!({"AWS": app[1]}), &session(), None), "allowed");
    assert_eq!(named(json!({"AWS": app[1]}), &session(), nothing.clone()), "no Boundary allows");
    assert_eq!(named(json!("*"), &user(), nothing), "no Boundary allows");
    assert_eq!(named(json!({"AWS": HOME}), &user(), None), "no Identity allows");
    assert_eq!(named(json!({"AWS": ELSEWHERE}), &user(), None), "no Identity allows");
}

#[test]
fn across_accounts_both_sides_have_to_allow() {
    let across = |identity: bool, resource: bool| {
        let case = Case {
            identity: identity.then(|| allow("s3:*", "*")).into_iter().collect(),
            resource: resource.then(|| to(json!({"AWS": HOME}), allow("s3:*", BUCKET))),
            ..Case::default()
        };
        case.said(&user(), ELSEWHERE)
    };
    assert_eq!(across(true, true), "allowed");
    assert_eq!(across(true, false), "no Resource allows");
    assert_eq!(across(false, true), "no Identity allows");
}

#[test]
fn what_a_resource_has_to_allow_nobody_else_can() {
    let asked = |resource: Option<Value>, identity: Option<Value>, caller: &Caller| {
        let rule = ResourceRule::HasToAllow;
        let resource = resource.map(|principal| to(principal, allow("s3:*", BUCKET)));
        let identity = identity.into_iter().collect();
        Case { identity, resource, rule, ..Case::default() }.said(caller, HOME)
    };
    let all = Some(allow("*", "*"));
    assert_eq!(asked(None, all.clone(), &user()), "no Resource allows");
    assert_eq!(asked(None, None, &root()), "no Resource allows");
    let other = Some(json!({"AWS": format!("arn:aws:iam::{HOME}:user/bob")}));
    assert_eq!(asked(other, all.clone(), &user()), "no Resource allows");
    let account = Some(json!({"AWS": HOME}));
    assert_eq!(asked(account.clone(), None, &user()), "no Identity allows");
    assert_eq!(asked(account.clone(), all, &user()), "allowed");
    assert_eq!(asked(account, None, &root()), "allowed");
    let ann = Some(json!({"AWS": user().arns[0]}));
    assert_eq!(asked(ann, None, &user()), "allowed");
}

#[test]
fn the_root_may_what_no_resource_denies() {
    assert_eq!(Case::default().said(&root(), HOME), "allowed");
    assert_eq!(Case::default().said(&root(), ELSEWHERE), "no Resource allows");
    let resource = Some(to(json!("*"), deny("s3:*", BUCKET)));
    assert_eq!(Case { resource, ..Case::default() }.said(&root(), HOME), "denied by Resource");
}

#[test]
fn conditions_are_met_as_their_operators_say() {
    let context = Context::default()
        .with("aws:username", &["ann"])
        .with("aws:SourceIp", &["10.1.2.3"])
        .with("aws:TagKeys", &["team", "cost"])
        .with("aws:CurrentTime", &["2026-01-02T03:04:05Z"])
        .with("s3:max-keys", &["10"]);
    let is_met = |condition: Value| {
        let identity = vec![when(condition, allow("*", "*"))];
        Case { identity, context: context.clone(), ..Case::default() }
            .decide(&user(), HOME)
            .is_allowed()
    };
    for (condition, expected) in [
        (json!({"StringEquals": {"aws:UserName": ["bob", "ann"]}}), true),
        (json!({"StringEquals": {"aws:username": "Ann"}}), false),
        (json!({"StringEqualsIgnoreCase": {"aws:username": "Ann"}}), true),
        (json!({"StringNotEquals": {"aws:username": ["bob", "ann"]}}), false),
        (json!({"StringLike": {"aws:username": "a?n"}}), true),
        (json!({"StringEquals": {"aws:username": "a*"}}), false),
        (json!({"StringEquals": {"aws:PrincipalTag/team": "x"}}), false),
        (json!({"StringNotEquals": {"aws:PrincipalTag/team": "x"}}), true),
        (json!({"StringEqualsIfExists": {"aws:PrincipalTag/team": "x"}}), true),
        (json!({"Null": {"aws:PrincipalTag/team": "true"}}), true),
        (json!({"Null": {"aws:username": true}}), false),
        (json!({"Null": {"aws:username": "false"}}), true),
        (json!({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "10.0.0.0/8"]}}), true),
        (json!({"NotIpAddress": {"aws:SourceIp": "10.1.2.3"}}), false),
        (json!({"NumericLessThan": {"s3:max-keys": 10}}), false),
        (json!({"NumericLessThanEquals": {"s3:max-keys": "10.0"}}), true),
        (json!({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01"}}), true),
        (json!({"DateLessThan": {"aws:CurrentTime": "2026-01-02T03:04:05Z"}}), false),
        (json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost", "x"]}}), true),
        (json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}), false),
        (json!({"ForAllValues:StringEquals": {"aws:Missing": ["team"]}}), true),
        (json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}), true),
        (json!({"ForAnyValue:StringEquals": {"aws:Missing": ["team"]}}), false),
        (json!({"StringLike": {"aws:username": "a*"}, "Bool": {"aws:Missing": "true"}}), false),
        (json!({"StringLike": {"aws:username": "${aws:username}"}}), true),
    ] {
        assert_eq!(is_met(condition.clone()), expected, "{condition}");
    }
}

#[test]
fn what_is_no_policy_is_refused_with_a_reason() {
    let refused = |kind, statement: Value| {
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        Policy::parse(&text, kind).expect_err("it is malformed")
    };
    let identity = |statement| refused(PolicyKind::Identity, statement);
    assert_eq!(identity(json!([])), Malformed::Syntax);
    assert_eq!(
        identity(json!({"Effect": "allow", "Action": "*", "Resource": "*"})),
        Malformed::Syntax
    );
    assert_eq!(identity(json!({"Effect": "Allow", "Resource": "*"})), Malformed::NoActions);
    assert_eq!(identity(json!({"Effect": "Allow", "Action": "*"})), Malformed::NoResources);
    assert_eq!(identity(allow("GetObject", "*")), Malformed::NoVendor);
    assert_eq!(identity(allow("s3:*", "photos")), Malformed::NoArn("photos".to_owned()));
    assert_eq!(identity(to(json!("*"), allow("s3:*", "*"))), Malformed::Principal);
    let unknown = when(json!({"StringIs": {"aws:username": "a"}}), allow("s3:*", "*"));
    assert_eq!(identity(unknown), Malformed::InvalidOperator("StringIs".to_owned()));
    let mut twice = allow("s3:*", "*");
    twice["Sid"] = json!("one");
    assert_eq!(identity(json!([twice, twice])), Malformed::DuplicateSid);
    assert_eq!(refused(PolicyKind::Resource, allow("s3:*", "*")), Malformed::NoPrincipal);
    let trust = to(json!({"Service": "ecs-tasks.amazonaws.com"}), allow("sts:AssumeRole", "*"));
    assert_eq!(refused(PolicyKind::Trust, trust), Malformed::Resource);
    let who = to(json!({"AWS": "ann"}), allow("s3:*", "*"));
    assert_eq!(
        refused(PolicyKind::Resource, who),
        Malformed::InvalidPrincipal("AWS\":\"ann".to_owned())
    );
    assert_eq!(Policy::parse("{", PolicyKind::Identity), Err(Malformed::Syntax));
}

#[test]
fn a_decision_names_its_statements() {
    let identity = vec![json!([allow("ec2:*", "*"), allow("s3:*", "*"), allow("*", "*")])];
    let Decision::Allowed(grounds) = (Case { identity, ..Case::default() }).decide(&user(), HOME)
    else {
        panic!("it is allowed");
    };
    let named: Vec<_> = grounds.iter().map(|one| (one.role, one.statement)).collect();
    assert_eq!(named, [(PolicyRole::Identity, 1), (PolicyRole::Identity, 2)]);
}
