"""Security groups as the AWS CLI and boto3 see them; and refusals."""

import re

import pytest

from harness.ec2 import EVERYWHERE, UNKNOWN_GROUP, found_by, made, made_for, shown, tcp
from harness.ecs import Cluster, container
from harness.refusals import refused


@pytest.fixture(scope="module")
def ec2(shared):
    return shared.boto("ec2")


@pytest.fixture(scope="module")
def vpc(ec2):
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    return vpc["VpcId"]


@pytest.fixture
def group(ec2, request):
    """A group of its own for each test, in the default VPC."""
    return made_for(ec2, request)


# -- groups


def test_the_life_of_a_group(shared, vpc):
    def call(operation, *arguments, **named):
        return shared.aws("ec2", operation, *arguments, **named)

    answer = call(
        "create-security-group",
        "--tag-specifications",
        "ResourceType=security-group,Tags=[{Key=team,Value=a}]",
        group_name="life",
        description="of a group",
    )
    group = answer["GroupId"]
    assert re.fullmatch("sg-[0-9a-f]{17}", group)
    arn = f"arn:aws:ec2:us-east-1:000000000000:security-group/{group}"
    assert answer["SecurityGroupArn"] == arn
    assert answer["Tags"] == [{"Key": "team", "Value": "a"}]
    [found] = call("describe-security-groups", group_names="life")["SecurityGroups"]
    egress = found.pop("IpPermissionsEgress")
    assert found == {
        "GroupId": group,
        "GroupName": "life",
        "Description": "of a group",
        "VpcId": vpc,
        "OwnerId": "000000000000",
        "SecurityGroupArn": arn,
        "IpPermissions": [],
        "Tags": [{"Key": "team", "Value": "a"}],
    }
    [egress] = egress
    assert (egress["IpProtocol"], egress["IpRanges"]) == ("-1", [{"CidrIp": EVERYWHERE}])
    rule = {"group_id": group, "protocol": "tcp", "port": "8000-8080", "cidr": "10.0.0.0/8"}
    added = call("authorize-security-group-ingress", **rule)
    [one] = added["SecurityGroupRules"]
    assert (one["FromPort"], one["ToPort"], one["CidrIpv4"]) == (8000, 8080, "10.0.0.0/8")
    call("revoke-security-group-ingress", **rule)
    deleted = call("delete-security-group", group_name="life")
    assert deleted == {"Return": True, "GroupId": group}
    told = refused(call, "describe-security-groups", group_ids=group)
    assert told == f"InvalidGroup.NotFound: The security group '{group}' does not exist"


NO_GROUP = {
    "the default's name": ("default", "Cannot use reserved security group name: default"),
    "the form of an id": (
        "sg-mine",
        "Value (sg-mine) for parameter GroupName is invalid. Group names may not be in the format "
        "sg-*.",
    ),
    "beyond ASCII": ("gruppe-ä", "Value (gruppe-ä) for parameter GroupName is invalid. Character"),
    "a strange sign": ("a|b", "Value (a|b) for parameter GroupName is invalid. Valid names are"),
    "too long": ("a" * 256, f"Value ({'a' * 256}) for parameter GroupName is invalid. Valid"),
    "nothing": ("", "Value () for parameter GroupName is invalid."),
}


@pytest.mark.parametrize("case", NO_GROUP)
def test_what_is_no_name_of_a_group(ec2, case):
    name, words = NO_GROUP[case]
    told = refused(made, ec2, name)
    assert told.startswith(f"InvalidParameterValue: {words}"), told


@pytest.mark.parametrize("text", ["", "a|b", "ä", "a" * 256])
def test_what_is_no_description_of_a_group(ec2, text):
    told = refused(ec2.create_security_group, GroupName="fine", Description=text)
    assert told.startswith("InvalidParameterValue: ") and "escription" in told, told


