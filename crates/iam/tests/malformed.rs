//! Documents that are no policies.

use iam::{Malformed, Policy, PolicyKind};
use serde_json::{Value, json};

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn to(principal: Value, mut statement: Value) -> Value {
    statement["Principal"] = principal;
    statement
}

fn when(condition: Value, mut statement: Value) -> Value {
    statement["Condition"] = condition;
    statement
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
fn a_document_says_nothing_twice() {
    let refused = |text: &str, key: &str| {
        let told = Policy::parse(text, PolicyKind::Identity);
        assert_eq!(told, Err(Malformed::DuplicateKey(key.to_owned())), "{text}");
    };
    let statement = r#"{"Effect": "Deny", "Action": "*", "Resource": "*"}"#;
    refused(&format!(r#"{{"Statement": {statement}, "Statement": {statement}}}"#), "Statement");
    let twice = r#"{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}"#;
    refused(twice, "Effect");
    let condition = |condition: &str| {
        format!(
            r#"{{"Statement": [{{"Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {condition}}}]}}"#
        )
    };
    let operators = r#"{"Bool": {"aws:a": "true"}, "Bool": {"aws:b": "true"}}"#;
    refused(&condition(operators), "Bool");
    refused(&condition(r#"{"Bool": {"aws:a": "true", "aws:a": "false"}}"#), "aws:a");
    let told = Malformed::DuplicateKey("aws:a".to_owned()).to_string();
    assert_eq!(told, "Syntax errors in policy: the key \"aws:a\" is there twice.");
}

#[test]
fn all_but_some_principals_are_denied_by_a_resource_alone() {
    let parsed = |effect: &str, kind| {
        let mut statement = json!({
            "Effect": effect, "NotPrincipal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"
        });
        if kind != PolicyKind::Trust {
            statement["Resource"] = json!("*");
        }
        Policy::parse(&json!({ "Statement": statement }).to_string(), kind).err()
    };
    assert_eq!(parsed("Deny", PolicyKind::Resource), None);
    assert_eq!(parsed("Allow", PolicyKind::Resource), Some(Malformed::AllowNotPrincipal));
    assert_eq!(parsed("Deny", PolicyKind::Trust), Some(Malformed::NotPrincipal));
    assert_eq!(parsed("Allow", PolicyKind::Trust), Some(Malformed::NotPrincipal));
    assert_eq!(parsed("Deny", PolicyKind::Identity), Some(Malformed::Principal));
}
