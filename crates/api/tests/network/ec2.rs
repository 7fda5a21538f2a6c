//! Networks as EC2 shows them: the default VPC and what is in it.

use crate::world::{World, between, one};

#[test]
fn a_region_has_a_network_from_its_first_use() {
    let mut world = World::new();
    let vpc = world.ec2("DescribeVpcs&Filter.1.Name=isDefault&Filter.1.Value.1=true");
    assert_eq!(between(&vpc, "cidrBlock")[0], "172.31.0.0/16");
    let vpc_id = one(&vpc, "vpcId");
    assert_eq!(one(&world.ec2("DescribeVpcs"), "vpcId"), vpc_id);
    let subnets = world.ec2(&format!(
        "DescribeSubnets&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc_id}&\
         Filter.2.Name=default-for-az&Filter.2.Value.1=true"
    ));
    assert_eq!(between(&subnets, "subnetId").len(), 3);
    assert_eq!(between(&subnets, "availableIpAddressCount"), ["4091", "4091", "4091"]);
    let other = world.in_region("eu-west-1", |world| one(&world.ec2("DescribeVpcs"), "vpcId"));
    assert_ne!(other, vpc_id);
    let attributes = world.ec2("DescribeAccountAttributes&AttributeName.1=default-vpc");
    assert_eq!(one(&attributes, "attributeValue"), vpc_id);
}

#[test]
fn an_address_that_is_held_is_not_available() {
    let world = World::new();
    world.load_balancer("web");
    let counts = between(&world.ec2("DescribeSubnets"), "availableIpAddressCount");
    assert_eq!(counts.iter().filter(|count| *count == "4090").count(), 2);
    let found = world
        .ec2("DescribeNetworkInterfaces&Filter.1.Name=requester-id&Filter.1.Value.1=amazon-elb");
    assert_eq!(between(&found, "status"), ["attached", "in-use"].repeat(2));
    assert_eq!(between(&found, "groupName"), ["default"; 2]);
}

#[test]
fn the_default_group_lets_in_its_own_and_lets_out_everything() {
    let world = World::new();
    let groups = world.ec2("DescribeSecurityGroups&GroupName.1=default");
    assert_eq!(one(&groups, "groupName"), "default");
    assert_eq!(one(&groups, "cidrIp"), "0.0.0.0/0");
    let rules = world.ec2("DescribeSecurityGroupRules");
    assert_eq!(between(&rules, "isEgress").len(), 2);
    let ids = between(&rules, "securityGroupRuleId");
    let named = world.ec2(&format!("DescribeSecurityGroupRules&SecurityGroupRuleId.1={}", ids[0]));
    assert_eq!(one(&named, "securityGroupRuleId"), ids[0]);
}

#[test]
fn zones_and_regions_are_listed() {
    let world = World::new();
    let zones =
        world.ec2("DescribeAvailabilityZones&Filter.1.Name=state&Filter.1.Value.1=available");
    assert_eq!(between(&zones, "zoneName"), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    assert_eq!(between(&zones, "zoneId"), ["use1-az1", "use1-az2", "use1-az3"]);
    let regions = world.ec2("DescribeRegions&RegionName.1=us-east-1");
    assert_eq!(one(&regions, "regionName"), "us-east-1");
}

#[test]
fn tags_are_made_found_and_deleted() {
    let world = World::new();
    let (vpc, subnets) = (world.vpc(), world.subnets());
    world.ec2(&format!(
        "CreateTags&ResourceId.1={vpc}&ResourceId.2={}&Tag.1.Key=Name&Tag.1.Value=main",
        subnets[0]
    ));
    let tags = world.ec2("DescribeTags&Filter.1.Name=key&Filter.1.Value.1=Name");
    assert_eq!(between(&tags, "resourceType"), ["subnet", "vpc"]);
    let found = world.ec2("DescribeSubnets&Filter.1.Name=tag:Name&Filter.1.Value.1=m*");
    assert_eq!(one(&found, "subnetId"), subnets[0]);
    world.ec2(&format!("DeleteTags&ResourceId.1={vpc}&Tag.1.Key=Name&Tag.1.Value=other"));
    assert_eq!(between(&world.ec2("DescribeTags"), "key").len(), 2);
    world.ec2(&format!("DeleteTags&ResourceId.1={vpc}"));
    assert_eq!(one(&world.ec2("DescribeTags"), "resourceId"), subnets[0]);
}

#[test]
fn subnets_are_described_page_by_page() {
    let mut world = World::new();
    // A page has at least five items, so there are too few of them: the token of another
    // list stands for one in the middle.
    let ids = between(&world.ec2("DescribeSubnets"), "subnetId");
    let hexadecimal = |byte: u8| {
        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
    };
    let token: String = ids[0].bytes().flat_map(hexadecimal).collect();
    let rest = world.ec2(&format!("DescribeSubnets&MaxResults=5&NextToken={token}"));
    assert_eq!(between(&rest, "subnetId"), ids[1..]);
    world.in_region("eu-west-1", |world| {
        assert_eq!(between(&world.ec2("DescribeSubnets&MaxResults=5"), "nextToken").len(), 0);
    });
}
