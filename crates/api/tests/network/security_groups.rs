//! Security groups: those of other VPCs, and requests of the same moment.

use model::{Rng, TrafficPeer};

use crate::world::{World, check_exclusive, codes_of, one};

/// A group of the default VPC.
fn group(world: &World, name: &str) -> String {
    one(&world.ec2(&format!("CreateSecurityGroup&GroupName={name}&GroupDescription=d")), "groupId")
}

fn group_of(world: &World, vpc_id: &str, name: &str) -> String {
    let form = format!("CreateSecurityGroup&GroupName={name}&GroupDescription=d&VpcId={vpc_id}");
    one(&world.ec2(&form), "groupId")
}

/// A rule for port 80 from a peer, such as `IpRanges.1.CidrIp=10.0.0.0/8`.
fn permission(operation: &str, group: &str, peer: &str) -> String {
    format!(
        "{operation}&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&\
         IpPermissions.1.ToPort=80&IpPermissions.1.{peer}"
    )
}

/// Makes a VPC beside the default one.
fn other_vpc(world: &World) -> String {
    let cidr = model::Cidr::parse("10.7.0.0/16").expect("a range");
    let made = planner::network::new_vpc(&world.caller.scope, cidr, &mut Rng::seeded(7));
    let id = made.vpc.id.clone();
    world.commit(|_, plan| made.insert_into(plan));
    id
}

fn refused(world: &World, form: &str) -> String {
    world.call(&aws_api::ec2::SERVICE, form).expect_err(form)
}

#[test]
fn a_name_is_free_in_another_vpc_and_means_a_group_of_the_default_one() {
    let world = World::new();
    let vpc_id = other_vpc(&world);
    let here = group(&world, "web");
    let there = group_of(&world, &vpc_id, "web");
    assert_ne!(here, there);
    let deleted = world.ec2("DeleteSecurityGroup&GroupName=web");
    assert_eq!(one(&deleted, "groupId"), here);
    let told = refused(&world, "DeleteSecurityGroup&GroupName=web");
    assert!(told.starts_with("InvalidGroup.NotFound: The security group 'web' does not"), "{told}");
}

#[test]
fn outside_the_default_vpc_what_is_not_there_is_refused() {
    let world = World::new();
    let vpc_id = other_vpc(&world);
    let group = group_of(&world, &vpc_id, "web");
    let ranges = "IpRanges.1.CidrIp=10.0.0.0/8";
    world.ec2(&permission("AuthorizeSecurityGroupIngress", &group, ranges));
    let both = format!("{ranges}&IpPermissions.1.IpRanges.2.CidrIp=10.0.0.0/9");
    assert_eq!(
        refused(&world, &permission("RevokeSecurityGroupIngress", &group, &both)),
        "InvalidPermission.NotFound: The specified rule does not exist in this security group."
    );
    let snapshot = world.snapshot();
    let known = snapshot.security_groups.get(&world.caller.scope, &group).expect("it was made");
    assert_eq!(known.rules.len(), 2);
}

#[test]
fn a_rule_refers_to_groups_of_its_own_vpc() {
    let world = World::new();
    let vpc_id = other_vpc(&world);
    let (here, there) = (group(&world, "here"), group_of(&world, &vpc_id, "there"));
    let words = "InvalidGroup.NotFound: You have specified two resources that belong to different \
                 networks.";
    for (of, peer) in [
        (&here, format!("Groups.1.GroupId={there}")),
        (&there, format!("Groups.1.GroupId={here}")),
        (&there, "Groups.1.GroupName=here".to_owned()),
    ] {
        let form = permission("AuthorizeSecurityGroupIngress", of, &peer);
        assert_eq!(refused(&world, &form), words, "{form}");
    }
}

#[test]
fn no_rule_is_made_about_a_group_that_is_deleted_at_the_same_moment() {
    let world = World::new();
    let ec2 = &aws_api::ec2::SERVICE;
    let codes = check_exclusive(&world, |world, round| {
        let peer = group(world, &format!("peer-{round}"));
        let other = group(world, &format!("other-{round}"));
        let pair = format!("Groups.1.GroupId={peer}");
        [
            (ec2, permission("AuthorizeSecurityGroupIngress", &other, &pair)),
            (ec2, format!("DeleteSecurityGroup&GroupId={peer}")),
        ]
    });
    assert!(codes.is_subset(&codes_of(["DependencyViolation", "InvalidGroup.NotFound"])));
    let snapshot = world.snapshot();
    for group in snapshot.security_groups.list(&world.caller.scope) {
        for rule in group.rules.values() {
            if let TrafficPeer::Group(id) = &rule.peer {
                assert!(snapshot.security_groups.get(&world.caller.scope, id).is_some(), "{id}");
            }
        }
    }
}

#[test]
fn no_rule_is_made_about_a_list_that_is_deleted_at_the_same_moment() {
    let world = World::new();
    let ec2 = &aws_api::ec2::SERVICE;
    let codes = check_exclusive(&world, |world, round| {
        let form = "CreateManagedPrefixList&PrefixListName=a&MaxEntries=1&AddressFamily=IPv4";
        let list = one(&world.ec2(form), "prefixListId");
        let group = group(world, &format!("group-{round}"));
        let peer = format!("PrefixListIds.1.PrefixListId={list}");
        [
            (ec2, permission("AuthorizeSecurityGroupEgress", &group, &peer)),
            (ec2, format!("DeleteManagedPrefixList&PrefixListId={list}")),
        ]
    });
    assert!(codes.is_subset(&codes_of(["DependencyViolation", "InvalidPrefixListID.NotFound"])));
}

#[test]
fn no_load_balancer_is_made_in_a_group_that_is_deleted_at_the_same_moment() {
    let world = World::new();
    let subnets = world.subnets();
    let codes = check_exclusive(&world, |world, round| {
        let group = group(world, &format!("group-{round}"));
        let form = format!(
            "CreateLoadBalancer&Name=web-{round}&Subnets.member.1={}&Subnets.member.2={}&\
             SecurityGroups.member.1={group}",
            subnets[0], subnets[1]
        );
        [
            (&aws_api::elbv2::SERVICE, form),
            (&aws_api::ec2::SERVICE, format!("DeleteSecurityGroup&GroupId={group}")),
        ]
    });
    assert!(codes.is_subset(&codes_of(["DependencyViolation", "InvalidSecurityGroup"])));
}
