//! VPCs, subnets and routes beside records that no operation made, and at the same moment.

use std::net::Ipv4Addr;

use model::{
    Cidr, InternetGateway, NatConnectivity, NatGateway, Node, Plan, Snapshot, Tags, Timestamp,
};

use crate::world::{World, between, one};

const NAT_ID: &str = "nat-0123456789abcdef0";

fn refused(world: &World, form: &str) -> String {
    world.call(&aws_api::ec2::SERVICE, form).expect_err("it is refused")
}

fn made_vpc(world: &World, cidr: &str) -> String {
    one(&world.ec2(&format!("CreateVpc&CidrBlock={cidr}")), "vpcId")
}

fn nat_gateway(world: &World, vpc_id: &str, subnet_id: &str) -> NatGateway {
    NatGateway {
        scope: world.caller.scope.clone(),
        id: NAT_ID.to_owned(),
        vpc_id: vpc_id.to_owned(),
        subnet_id: subnet_id.to_owned(),
        interface_id: "eni-0123456789abcdef0".to_owned(),
        private_address: Ipv4Addr::new(10, 0, 0, 4),
        connectivity: NatConnectivity::Private,
        created_at: Timestamp::EPOCH,
        deleted_at: None,
        tags: Tags::new(),
    }
}

/// Takes the only internet gateway off its VPC.
fn detach_gateway(world: &World) {
    world.commit(|snapshot: &Snapshot, plan: &mut Plan| {
        let gateway = snapshot.internet_gateways.all().next().expect("the default VPC has one");
        let detached = InternetGateway { vpc_id: None, ..(*gateway.record).clone() };
        plan.update(gateway, detached);
    });
}

fn states(world: &World, table: &str) -> Vec<String> {
    between(&world.ec2(&format!("DescribeRouteTables&RouteTableId.1={table}")), "state")
        .into_iter()
        .filter(|state| state == "active" || state == "blackhole")
        .collect()
}

#[test]
fn a_range_that_a_connected_nodes_host_reaches_is_refused() {
    let world = World::new();
    let node = Node {
        id: "node-1".to_owned(),
        availability_zones: Vec::new(),
        cpu_units: 1024,
        memory_mib: 1024,
        cpu_architecture: "X86_64".to_owned(),
        host_ranges: vec![Cidr::parse("10.64.0.0/12").expect("a range")],
        is_connected: true,
        registered_at: Timestamp::EPOCH,
    };
    world.commit(|_, plan| plan.insert(node.clone()));
    assert_eq!(
        refused(&world, "CreateVpc&CidrBlock=10.70.0.0/16"),
        "InvalidVpc.Range: The CIDR '10.70.0.0/16' is invalid. It overlaps with 10.64.0.0/12, \
         which the host of node node-1 reaches by other ways."
    );
    made_vpc(&world, "10.80.0.0/16");
    world.commit(|snapshot, plan| {
        let known = snapshot.nodes.all().next().expect("it was made");
        plan.update(known, Node { is_connected: false, ..node });
    });
    made_vpc(&world, "10.70.0.0/16");
}

#[test]
fn a_route_leads_to_a_nat_gateway_of_its_vpc_and_is_a_black_hole_after_it() {
    let world = World::new();
    let (vpc, other) = (made_vpc(&world, "10.0.0.0/16"), made_vpc(&world, "10.1.0.0/16"));
    let subnet = world.ec2(&format!("CreateSubnet&VpcId={vpc}&CidrBlock=10.0.0.0/24"));
    let subnet = one(&subnet, "subnetId");
    world.commit(|_, plan| plan.insert(nat_gateway(&world, &vpc, &subnet)));
    let table = |vpc| one(&world.ec2(&format!("CreateRouteTable&VpcId={vpc}")), "routeTableId");
    let (own, foreign) = (table(&vpc), table(&other));
    let route = format!("DestinationCidrBlock=0.0.0.0/0&NatGatewayId={NAT_ID}");
    assert_eq!(
        refused(&world, &format!("CreateRoute&RouteTableId={foreign}&{route}")),
        format!(
            "InvalidParameterValue: route table {foreign} and NAT gateway {NAT_ID} belong to \
             different networks"
        )
    );
    world.ec2(&format!("CreateRoute&RouteTableId={own}&{route}"));
    assert_eq!(states(&world, &own), ["active", "active"]);
    let found = world.ec2(&format!(
        "DescribeRouteTables&Filter.1.Name=route.nat-gateway-id&Filter.1.Value.1={NAT_ID}"
    ));
    assert_eq!(between(&found, "natGatewayId"), [NAT_ID]);
    for deleted in [format!("DeleteSubnet&SubnetId={subnet}"), format!("DeleteVpc&VpcId={vpc}")] {
        assert!(refused(&world, &deleted).starts_with("DependencyViolation: "), "{deleted}");
    }
    world.commit(|snapshot, plan| {
        let known = snapshot.nat_gateways.all().next().expect("it was made");
        let deleted_at = Some(Timestamp::EPOCH);
        plan.update(known, NatGateway { deleted_at, ..(*known.record).clone() });
    });
    assert_eq!(states(&world, &own), ["active", "blackhole"]);
    assert_eq!(
        refused(&world, &format!("ReplaceRoute&RouteTableId={own}&{route}")),
        format!("InvalidNatGatewayID.NotFound: The natGateway ID '{NAT_ID}' does not exist")
    );
    world.ec2(&format!("DeleteSubnet&SubnetId={subnet}"));
}