def test_a_name_is_a_vpc_s_only_one(ec2, vpc, group):
    name = shown(ec2, group)["GroupName"]
    for again in (name, name.upper()):
        told = refused(made, ec2, again, VpcId=vpc)
        assert told == (
            f"InvalidGroup.Duplicate: The security group '{again}' already exists for VPC '{vpc}'"
        )


def test_what_else_is_refused_of_a_new_group(ec2):
    told = refused(made, ec2, "a", VpcId="vpc-0123456789abcdef0")
    assert told.startswith("InvalidVpcID.NotFound: "), told
    told = refused(made, ec2, "a", VpcId="vpc")
    assert told.startswith("InvalidVpcID.Malformed: "), told
    assert refused(made, ec2, "a", DryRun=True).startswith("DryRunOperation: ")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    told = refused(made, ec2, "a", TagSpecifications=tags)
    assert told.startswith("InvalidParameterValue: 'vpc' is not a valid taggable resource"), told


def test_filters_of_groups(ec2, vpc, group):
    lists = ec2.create_managed_prefix_list(
        PrefixListName="filtered", MaxEntries=1, AddressFamily="IPv4"
    )
    prefix_list = lists["PrefixList"]["PrefixListId"]
    other = made(ec2, "filtered-other")
    for call, port in (
        (ec2.authorize_security_group_ingress, 7001),
        (ec2.authorize_security_group_egress, 7003),
    ):
        permission = tcp(
            port,
            f"10.{port - 7000}.0.0/16",
            to=port + 1,
            Ipv6Ranges=[{"CidrIpv6": "2001:db8::/32"}],
            UserIdGroupPairs=[{"GroupId": other}],
            PrefixListIds=[{"PrefixListId": prefix_list}],
        )
        call(GroupId=group, IpPermissions=[permission])
    ec2.create_tags(Resources=[group], Tags=[{"Key": "filtered", "Value": "yes"}])
    found = found_by(ec2.describe_security_groups, "SecurityGroups", "GroupId")
    one = shown(ec2, group)
    for name, value in {
        "group-id": group,
        "group-name": one["GroupName"],
        "tag:filtered": "y*",
        "tag-key": "filtered",
        "ip-permission.cidr": "10.1.0.0/16",
        "ip-permission.from-port": "7001",
        "ip-permission.to-port": "7002",
        "ip-permission.group-id": other,
        "ip-permission.group-name": "filtered-other",
        "ip-permission.ipv6-cidr": "2001:db8::/32",
        "ip-permission.prefix-list-id": prefix_list,
        "egress.ip-permission.cidr": "10.3.0.0/16",
        "egress.ip-permission.from-port": "7003",
        "egress.ip-permission.to-port": "7004",
        "egress.ip-permission.group-id": other,
        "egress.ip-permission.group-name": "filtered-other",
        "egress.ip-permission.ipv6-cidr": "2001:db8::/32",
        "egress.ip-permission.prefix-list-id": prefix_list,
        "egress.ip-permission.protocol": "tcp",
        "egress.ip-permission.user-id": "000000000000",
    }.items():
        assert found(name, value) == {group}, name
        assert group not in found(name, "no-such-value"), name
    for name, value in {
        "description": "a test",
        "owner-id": "000000000000",
        "vpc-id": vpc,
        "ip-permission.protocol": "tcp",
        "ip-permission.user-id": "000000000000",
    }.items():
        assert group in found(name, value), name
        assert group not in found(name, "no-such-value"), name
    assert other not in found("ip-permission.protocol", "tcp")
    told = refused(found, "no-such-filter", "x")
    assert told == "InvalidParameterValue: The filter 'no-such-filter' is invalid"


def test_pages_of_groups_and_of_rules(ec2, group):
    ranges = [f"10.{number}.0.0/16" for number in range(12)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, *ranges)])
    given = {"Filters": [{"Name": "group-id", "Values": [group]}]}
    asked = ec2.get_paginator("describe_security_group_rules")
    sizes = [
        len(page["SecurityGroupRules"])
        for page in asked.paginate(**given, PaginationConfig={"PageSize": 5})
    ]
    assert sizes == [5, 5, 3]
    for number in range(6):
        made(ec2, f"paged-{number}")
    asked = ec2.get_paginator("describe_security_groups")
    given = {"Filters": [{"Name": "group-name", "Values": ["paged-?"]}]}
    pages = list(asked.paginate(**given, PaginationConfig={"PageSize": 5}))
    assert [len(page["SecurityGroups"]) for page in pages] == [5, 1]


