//! Target groups: made, described, changed, deleted.

use std::fmt::Write as _;

use crate::world::{World, between, one};

#[test]
fn a_target_group_has_the_defaults_and_is_made_once() {
    let world = World::new();
    let arn = world.target_group("front");
    assert_eq!(world.target_group("front"), arn);
    let shown = world.elb("DescribeTargetGroups&Names.member.1=front");
    let table = [
        ("HealthCheckPath", "/"),
        ("HealthCheckPort", "traffic-port"),
        ("HealthCheckIntervalSeconds", "30"),
        ("HealthCheckTimeoutSeconds", "5"),
        ("HealthyThresholdCount", "5"),
        ("UnhealthyThresholdCount", "2"),
        ("HttpCode", "200"),
        ("TargetType", "ip"),
        ("ProtocolVersion", "HTTP1"),
    ];
    for (name, value) in table {
        assert_eq!(one(&shown, name), value, "{name}");
    }
    let other = format!("{}&HealthCheckPath=/healthz", world.target_group_form("front"));
    assert_eq!(
        world.refused(&other),
        "DuplicateTargetGroupName: A target group with the same name 'front' exists, but with \
         different settings"
    );
}

#[test]
fn the_health_check_is_changed_in_part() {
    let world = World::new();
    let arn = world.target_group("front");
    let modify = |change: &str| format!("ModifyTargetGroup&TargetGroupArn={arn}&{change}");
    let changed = world.elb(&modify(
        "HealthCheckIntervalSeconds=5&HealthCheckTimeoutSeconds=2&HealthCheckPort=8081&\
         Matcher.HttpCode=200-299,301&HealthyThresholdCount=2",
    ));
    assert_eq!(one(&changed, "HealthCheckIntervalSeconds"), "5");
    assert_eq!(one(&changed, "HealthCheckPort"), "8081");
    assert_eq!(one(&changed, "HealthCheckPath"), "/");
    assert_eq!(
        world.refused(&modify("HealthCheckTimeoutSeconds=5")),
        "ValidationError: Health check interval must be greater than the timeout."
    );
}

#[test]
fn load_balancers_of_a_group_are_shown() {
    let world = World::new();
    let (balancer, group) = (world.load_balancer("web"), world.target_group("front"));
    world.target_group("idle");
    world.listener(&balancer, &group);
    let shown = world.elb(&format!("DescribeTargetGroups&LoadBalancerArn={balancer}"));
    assert_eq!(between(&shown, "TargetGroupName"), ["front"]);
    assert!(one(&shown, "LoadBalancerArns").contains(&balancer));
}

#[test]
fn attributes_reach_the_data_plane() {
    let world = World::new();
    let arn = world.target_group("front");
    let set = |pairs: &[(&str, &str)]| {
        let mut form = format!("ModifyTargetGroupAttributes&TargetGroupArn={arn}");
        for (number, (key, value)) in (1..).zip(pairs) {
            let member = format!("Attributes.member.{number}");
            write!(form, "&{member}.Key={key}&{member}.Value={value}")
                .expect("a string takes any text");
        }
        world.call(&aws_api::elbv2::SERVICE, &form)
    };
    set(&[("deregistration_delay.timeout_seconds", "0"), ("slow_start.duration_seconds", "30")])
        .expect("both are honoured");
    let refusal = set(&[("load_balancing.algorithm.type", "least_outstanding_requests")]);
    assert_eq!(
        refusal.expect_err("slow start is on"),
        "InvalidConfigurationRequest: 'slow_start.duration_seconds' can be enabled only when \
         'load_balancing.algorithm.type' is 'round_robin'"
    );
    let config = planner::route_config::route_config(&world.snapshot());
    let attributes = &config.target_groups[0].attributes;
    assert_eq!(attributes.deregistration_delay_seconds, 0);
    assert_eq!(attributes.slow_start_seconds, 30);
    let shown = world.elb(&format!("DescribeTargetGroupAttributes&TargetGroupArn={arn}"));
    assert_eq!(between(&shown, "Key").len(), 14);
}

#[test]
fn a_group_that_is_not_there_is_deleted_already() {
    let world = World::new();
    let arn = world.target_group("front");
    let delete = format!("DeleteTargetGroup&TargetGroupArn={arn}");
    world.elb(&delete);
    world.elb(&delete);
    assert_eq!(
        world.refused("DescribeTargetGroups&Names.member.1=front"),
        "TargetGroupNotFound: One or more target groups not found"
    );
}

#[test]
fn tags_are_added_and_removed_on_every_kind() {
    let world = World::new();
    let (balancer, group) = (world.load_balancer("web"), world.target_group("front"));
    let listener = world.listener(&balancer, &group);
    let arns = [&balancer, &group, &listener];
    let named = (1..).zip(arns).fold(String::new(), |form, (number, arn)| {
        form + &format!("&ResourceArns.member.{number}={arn}")
    });
    world.elb(&format!("AddTags{named}&Tags.member.1.Key=a&Tags.member.1.Value=1"));
    world.elb(&format!("AddTags{named}&Tags.member.1.Key=a&Tags.member.1.Value=2"));
    let shown = world.elb(&format!("DescribeTags{named}"));
    assert_eq!(between(&shown, "Value"), ["2", "2", "2"]);
    world.elb(&format!("RemoveTags{named}&TagKeys.member.1=a"));
    assert!(between(&world.elb(&format!("DescribeTags{named}")), "Key").is_empty());
}
