//! What is refused, and in which words.

use expect_test::expect_file;

use crate::world::{World, check_script};

#[test]
fn load_balancing_says_why_it_refuses() {
    let world = World::new();
    let (vpc, subnets) = (world.vpc(), world.subnets());
    let balancer = world.load_balancer("web");
    let group = world.target_group("front");
    let listener = world.listener(&balancer, &group);
    let names = [
        ("vpc", vpc.as_str()),
        ("a", &subnets[0]),
        ("b", &subnets[1]),
        ("listener", &listener),
        ("balancer", &balancer),
        ("group", &group),
    ];
    check_script(&world, &names, expect_file!["scripts/load_balancing_refused.txt"]);
}

#[test]
fn networks_say_why_they_refuse() {
    let world = World::new();
    let (vpc, subnets) = (world.vpc(), world.subnets());
    let names = [("vpc", vpc.as_str()), ("a", &subnets[0])];
    check_script(&world, &names, expect_file!["scripts/networks_refused.txt"]);
}