#[test]
fn a_deleted_default_vpc_stays_away_until_it_is_made_again() {
    let world = World::new();
    let vpc = world.vpc();
    let main = one(
        &world.ec2(
            "DescribeRouteTables&Filter.1.Name=association.main&Filter.1.Value.1=true&\
             Filter.2.Name=route.gateway-id&Filter.2.Value.1=igw-*",
        ),
        "vpcId",
    );
    assert_eq!(main, vpc);
    let table = between(&world.ec2("DescribeRouteTables"), "routeTableId").swap_remove(0);
    for subnet in world.subnets() {
        world.ec2(&format!("DeleteSubnet&SubnetId={subnet}"));
    }
    let delete = format!("DeleteVpc&VpcId={vpc}");
    assert!(refused(&world, &delete).starts_with("DependencyViolation: "));
    detach_gateway(&world);
    assert_eq!(states(&world, &table), ["active", "blackhole"]);
    world.ec2(&delete);
    for described in ["DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups"] {
        assert!(!world.ec2(described).contains("<item>"), "{described}");
    }
    let attributes = world.ec2("DescribeAccountAttributes&AttributeName.1=default-vpc");
    assert_eq!(one(&attributes, "attributeValue"), "none");
    assert_eq!(
        refused(&world, "CreateDefaultSubnet&AvailabilityZone=us-east-1a"),
        "DefaultVpcDoesNotExist: No default VPC exists for this account in this region."
    );
    let made = one(&world.ec2("CreateDefaultVpc"), "vpcId");
    assert_ne!(made, vpc);
    assert_eq!(world.subnets().len(), 3);
    assert_eq!(world.vpc(), made);
    assert!(refused(&world, "CreateDefaultVpc").starts_with("DefaultVpcAlreadyExists: "));
}

#[test]
fn a_regions_first_requests_make_one_default_vpc() {
    let world = World::new();
    let forms = ["DescribeVpcs", "DescribeSubnets", "DescribeRouteTables", "DescribeNetworkAcls"];
    let answers = world.side_by_side(&aws_api::ec2::SERVICE, &forms.map(str::to_owned));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(world.snapshot().vpcs.all().count(), 1);
}

#[test]
fn of_overlapping_subnets_of_one_moment_there_is_one() {
    let world = World::new();
    let vpc = made_vpc(&world, "10.0.0.0/16");
    let form = |cidr| format!("CreateSubnet&VpcId={vpc}&CidrBlock={cidr}");
    let forms = ["10.0.0.0/20", "10.0.1.0/24", "10.0.2.0/24"].map(form);
    let answers = world.side_by_side(&aws_api::ec2::SERVICE, &forms);
    let conflict = Err("InvalidSubnet.Conflict".to_owned());
    assert_eq!(answers, [Ok(()), conflict.clone(), conflict]);
}

/// What is made in a VPC or in a subnet at the moment of its deletion is not left without it.
#[test]
fn nothing_is_left_in_what_is_deleted() {
    let world = World::new();
    let vpc = made_vpc(&world, "10.0.0.0/16");
    let delete = format!("DeleteVpc&VpcId={vpc}");
    for makes in ["CreateRouteTable", "CreateNetworkAcl", "CreateSubnet"] {
        let make = format!("{makes}&VpcId={vpc}");
        let make = if makes == "CreateSubnet" { make + "&CidrBlock=10.0.0.0/24" } else { make };
        let answers = world.side_by_side(&aws_api::ec2::SERVICE, &[make, delete.clone()]);
        assert_eq!(answers, [Ok(()), Err("DependencyViolation".to_owned())], "{makes}");
        for table in world.snapshot().route_tables.all().filter(|it| it.vpc_id == vpc) {
            if !table.is_main() {
                world.ec2(&format!("DeleteRouteTable&RouteTableId={}", table.id));
            }
        }
        for acl in world.snapshot().network_acls.all().filter(|it| it.vpc_id == vpc) {
            if !acl.is_default {
                world.ec2(&format!("DeleteNetworkAcl&NetworkAclId={}", acl.id));
            }
        }
    }
    let table = one(&world.ec2(&format!("CreateRouteTable&VpcId={vpc}")), "routeTableId");
    let snapshot = world.snapshot();
    let subnet = snapshot.subnets.all().find(|it| it.vpc_id == vpc).expect("it was made");
    let associate = format!("AssociateRouteTable&RouteTableId={table}&SubnetId={}", subnet.id);
    let delete = format!("DeleteSubnet&SubnetId={}", subnet.id);
    let answers = world.side_by_side(&aws_api::ec2::SERVICE, &[associate, delete]);
    assert_eq!(answers, [Ok(()), Ok(())]);
    world.ec2(&format!("DeleteRouteTable&RouteTableId={table}"));
    world.ec2(&format!("DeleteVpc&VpcId={vpc}"));
}
