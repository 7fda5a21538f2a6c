//! Load balancers: made, described, changed, deleted.

use std::collections::{BTreeMap, BTreeSet};

use crate::world::{World, between, listener_form, one};

#[test]
fn a_load_balancer_is_active_at_once_and_has_an_interface_in_each_subnet() {
    let world = World::new();
    let subnets = world.subnets();
    let form = format!(
        "CreateLoadBalancer&Name=Web&SubnetMappings.member.1.SubnetId={}&\
         SubnetMappings.member.2.SubnetId={}&Tags.member.1.Key=team&Tags.member.1.Value=web",
        subnets[0], subnets[1]
    );
    let made = world.elb(&form);
    assert_eq!(one(&made, "Code"), "active");
    assert_eq!(one(&made, "Scheme"), "internet-facing");
    assert_eq!(one(&made, "Type"), "application");
    assert_eq!(between(&made, "ZoneName").len(), 2);
    let dns_name = one(&made, "DNSName");
    assert!(dns_name.starts_with("web-"), "{dns_name}");
    assert!(dns_name.ends_with(".us-east-1.elb.localhost"), "{dns_name}");
    let arn = one(&made, "LoadBalancerArn");
    let prefix = "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/Web/";
    assert!(arn.starts_with(prefix), "{arn}");

    let snapshot = world.snapshot();
    let balancer = snapshot.load_balancers.all().next().expect("it is there");
    let of_subnets: BTreeMap<_, _> =
        snapshot.interfaces.all().map(|one| (one.subnet_id.clone(), one.address)).collect();
    assert_eq!(of_subnets, balancer.addresses);
    assert!(of_subnets.keys().eq(&subnets[..2].iter().cloned().collect::<BTreeSet<_>>()));
    for interface in snapshot.interfaces.all() {
        assert_eq!(interface.security_group_ids, balancer.security_group_ids);
    }
    assert_eq!(balancer.security_group_ids.len(), 1);

    let interfaces = world.ec2("DescribeNetworkInterfaces");
    let description = arn.replace(&prefix.replace("app/Web/", ""), "ELB ");
    assert_eq!(between(&interfaces, "description"), [description.clone(), description]);
    let tags = world.elb(&format!("DescribeTags&ResourceArns.member.1={arn}"));
    assert_eq!((one(&tags, "Key"), one(&tags, "Value")), ("team".to_owned(), "web".to_owned()));
}

#[test]
fn making_the_same_again_answers_the_one_there_is() {
    let world = World::new();
    let arn = world.load_balancer("web");
    assert_eq!(world.load_balancer("web"), arn);
    assert_eq!(world.snapshot().interfaces.len(), 2);
    let subnets = world.subnets();
    let other = format!(
        "CreateLoadBalancer&Name=web&Subnets.member.1={}&Subnets.member.2={}",
        subnets[0], subnets[2]
    );
    assert_eq!(
        world.refused(&other),
        "DuplicateLoadBalancerName: A load balancer with the same name 'web' exists, but with \
         different settings"
    );
}

#[test]
fn load_balancers_of_all_regions_have_addresses_of_their_own() {
    let mut world = World::new();
    for region in ["us-east-1", "eu-west-1", "eu-west-2"] {
        world.in_region(region, |world| {
            for number in 0..8 {
                world.load_balancer(&format!("web-{number}"));
            }
        });
    }
    assert_eq!(world.snapshot().load_balancers.len(), 24);
}

#[test]
fn load_balancers_are_described_page_by_page_and_by_name() {
    let world = World::new();
    let arns = ["a", "b", "c"].map(|name| world.load_balancer(name));
    let first = world.elb("DescribeLoadBalancers&PageSize=2");
    assert_eq!(between(&first, "LoadBalancerName"), ["a", "b"]);
    let marker = one(&first, "NextMarker");
    let second = world.elb(&format!("DescribeLoadBalancers&PageSize=2&Marker={marker}"));
    assert_eq!(between(&second, "LoadBalancerName"), ["c"]);
    assert!(between(&second, "NextMarker").is_empty());
    let named = world.elb(&format!(
        "DescribeLoadBalancers&LoadBalancerArns.member.1={}&LoadBalancerArns.member.2={}",
        arns[2], arns[0]
    ));
    assert_eq!(between(&named, "LoadBalancerName"), ["a", "c"]);
    let named = world.elb("DescribeLoadBalancers&Names.member.1=b");
    assert_eq!(one(&named, "LoadBalancerArn"), arns[1]);
}