def test_groups_for_a_vpc(ec2, vpc, group):
    ec2.create_tags(Resources=[group], Tags=[{"Key": "for-vpc", "Value": "1"}])
    name = shown(ec2, group)["GroupName"]
    found = found_by(
        ec2.get_security_groups_for_vpc, "SecurityGroupForVpcs", "GroupId", VpcId=vpc
    )
    for filter, value in {"group-id": group, "group-name": name, "tag:for-vpc": "1"}.items():
        assert found(filter, value) == {group}
    for filter, value in {
        "description": "a test",
        "owner-id": "000000000000",
        "primary-vpc-id": vpc,
    }.items():
        assert group in found(filter, value)
        assert found(filter, "other") == set()
    [one] = ec2.get_security_groups_for_vpc(
        VpcId=vpc, Filters=[{"Name": "group-id", "Values": [group]}]
    )["SecurityGroupForVpcs"]
    assert one == {
        "Description": "a test",
        "GroupName": name,
        "OwnerId": "000000000000",
        "GroupId": group,
        "Tags": [{"Key": "for-vpc", "Value": "1"}],
        "PrimaryVpcId": vpc,
    }
    told = refused(ec2.get_security_groups_for_vpc, VpcId="vpc-0123456789abcdef0")
    assert told.startswith("InvalidVpcID.NotFound: "), told


def test_nothing_is_stale_or_referred_to_from_elsewhere(ec2, vpc, group):
    answer = ec2.describe_security_group_references(GroupId=[group])
    assert answer["SecurityGroupReferenceSet"] == []
    told = refused(ec2.describe_security_group_references, GroupId=[UNKNOWN_GROUP])
    assert told.startswith("InvalidGroup.NotFound: "), told
    assert ec2.describe_stale_security_groups(VpcId=vpc)["StaleSecurityGroupSet"] == []
    told = refused(ec2.describe_stale_security_groups, VpcId="vpc-0123456789abcdef0")
    assert told.startswith("InvalidVpcID.NotFound: "), told


# -- deletion


def test_the_default_group_stays(ec2):
    [default] = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
    id = default["GroupId"]
    words = f'CannotDelete: the specified group: "{id}" name: "default" cannot be deleted by a user'
    assert refused(ec2.delete_security_group, GroupId=id) == words
    assert refused(ec2.delete_security_group, GroupName="default") == words


def test_no_group_to_delete(ec2):
    told = refused(ec2.delete_security_group)
    assert told == "MissingParameter: The request must contain the parameter groupName or groupId"
    told = refused(ec2.delete_security_group, GroupId="x")
    assert told.startswith("InvalidGroupId.Malformed: "), told
    told = refused(ec2.delete_security_group, GroupId=UNKNOWN_GROUP)
    assert told == f"InvalidGroup.NotFound: The security group '{UNKNOWN_GROUP}' does not exist"
    told = refused(ec2.delete_security_group, GroupName="nobody")
    assert told.startswith("InvalidGroup.NotFound: The security group 'nobody' does not"), told


def test_a_group_that_another_refers_to_is_deleted_after_it(ec2, group):
    other = made(ec2, "refers")
    pair = {"UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[tcp(80, **pair)])
    # Its own rules about itself keep nobody from deleting it.
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(80, **pair)])
    told = refused(ec2.delete_security_group, GroupId=group)
    assert told == f"DependencyViolation: resource {group} has a dependent object"
    assert refused(ec2.delete_security_group, GroupId=other, DryRun=True).startswith("DryRun")
    ec2.delete_security_group(GroupId=other)
    ec2.delete_security_group(GroupId=group)


