//! What each operation of Amazon EC2 asks for.

use super::access::{Access, row};

pub(super) const ACCESS: &[Access] = &[
    row("AllocateAddress", &["ec2:elastic-ip/*"]).tags("ec2:CreateTags", "ec2:elastic-ip/*"),
    row("AssociateAddress", &["ec2:elastic-ip/{AllocationId=*}"]),
    row("AssociateRouteTable", &["ec2:route-table/{RouteTableId}", "ec2:subnet/{SubnetId=*}"]),
    row("AttachInternetGateway", &["ec2:internet-gateway/{InternetGatewayId}", "ec2:vpc/{VpcId}"]),
    row("AttachNetworkInterface", &["ec2:network-interface/{NetworkInterfaceId}"]),
    row("AuthorizeSecurityGroupEgress", &["ec2:security-group/{GroupId=*}"])
        .tags("ec2:CreateTags", "ec2:security-group-rule/*"),
    row(
        "AuthorizeSecurityGroupIngress",
        &["ec2:security-group/{GroupId+GroupName=*|security_group}"],
    )
    .tags("ec2:CreateTags", "ec2:security-group-rule/*"),
    row("CreateDefaultSubnet", &["*"]),
    row("CreateDefaultVpc", &["*"]),
    row("CreateInternetGateway", &["ec2:internet-gateway/*"])
        .tags("ec2:CreateTags", "ec2:internet-gateway/*"),
    row("CreateManagedPrefixList", &["ec2:prefix-list/*"])
        .tags("ec2:CreateTags", "ec2:prefix-list/*"),
    row("CreateNatGateway", &["ec2:natgateway/*", "ec2:subnet/{SubnetId}"])
        .tags("ec2:CreateTags", "ec2:natgateway/*"),
    row("CreateNetworkAcl", &["ec2:network-acl/*", "ec2:vpc/{VpcId}"])
        .tags("ec2:CreateTags", "ec2:network-acl/*"),
    row("CreateNetworkAclEntry", &["ec2:network-acl/{NetworkAclId}"]),
    row("CreateNetworkInterface", &["ec2:network-interface/*", "ec2:subnet/{SubnetId}"])
        .tags("ec2:CreateTags", "ec2:network-interface/*"),
    row("CreateRoute", &["ec2:route-table/{RouteTableId}"]),
    row("CreateRouteTable", &["ec2:route-table/*", "ec2:vpc/{VpcId}"])
        .tags("ec2:CreateTags", "ec2:route-table/*"),
    row("CreateSecurityGroup", &["ec2:security-group/*", "ec2:vpc/{VpcId=*}"])
        .tags("ec2:CreateTags", "ec2:security-group/*"),
    row("CreateSubnet", &["ec2:subnet/*", "ec2:vpc/{VpcId}"])
        .tags("ec2:CreateTags", "ec2:subnet/*"),
    row("CreateTags", &["ec2:{Resources|tagged}"]),
    row("CreateVpc", &["ec2:vpc/*"]).tags("ec2:CreateTags", "ec2:vpc/*"),
    row("DeleteInternetGateway", &["ec2:internet-gateway/{InternetGatewayId}"]),
    row("DeleteManagedPrefixList", &["ec2:prefix-list/{PrefixListId}"]),
    row("DeleteNatGateway", &["ec2:natgateway/{NatGatewayId}"]),
    row("DeleteNetworkAcl", &["ec2:network-acl/{NetworkAclId}"]),
    row("DeleteNetworkAclEntry", &["ec2:network-acl/{NetworkAclId}"]),
    row("DeleteNetworkInterface", &["ec2:network-interface/{NetworkInterfaceId}"]),
    row("DeleteRoute", &["ec2:route-table/{RouteTableId}"]),
    row("DeleteRouteTable", &["ec2:route-table/{RouteTableId}"]),
    row("DeleteSecurityGroup", &["ec2:security-group/{GroupId+GroupName=*|security_group}"]),
    row("DeleteSubnet", &["ec2:subnet/{SubnetId}"]),
    row("DeleteTags", &["ec2:{Resources|tagged}"]),
    row("DeleteVpc", &["ec2:vpc/{VpcId}"]),
    row("DescribeAccountAttributes", &["*"]),
    row("DescribeAddresses", &["*"]),
    row("DescribeAddressesAttribute", &["*"]),
    row("DescribeAvailabilityZones", &["*"]),
    row("DescribeInternetGateways", &["*"]),
    row("DescribeManagedPrefixLists", &["*"]),
    row("DescribeNatGateways", &["*"]),
    row("DescribeNetworkAcls", &["*"]),
    row("DescribeNetworkInterfaceAttribute", &["*"]),
    row("DescribeNetworkInterfaces", &["*"]),
    row("DescribePrefixLists", &["*"]),
    row("DescribeRegions", &["*"]),
    row("DescribeRouteTables", &["*"]),
    row("DescribeSecurityGroupReferences", &["*"]),
    row("DescribeSecurityGroupRules", &["*"]),
    row("DescribeSecurityGroups", &["*"]),
    row("DescribeStaleSecurityGroups", &["*"]),
    row("DescribeSubnets", &["*"]),
    row("DescribeTags", &["*"]),
    row("DescribeVpcAttribute", &["ec2:vpc/{VpcId}"]),
    row("DescribeVpcs", &["*"]),
    row("DetachInternetGateway", &["ec2:internet-gateway/{InternetGatewayId}", "ec2:vpc/{VpcId}"]),
    row("DetachNetworkInterface", &["ec2:network-interface/*"]),
    row("DisassociateAddress", &["ec2:elastic-ip/{AssociationId=*|elastic_ip_of}"]),
    row("DisassociateRouteTable", &["ec2:route-table/{AssociationId|route_table_of}"]),
    row("GetManagedPrefixListAssociations", &["ec2:prefix-list/{PrefixListId}"]),
    row("GetManagedPrefixListEntries", &["ec2:prefix-list/{PrefixListId}"]),
    row("GetSecurityGroupsForVpc", &["ec2:vpc/{VpcId}"]),
    row("ModifyManagedPrefixList", &["ec2:prefix-list/{PrefixListId}"]),
    row("ModifyNetworkInterfaceAttribute", &["ec2:network-interface/{NetworkInterfaceId}"]),
    row("ModifySecurityGroupRules", &["ec2:security-group/{GroupId=*}"]),
    row("ModifySubnetAttribute", &["ec2:subnet/{SubnetId}"]),
    row("ModifyVpcAttribute", &["ec2:vpc/{VpcId}"]),
    row("ReleaseAddress", &["ec2:elastic-ip/{AllocationId=*}"]),
    row(
        "ReplaceNetworkAclAssociation",
        &["ec2:network-acl/{NetworkAclId}", "ec2:network-acl/{AssociationId|network_acl_of}"],
    ),
    row("ReplaceNetworkAclEntry", &["ec2:network-acl/{NetworkAclId}"]),
    row("ReplaceRoute", &["ec2:route-table/{RouteTableId}"]),
    row(
        "ReplaceRouteTableAssociation",
        &["ec2:route-table/{RouteTableId}", "ec2:route-table/{AssociationId|route_table_of}"],
    ),
    row("RestoreManagedPrefixListVersion", &["ec2:prefix-list/{PrefixListId}"]),
    row("RevokeSecurityGroupEgress", &["ec2:security-group/{GroupId=*}"]),
    row("RevokeSecurityGroupIngress", &["ec2:security-group/{GroupId+GroupName=*|security_group}"]),
    row(
        "UpdateSecurityGroupRuleDescriptionsEgress",
        &["ec2:security-group/{GroupId+GroupName=*|security_group}"],
    ),
    row(
        "UpdateSecurityGroupRuleDescriptionsIngress",
        &["ec2:security-group/{GroupId+GroupName=*|security_group}"],
    ),
];