#[test]
fn a_load_balancer_goes_with_all_that_is_its_own() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let group = world.target_group("front");
    let listener = world.listener(&balancer, &group);
    world.elb(&format!(
        "CreateRule&ListenerArn={listener}&Priority=1&Conditions.member.1.Field=path-pattern&\
         Conditions.member.1.Values.member.1=/a&Actions.member.1.Type=forward&\
         Actions.member.1.TargetGroupArn={group}"
    ));
    let protect = |value: &str| {
        let key = "deletion_protection.enabled";
        world.elb(&format!(
            "ModifyLoadBalancerAttributes&LoadBalancerArn={balancer}&\
             Attributes.member.1.Key={key}&Attributes.member.1.Value={value}"
        ))
    };
    protect("true");
    let delete = format!("DeleteLoadBalancer&LoadBalancerArn={balancer}");
    assert_eq!(
        world.refused(&delete),
        format!(
            "OperationNotPermitted: Load balancer '{balancer}' cannot be deleted because \
             deletion protection is enabled"
        )
    );
    protect("false");
    world.elb(&delete);
    let snapshot = world.snapshot();
    let left = snapshot.load_balancers.len()
        + snapshot.listeners.len()
        + snapshot.rules.len()
        + snapshot.interfaces.len();
    assert_eq!(left, 0);
    assert_eq!(snapshot.target_groups.len(), 1);
    world.elb(&delete);
}

#[test]
fn attributes_are_shown_whole_and_set() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let shown = world.elb(&format!(
        "ModifyLoadBalancerAttributes&LoadBalancerArn={balancer}&\
         Attributes.member.1.Key=idle_timeout.timeout_seconds&Attributes.member.1.Value=4000&\
         Attributes.member.2.Key=routing.http2.enabled&Attributes.member.2.Value=true"
    ));
    let again = world.elb(&format!("DescribeLoadBalancerAttributes&LoadBalancerArn={balancer}"));
    assert_eq!(between(&shown, "member"), between(&again, "member"));
    let keys = between(&again, "Key");
    let at = keys.iter().position(|key| key == "idle_timeout.timeout_seconds");
    assert_eq!(between(&again, "Value")[at.expect("it is shown")], "4000");
    let config = planner::route_config::route_config(&world.snapshot());
    assert_eq!(config.load_balancers[0].attributes.idle_timeout_seconds, 4000);
}

#[test]
fn what_a_load_balancer_has_can_be_set_again() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let group = world.snapshot().security_groups.all().next().expect("the default").id.clone();
    let set = world.elb(&format!(
        "SetSecurityGroups&LoadBalancerArn={balancer}&SecurityGroups.member.1={group}"
    ));
    assert!(set.contains(&group));
    let form = format!("SetIpAddressType&LoadBalancerArn={balancer}&IpAddressType=ipv4");
    assert_eq!(one(&world.elb(&form), "IpAddressType"), "ipv4");
}

#[test]
fn a_load_balancer_goes_into_other_subnets_and_stays_where_it_stays() {
    let world = World::new();
    let balancer = world.load_balancer("web");
    let addresses = || world.snapshot().load_balancers.all().next().expect("it").addresses.clone();
    let subnets = world.subnets();
    let set = |ids: &[&str]| {
        let ids = ids.iter().enumerate();
        let named = ids.map(|(at, id)| format!("&Subnets.member.{}={id}", at + 1));
        format!("SetSubnets&LoadBalancerArn={balancer}{}", named.collect::<String>())
    };
    let before = addresses();
    let moved = world.elb(&set(&[&subnets[0], &subnets[2]]));
    let wanted = BTreeSet::from([&subnets[0], &subnets[2]]);
    assert!(between(&moved, "SubnetId").iter().eq(wanted.iter().copied()));
    let after = addresses();
    assert_eq!(after.get(&subnets[0]), before.get(&subnets[0]));
    assert!(after.keys().eq(wanted));
    let held: BTreeSet<_> = world.snapshot().interfaces.all().map(|one| one.address).collect();
    assert!(held.iter().eq(after.values().collect::<BTreeSet<_>>()));
    let config = planner::route_config::route_config(&world.snapshot());
    assert!(config.load_balancers[0].addresses.iter().eq(after.values()));
    let told = world.refused(&set(&[&subnets[0]]));
    assert!(told.starts_with("ValidationError: At least two subnets in two different"), "{told}");
    world.elb(&format!("DeleteLoadBalancer&LoadBalancerArn={balancer}"));
    assert_eq!(world.snapshot().interfaces.len(), 0);
}

#[test]
fn a_target_group_is_of_one_load_balancer() {
    let world = World::new();
    let (one_arn, other_arn) = (world.load_balancer("one"), world.load_balancer("other"));
    let group = world.target_group("front");
    world.listener(&one_arn, &group);
    let again = listener_form(&other_arn, (80, &group));
    assert_eq!(
        world.refused(&again),
        format!(
            "TargetGroupAssociationLimit: The following target groups cannot be associated with \
             more than one load balancer: {group}"
        )
    );
    world.elb(&format!("DeleteLoadBalancer&LoadBalancerArn={one_arn}"));
    world.elb(&again);
}
