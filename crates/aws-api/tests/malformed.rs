//! Requests that no client library sends: each gets AWS's error code, none a panic.
//!
//! The answers are in `scripts/`, one file a test; `UPDATE_EXPECT=1` writes them anew.

use std::fmt::Write;

use expect_test::{ExpectFile, expect_file};
use wire::{Facts, Response};

#[test]
fn json_that_is_not_json() {
    check_json(
        "ecs.ListClusters",
        &[
            "{",
            "{} {}",
            "null",
            "[]",
            r#""x""#,
            r#"{"nextToken": "\ud800"}"#,
            r#"{"maxResults": NaN}"#,
            r#"{"maxResults": 1e999}"#,
        ],
        expect_file!["scripts/json_that_is_not_json.txt"],
    );
    let body: &[u8] = b"{\"nextToken\": \"\xff\"}";
    let target = target("ecs.ListClusters");
    let answer = refusal(Facts { target: Some(&target), body, ..Facts::default() });
    assert!(answer.starts_with("400 SerializationException: invalid unicode"), "{answer}");
}

#[test]
fn json_of_the_wrong_types() {
    check_json(
        "ecs.CreateService",
        &[
            r#"{"desiredCount": "7"}"#,
            r#"{"desiredCount": 1.5}"#,
            r#"{"desiredCount": 2147483648}"#,
            r#"{"desiredCount": 99999999999999999999}"#,
            r#"{"serviceName": {}}"#,
            r#"{"serviceName": 1}"#,
            r#"{"loadBalancers": "a"}"#,
            r#"{"loadBalancers": [[]]}"#,
            r#"{"placementStrategy": [{}, {"field": true}]}"#,
            r#"{"networkConfiguration": 1}"#,
            r#"{"enableECSManagedTags": "true"}"#,
            r#"{"serviceName": "a", "serviceName": "b"}"#,
        ],
        expect_file!["scripts/json_of_the_wrong_types.txt"],
    );
}

#[test]
fn json_members_that_do_not_exist() {
    check_json(
        "ecs.CreateCluster",
        &[
            r#"{"clustername": "a"}"#,
            r#"{"tags": [{"key": "a"}, {"key": "b", "vlaue": null}]}"#,
            r#"{"configuration": {"executeCommandConfiguration": {"": 1}}}"#,
        ],
        expect_file!["scripts/json_members_that_do_not_exist.txt"],
    );
}

#[test]
fn json_that_breaks_a_constraint_of_ecs() {
    check_json(
        "ecs.CreateService",
        &[
            "{}",
            r#"{"serviceName": "a", "launchType": "EC3"}"#,
            r#"{"serviceName": "a", "serviceRegistries": [null]}"#,
            r#"{"serviceName": "a", "tags": [{"key": "", "value": "☃"}]}"#,
            r#"{"launchType": "ec2", "networkConfiguration": {"awsvpcConfiguration": {}}}"#,
        ],
        expect_file!["scripts/json_that_breaks_a_constraint_of_ecs.txt"],
    );
}

#[test]
fn json_that_breaks_a_constraint_of_logs() {
    check_json(
        "logs.CreateLogGroup",
        &[
            r#"{"logGroupName": "a b"}"#,
            r#"{"logGroupName": ""}"#,
            r#"{"logGroupName": "a", "tags": {"": "b"}}"#,
        ],
        expect_file!["scripts/json_that_breaks_a_constraint_of_logs.txt"],
    );
}

#[test]
fn json_nested_without_end() {
    let deep = "[".repeat(100_000);
    let bodies = [format!("{{\"clusters\": {deep}"), format!("{{\"x\": {deep}")];
    for body in bodies {
        let target = target("ecs.DescribeClusters");
        let body = body.as_bytes();
        let answer = refusal(Facts { target: Some(&target), body, ..Facts::default() });
        assert!(answer.starts_with("400 "), "{answer}");
    }
}

#[test]
fn a_long_name_is_not_repeated_whole() {
    let body = format!("{{\"{}\": 1}}", "x".repeat(1_000_000));
    let target = target("ecs.DescribeClusters");
    let facts = Facts { target: Some(&target), body: body.as_bytes(), ..Facts::default() };
    assert!(refusal(facts).len() < 500);
    let body = format!("Version=2015-12-01&Action=DescribeRules&{}=1", "x".repeat(1_000_000));
    assert!(refusal(Facts { body: body.as_bytes(), ..Facts::default() }).len() < 500);
}

#[test]
fn names_that_lead_nowhere() {
    let target_only = |target| Facts { target: Some(target), ..Facts::default() };
    let form = |scope, body: &'static str| Facts {
        scope_service: Some(scope),
        body: body.as_bytes(),
        ..Facts::default()
    };
    let requests = [
        ("unknown operation", target_only("AmazonEC2ContainerServiceV20141113.CreateClusters")),
        ("unknown target", target_only("Unheard.Of")),
        ("no dot", target_only("")),
        ("unknown action", form("elasticloadbalancing", "Action=X&Version=2015-12-01")),
        ("unknown action", form("ec2", "Action=X&Version=2016-11-15")),
        ("no action", form("elasticloadbalancing", "Version=2015-12-01")),
        ("old version", form("elasticloadbalancing", "Action=DescribeRules&Version=2012-06-01")),
        ("no target", form("ecs", "{}")),
        ("another service", form("s3", "")),
        ("nothing", Facts::default()),
    ];
    let mut script = String::new();
    for (what, facts) in requests {
        writeln!(script, "{what}\n----\n{}\n", refusal(facts)).expect("a string");
    }
    expect_file!["scripts/names_that_lead_nowhere.txt"].assert_eq(&script);
}

