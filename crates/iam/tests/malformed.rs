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
fn a_value_that_its_operator_cannot_read_is_refused() {
    let taken = |operator: &str, value: &Value| {
        let statement =
            when(json!({ operator: { "aws:a": ["${aws:b}", value] } }), allow("*", "*"));
        let text = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        let told = Policy::parse(&text, PolicyKind::Identity);
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let (operator, key) = (operator.to_owned(), "aws:a".to_owned());
        match told {
            Ok(_) => true,
            Err(why) => {
                assert_eq!(why, Malformed::InvalidValue { operator, key, value });
                false
            }
        }
    };
    for (operator, good, bad) in [
        (
            "IpAddress",
            json!(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "::1", "0.0.0.0/0"]),
            json!(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", " 10.0.0.1", "a", "", 10]),
        ),
        ("NotIpAddressIfExists", json!(["10.0.0.0/8"]), json!(["10.0.0.0 /8", "10.0.0.1\n"])),
        ("DateLessThan", json!(["2020", "2020-01", 1_577_836_800]), json!(["never", "", true])),
        ("Bool", json!(["true", "False", true]), json!(["yes", "", 1, " true"])),
        ("Null", json!(["true", false]), json!(["null", "0"])),
        ("NumericNotEquals", json!(["1", "-1.5", 7, "1e3"]), json!(["one", "", "1 ", "NaN", true])),
        ("BinaryEquals", json!(["QmluYXJ5", "QQ==", ""]), json!(["QQ=", "Q===", "Q-==", "QQ= "])),
        (
            "ForAnyValue:ArnNotLike",
            json!(["arn:aws:iam::000000000000:role/*", "arn:*:s3:::b", "*:*:*:*:*:*"]),
            json!(["ann", "*", "arn:aws:s3", "urn:aws:s3:::b", " arn:aws:s3:::b", "arn:aws:s3:::"]),
        ),
        ("StringLike", json!(["", " ", "anything", 1, true]), json!([])),
    ] {
        let all = |values: &Value| values.as_array().cloned().unwrap_or_default();
        for value in all(&good) {
            assert!(taken(operator, &value), "{operator} {value}");
        }
        for value in all(&bad) {
            assert!(!taken(operator, &value), "{operator} {value}");
        }
    }
    let told = Malformed::InvalidValue {
        operator: "IpAddress".to_owned(),
        key: "aws:SourceIp".to_owned(),
        value: "here".to_owned(),
    };
    let expected = "Invalid value \"here\" for Condition IpAddress of aws:SourceIp.";
    assert_eq!(told.to_string(), expected);
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
