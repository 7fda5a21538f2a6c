//! The bytes of each protocol, success and error, and what stays out of `Debug`.

use std::collections::BTreeMap;

use aws_api::{ec2, ecs, elbv2, logs, sts};
use expect_test::{ExpectFile, expect, expect_file};
use model::Timestamp;
use wire::{ApiError, Field, Request, Service, Shape};

fn request(service: &'static Service, operation: &str) -> Request<'static> {
    Request {
        service,
        operation: service.operation(operation).expect("the operation is imported"),
        protocol: service.protocol,
        query: "",
        body: b"",
        request_id: "request-1",
    }
}

fn shown(response: &wire::Response) -> String {
    let headers: Vec<String> =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    let body = String::from_utf8_lossy(&response.body);
    format!("{}\n{}\n{body}\n", response.status, headers.concat())
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check<T: Shape>(service: &'static Service, operation: &str, output: &T, expected: ExpectFile) {
    expected.assert_eq(&shown(&request(service, operation).encode(output)));
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads better where it is called")]
fn check_error(service: &'static Service, operation: &str, error: &ApiError, expected: ExpectFile) {
    expected.assert_eq(&shown(&request(service, operation).refuse(error)));
}

#[test]
fn aws_json() {
    let output = ecs::RegisterContainerInstanceResponse {
        container_instance: Some(ecs::ContainerInstance {
            version: Some(7),
            agent_connected: Some(true),
            registered_at: Some(Timestamp::from_millis(1_700_000_000_250)),
            attachments: Some(Vec::new()),
            tags: Some(vec![ecs::Tag {
                key: Some("a\"\n".to_owned()),
                value: Some("ü".to_owned()),
            }]),
            ..ecs::ContainerInstance::default()
        }),
    };
    check(
        &ecs::SERVICE,
        "RegisterContainerInstance",
        &output,
        expect_file!["scripts/golden_aws_json.txt"],
    );
    let error = ecs::errors::conflict_exception("in use")
        .with("resourceIds", Field::List(vec!["a".to_owned()]));
    check_error(
        &ecs::SERVICE,
        "CreateDaemon",
        &error,
        expect_file!["scripts/golden_aws_json_error.txt"],
    );
    check(
        &logs::SERVICE,
        "CreateLogGroup",
        &logs::CreateLogGroupResponse {},
        expect_file!["scripts/golden_aws_json_empty.txt"],
    );
}

#[test]
fn query() {
    let output = elbv2::CreateTargetGroupOutput {
        target_groups: Some(vec![elbv2::TargetGroup {
            target_group_name: Some("a<b>&\"c\"\r\u{7}".to_owned()),
            port: Some(80),
            load_balancer_arns: Some(vec!["x".to_owned()]),
            ..elbv2::TargetGroup::default()
        }]),
    };
    check(&elbv2::SERVICE, "CreateTargetGroup", &output, expect_file!["scripts/golden_query.txt"]);
    let output = elbv2::DescribeLoadBalancersOutput {
        load_balancers: Some(vec![elbv2::LoadBalancer {
            created_time: Some(Timestamp::from_millis(1_700_000_000_250)),
            ..elbv2::LoadBalancer::default()
        }]),
        next_marker: None,
    };
    check(
        &elbv2::SERVICE,
        "DescribeLoadBalancers",
        &output,
        expect_file!["scripts/golden_query_timestamp.txt"],
    );
    let error = elbv2::errors::load_balancer_not_found_exception("no `a<b`");
    check_error(
        &elbv2::SERVICE,
        "DescribeLoadBalancers",
        &error,
        expect_file!["scripts/golden_query_error.txt"],
    );
    check_error(
        &sts::SERVICE,
        "AssumeRole",
        &wire::internal_failure(),
        expect_file!["scripts/golden_query_our_fault.txt"],
    );
}

#[test]
fn ec2() {
    let output = ec2::DescribeVpcsResult {
        next_token: None,
        vpcs: Some(vec![ec2::Vpc {
            vpc_id: Some("vpc-1".to_owned()),
            is_default: Some(true),
            state: Some(ec2::VpcState::Available),
            ..ec2::Vpc::default()
        }]),
    };
    check(&ec2::SERVICE, "DescribeVpcs", &output, expect_file!["scripts/golden_ec2.txt"]);
    check(
        &ec2::SERVICE,
        "CreateTags",
        &ec2::CreateTagsResponse {},
        expect_file!["scripts/golden_ec2_empty.txt"],
    );
    let error = ApiError::client("InvalidVpcID.NotFound", "The vpc ID 'vpc-2' does not exist");
    check_error(
        &ec2::SERVICE,
        "DescribeVpcs",
        &error,
        expect_file!["scripts/golden_ec2_error.txt"],
    );
}

#[test]
fn secrets_stay_out_of_debug() {
    let credentials = sts::Credentials {
        access_key_id: Some("AKIA".to_owned()),
        secret_access_key: Some("secret".to_owned()),
        session_token: Some("secret".to_owned()),
        expiration: None,
    };
    expect![[r#"Credentials { AccessKeyId: "AKIA", SecretAccessKey: ***, SessionToken: *** }"#]]
        .assert_eq(&format!("{credentials:?}"));
    let container = ecs::ContainerDefinition {
        environment: Some(vec![ecs::KeyValuePair {
            name: Some("PASSWORD".to_owned()),
            value: Some("secret".to_owned()),
        }]),
        docker_labels: Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])),
        links: Some(Vec::new()),
        repository_credentials: Some(ecs::RepositoryCredentials {
            credentials_parameter: Some("secret".to_owned()),
        }),
        cpu: Some(0),
        ..ecs::ContainerDefinition::default()
    };
    let shown = format!("{container:?}");
    assert!(!shown.contains("secret"), "{shown}");
    expect_file!["scripts/golden_debug.txt"].assert_eq(&shown);
    let task_override = ecs::ContainerOverride {
        environment_files: Some(Vec::new()),
        ..ecs::ContainerOverride::default()
    };
    expect!["ContainerOverride { environmentFiles: [] }"].assert_eq(&format!("{task_override:?}"));
}

#[test]
fn secrets_stay_out_of_refusals() {
    let body = "Action=CreateListener&Version=2015-12-01&DefaultActions.member.1.\
                AuthenticateOidcConfig.ClientSecret.x=hush";
    let facts = wire::Facts { body: body.as_bytes(), ..wire::Facts::default() };
    let route = wire::route(aws_api::SERVICES, &facts).expect("the version tells the service");
    let error = route.request(&facts, "").decode().expect_err("a secret has no members");
    assert!(!error.message.contains("hush"), "{error}");
}

#[test]
fn equal_means_equal_in_every_member() {
    let tag = |key: Option<&str>, value: Option<&str>| ecs::Tag {
        key: key.map(str::to_owned),
        value: value.map(str::to_owned),
    };
    assert_eq!(tag(Some("a"), None), tag(Some("a"), None));
    assert_ne!(tag(Some("a"), None), tag(None, Some("a")));
    assert_ne!(tag(Some("a"), None), tag(Some("a"), Some("")));
}