#[test]
fn forms_that_are_no_forms() {
    check_form(
        "Version=2015-12-01&Action=DescribeRules&",
        &[
            "ListenerArn=%ff",
            "ListenerArn=a&ListenerArn=b",
            "ListenerArn.x=a",
            "RuleArns=a",
            "RuleArns.member=a",
            "RuleArns.1=a",
            "RuleArns.member.x=a",
            "RuleArns.member.1=a&RuleArns.member.01=b",
            "RuleArns.member.0=a",
            "RuleArns.member.-1=a",
            "RuleArns.member.999999999=a",
            "RuleArns.member.99999999999999999999=a",
            ".=a",
            "=a",
        ],
        expect_file!["scripts/forms_that_are_no_forms.txt"],
    );
    let body: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15&A=\xff";
    let answer = refusal(Facts { body, scope_service: Some("sts"), ..Facts::default() });
    assert_eq!(answer, "400 MalformedQueryString: the request body is not UTF-8");
}

#[test]
fn forms_without_end() {
    const START: &str = "Version=2015-12-01&Action=DescribeRules";
    let deep = format!("{START}&A{}=x", ".1".repeat(100_000));
    let many = format!("{START}{}", "&a=".repeat(30_000));
    for (body, expected) in [(deep, "more than 32 labels"), (many, "more than 20000 parameters")] {
        let answer = refusal(Facts { body: body.as_bytes(), ..Facts::default() });
        assert!(answer.contains(expected), "{answer}");
    }
}

#[test]
fn forms_that_break_a_constraint_of_elbv2() {
    check_form(
        "Version=2015-12-01&Action=CreateTargetGroup&",
        &[
            "",
            "Name=a&Port=0&TargetType=vm",
            "Name=a&Port=http",
            "Name=a&HealthCheckEnabled=maybe",
            "Name=a&Colour=blue",
            "Name=a&Tags.member.1.Value=b",
        ],
        expect_file!["scripts/forms_that_break_a_constraint_of_elbv2.txt"],
    );
}

#[test]
fn forms_that_break_a_constraint_of_ec2() {
    check_form(
        "Version=2016-11-15&",
        &[
            "Action=CreateSecurityGroup&GroupDescription=a",
            "Action=CreateSecurityGroup&GroupName=a&Description=a",
            "Action=DescribeVpcs&MaxResults=3",
            "Action=DescribeVpcs&MaxResults=few",
            "Action=DescribeVpcs&Filter.1.Colour=blue",
            "Action=DescribeVpcs&Filter.4000000000.Value.1=a",
            "Action=DescribeVpcAttribute&VpcId=vpc-1&Attribute=size",
        ],
        expect_file!["scripts/forms_that_break_a_constraint_of_ec2.txt"],
    );
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check_json(operation: &str, bodies: &[&str], expected: ExpectFile) {
    let mut script = String::new();
    let target = target(operation);
    for body in bodies {
        let facts = Facts { target: Some(&target), body: body.as_bytes(), ..Facts::default() };
        writeln!(script, "{operation} {body}\n----\n{}\n", refusal(facts)).expect("a string");
    }
    expected.assert_eq(&script);
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check_form(start: &str, rests: &[&str], expected: ExpectFile) {
    let mut script = String::new();
    for rest in rests {
        let body = format!("{start}{rest}");
        let facts = Facts { body: body.as_bytes(), ..Facts::default() };
        writeln!(script, "{body}\n----\n{}\n", refusal(facts)).expect("a string");
    }
    expected.assert_eq(&script);
}

fn target(operation: &str) -> String {
    let (service, operation) = operation.split_once('.').expect("service.Operation");
    let service = aws_api::SERVICES.iter().find(|it| it.name == service).expect("a service");
    format!("{}.{operation}", service.target_prefix)
}

/// The status, code and message that the request is refused with.
fn refusal(facts: Facts<'_>) -> String {
    let response = match wire::route(aws_api::SERVICES, &facts) {
        Ok(route) => {
            let request = route.request(&facts, "request-1");
            match request.decode() {
                Ok(value) => panic!("accepted as {value:?}"),
                Err(error) => request.refuse(&error),
            }
        }
        Err(refusal) => refusal.response("request-1"),
    };
    shown(&response)
}

fn shown(response: &Response) -> String {
    let body = std::str::from_utf8(&response.body).expect("answers are UTF-8");
    let code = response.error_code.as_deref().expect("a refusal has a code");
    let message = if let Ok(body) = serde_json::from_str::<serde_json::Value>(body) {
        body["message"].as_str().expect("a refusal has a message").to_owned()
    } else {
        let (_, message) = body.split_once("<Message>").expect("a refusal has a message");
        message.split_once("</Message>").expect("the element ends").0.to_owned()
    };
    format!("{} {code}: {message}", response.status)
}