def test_a_group_of_a_load_balancer_is_deleted_after_it(shared, ec2, vpc, group):
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]]
    elb = shared.boto("elbv2")
    [balancer] = elb.create_load_balancer(
        Name="grouped", Subnets=subnets, SecurityGroups=[group]
    )["LoadBalancers"]
    arn = balancer["LoadBalancerArn"]
    assert balancer["SecurityGroups"] == [group]
    interfaces = ec2.describe_network_interfaces(
        Filters=[{"Name": "group-id", "Values": [group]}]
    )["NetworkInterfaces"]
    assert len(interfaces) == len(subnets)
    for interface in interfaces:
        assert [one["GroupId"] for one in interface["Groups"]] == [group]
    told = refused(ec2.delete_security_group, GroupId=group)
    assert told.startswith("DependencyViolation: "), told
    more = [made(ec2, f"grouped-{number}") for number in range(5)]
    told = refused(elb.set_security_groups, LoadBalancerArn=arn, SecurityGroups=[group, *more])
    assert told.startswith("InvalidConfigurationRequest: "), told
    elb.set_security_groups(LoadBalancerArn=arn, SecurityGroups=more)
    ec2.delete_security_group(GroupId=group)
    assert refused(ec2.delete_security_group, GroupId=more[0]).startswith("DependencyViolation: ")
    elb.delete_load_balancer(LoadBalancerArn=arn)
    ec2.delete_security_group(GroupId=more[0])


def test_a_group_of_a_service_is_deleted_after_it(shared, ec2, group):
    cluster = Cluster(shared, "grouped")
    cluster.define("sleep", container("busybox:1", "sleep 1", logged=False))

    def network(*groups):
        subnets = cluster.network["awsvpcConfiguration"]["subnets"]
        return {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": list(groups)}}

    def create(*groups):
        return cluster.ecs.create_service(
            cluster="grouped",
            serviceName="idle",
            taskDefinition="sleep",
            desiredCount=0,
            launchType="FARGATE",
            networkConfiguration=network(*groups),
        )

    more = [made(ec2, f"of-a-service-{number}") for number in range(5)]
    told = refused(create, group, *more)
    assert told == "InvalidParameterException: securityGroups can have at most 5 items."
    service = create(group)["service"]
    known = service["networkConfiguration"]["awsvpcConfiguration"]
    assert known["securityGroups"] == [group]
    assert refused(ec2.delete_security_group, GroupId=group).startswith("DependencyViolation: ")
    cluster.ecs.delete_service(cluster="grouped", service="idle")
    shared.boto("ecs").get_waiter("services_inactive").wait(cluster="grouped", services=["idle"])
    ec2.delete_security_group(GroupId=group)
    told = refused(create, group)
    assert "(ErrorCode: InvalidGroup.NotFound)" in told, told


def test_a_group_of_a_task_is_deleted_after_it(shared, ec2, images, group):
    shared.import_image(images["busybox:1"])
    cluster = Cluster(shared, "tasks")
    cluster.define("wait", container("busybox:1", "sleep 1000", logged=False))
    network = {"awsvpcConfiguration": {"subnets": cluster.subnets[:1], "securityGroups": [group]}}
    begun = cluster.ecs.run_task(
        cluster="tasks", taskDefinition="wait", launchType="FARGATE", networkConfiguration=network
    )
    [task] = [one["taskArn"] for one in begun["tasks"]]
    [interface] = ec2.describe_network_interfaces(
        Filters=[{"Name": "group-id", "Values": [group]}]
    )["NetworkInterfaces"]
    assert [one["GroupId"] for one in interface["Groups"]] == [group]
    assert refused(ec2.delete_security_group, GroupId=group).startswith("DependencyViolation: ")
    cluster.ecs.stop_task(cluster="tasks", task=task)
    cluster.ecs.get_waiter("tasks_stopped").wait(cluster="tasks", tasks=[task])
    assert ec2.delete_security_group(GroupId=group)["Return"] is True
