//! Targets: registered, watched, drained.

use crate::world::{World, between, one};

/// A world with a load balancer that forwards to a group, whose ARN is given.
fn with_group() -> (World, String) {
    let world = World::new();
    let group = world.target_group("front");
    let balancer = world.load_balancer("web");
    world.listener(&balancer, &group);
    (world, group)
}

fn register(group: &str, address: &str) -> String {
    format!("RegisterTargets&TargetGroupArn={group}&Targets.member.1.Id={address}")
}

fn deregister(group: &str, address: &str) -> String {
    format!("DeregisterTargets&TargetGroupArn={group}&Targets.member.1.Id={address}")
}

fn health(world: &World, group: &str) -> String {
    world.elb(&format!("DescribeTargetHealth&TargetGroupArn={group}"))
}

#[test]
fn a_target_is_registered_with_the_port_of_its_group() {
    let (world, group) = with_group();
    world.elb(&register(&group, "172.31.16.9"));
    world.elb(&format!("{}&Targets.member.1.Port=8080", register(&group, "172.31.16.9")));
    let shown = health(&world, &group);
    assert_eq!(between(&shown, "Port"), ["80", "8080"]);
    assert_eq!(between(&shown, "HealthCheckPort"), ["80", "8080"]);
    assert_eq!(between(&shown, "AvailabilityZone"), ["us-east-1b", "us-east-1b"]);
    assert_eq!(between(&shown, "State"), ["initial", "initial"]);
    assert_eq!(between(&shown, "Reason")[0], "Elb.RegistrationInProgress");
    assert_eq!(
        planner::route_config::route_config(&world.snapshot()).target_groups[0].targets.len(),
        2
    );
}

#[test]
fn a_target_of_an_unused_group_is_unused_until_it_is_used() {
    let world = World::new();
    let group = world.target_group("front");
    world.elb(&register(&group, "172.31.0.9"));
    assert_eq!(one(&health(&world, &group), "Reason"), "Target.NotInUse");
    let balancer = world.load_balancer("web");
    world.listener(&balancer, &group);
    assert_eq!(one(&health(&world, &group), "State"), "initial");
    world.reconcile_targets();
    assert_eq!(one(&health(&world, &group), "State"), "initial");
    world.elb(&format!("DeleteLoadBalancer&LoadBalancerArn={balancer}"));
    assert_eq!(one(&health(&world, &group), "State"), "unused");
    world.elb(&deregister(&group, "172.31.0.9"));
    assert!(between(&health(&world, &group), "State").is_empty());
}

#[test]
fn a_target_drains_and_can_come_back() {
    let (world, group) = with_group();
    world.elb(&register(&group, "172.31.0.9"));
    world.elb(&deregister(&group, "172.31.0.9"));
    assert_eq!(one(&health(&world, &group), "Reason"), "Target.DeregistrationInProgress");
    world.reconcile_targets();
    assert_eq!(one(&health(&world, &group), "State"), "draining");
    world.elb(&register(&group, "172.31.0.9"));
    assert_eq!(one(&health(&world, &group), "State"), "initial");
    world.elb(&deregister(&group, "172.31.0.10"));
}

#[test]
fn a_target_that_is_asked_for_and_not_registered_is_said_so() {
    let (world, group) = with_group();
    let shown = world.elb(&format!(
        "DescribeTargetHealth&TargetGroupArn={group}&Targets.member.1.Id=172.31.0.9"
    ));
    assert_eq!(one(&shown, "State"), "unused");
    assert_eq!(one(&shown, "Reason"), "Target.NotRegistered");
}

#[test]
fn what_cannot_be_a_target_is_refused() {
    let (world, group) = with_group();
    let vpc = world.vpc();
    assert_eq!(
        world.refused(&register(&group, "10.0.0.1")),
        format!(
            "InvalidTarget: The IP address '10.0.0.1' is not within the IPv4 CIDR blocks of the \
             VPC '{vpc}'"
        )
    );
    assert!(world.refused(&register(&group, "i-0123456789abcdef0")).starts_with("InvalidTarget: "));
    let elsewhere =
        format!("{}&Targets.member.1.AvailabilityZone=us-east-1c", register(&group, "172.31.0.9"));
    assert_eq!(
        world.refused(&elsewhere),
        "InvalidTarget: The IP address '172.31.0.9' is not in the Availability Zone 'us-east-1c'"
    );
    assert_eq!(world.snapshot().targets.len(), 0);
}
