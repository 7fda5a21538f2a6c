"""However a request names a thing, policies know it by one name, and a Deny holds."""

import pytest

from harness.ecs import container
from harness.iam import ACCOUNT, allow, deny, document, let_user, make_role, trust
from harness.refusals import refused
from test_api_access import make_user

REGION = "us-east-1"
EXPLICIT = "with an explicit deny in an identity-based policy"


def arn(service, resource, region=REGION):
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{resource}"


def client_of(host, service, name, *statements):
    credentials, _arn = make_user(host, name, *statements)
    return host.boto(service, credentials=credentials)


def but(*resources):
    """All is allowed but what is denied."""
    return allow("*"), deny("*", list(resources))


def is_denied(call, **given):
    told = refused(call, **given)
    assert EXPLICIT in told or "UnauthorizedOperation" in told, told


def definition(family, **settings):
    return {
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [container("busybox:1", logged=False)],
        **settings,
    }


@pytest.fixture(scope="module")
def network(shared):
    vpc = shared.boto("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    given = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = shared.boto("ec2").describe_subnets(Filters=given)["Subnets"]
    return {"awsvpcConfiguration": {"subnets": [subnets[0]["SubnetId"]]}}


# -- parameters


@pytest.mark.parametrize(
    "name",
    [
        "/hid/a",
        " /hid/a",
        "\t/hid/a",
        "\u00a0/hid/a ",
        "/hid/a:1",
        "/hid/a:first",
        arn("ssm", "parameter/hid/a"),
        arn("ssm", "parameter/hid/a:1"),
        " " + arn("ssm", "parameter/hid/a:first"),
    ],
)
def test_a_parameter_is_denied_by_whatever_name(shared, request, name):
    owner = shared.boto("ssm")
    owner.put_parameter(Name="/hid/a", Value="x", Type="String", Overwrite=True)
    owner.label_parameter_version(Name="/hid/a", ParameterVersion=1, Labels=["first"])
    user = f"p{len(name)}-{request.node.callspec.indices['name']}"
    ssm = client_of(shared, "ssm", user, *but(arn("ssm", "parameter/hid/a")))
    is_denied(ssm.get_parameter, Name=name)
    is_denied(ssm.get_parameters, Names=[name])
    is_denied(ssm.delete_parameters, Names=[name])
    only = client_of(shared, "ssm", f"{user}-only", allow("*", arn("ssm", "parameter/hid/a")))
    assert only.get_parameter(Name=name)["Parameter"]["Value"] == "x"


def test_a_parameter_is_not_written_past_a_deny(shared):
    ssm = client_of(shared, "ssm", "p-write", *but(arn("ssm", "parameter/hid/*")))
    is_denied(ssm.put_parameter, Name=" /hid/new", Value="x", Type="String")
    is_denied(ssm.get_parameters_by_path, Path=" /hid/")
    tags = [{"Key": "a", "Value": "b"}]
    given = {"ResourceType": "Parameter", "ResourceId": " /hid/a", "Tags": tags}
    is_denied(ssm.add_tags_to_resource, **given)


# -- ECS


def test_a_service_and_a_task_are_denied_by_their_short_arns(shared, network):
    owner = shared.boto("ecs")
    owner.create_cluster(clusterName="prod")
    owner.register_task_definition(**definition("short"))
    owner.create_service(
        cluster="prod",
        serviceName="web",
        taskDefinition="short",
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    denied = but(arn("ecs", "service/prod/*"), arn("ecs", "task/prod/*"))
    ecs = client_of(shared, "ecs", "short", *denied)
    for name in ("web", arn("ecs", "service/web"), arn("ecs", "service/prod/web")):
        is_denied(ecs.update_service, cluster="prod", service=name, desiredCount=0)
        is_denied(ecs.describe_services, cluster="prod", services=[name])
        is_denied(ecs.delete_service, cluster="prod", service=name)
    elsewhere = arn("ecs", "service/prod/web").replace("arn:aws:", "arn:aws-cn:")
    is_denied(ecs.update_service, cluster="prod", service=elsewhere, desiredCount=0)
    task = "0" * 32
    for name in (task, arn("ecs", f"task/{task}"), arn("ecs", f"task/prod/{task}")):
        is_denied(ecs.stop_task, cluster="prod", task=name)


def test_a_task_definition_is_denied_by_whatever_name(shared, network):
    owner = shared.boto("ecs")
    owner.create_cluster(clusterName="default")
    owner.register_task_definition(**definition("plain"))
    ecs = client_of(shared, "ecs", "plain", *but(arn("ecs", "task-definition/plain:*")))
    whole = arn("ecs", "task-definition/plain")
    for name in ("plain", "plain:1", "plain:01", "plain:+1", whole, f"{whole}:1"):
        given = {"taskDefinition": name, "networkConfiguration": network}
        is_denied(ecs.run_task, launchType="FARGATE", **given)
    exact = client_of(shared, "ecs", "plain-1", *but(f"{whole}:1"))
    for name in ("plain:01", "plain:+1"):
        given = {"taskDefinition": name, "networkConfiguration": network}
        told = refused(exact.run_task, launchType="FARGATE", **given)
        assert told == "ClientException: TaskDefinition not found."


@pytest.mark.parametrize(
    ("key", "value", "given"),
    [
        ("ecs:enable-ecs-managed-tags", "true", {"enableECSManagedTags": True}),
        ("ecs:propagate-tags", "TASK_DEFINITION", {"propagateTags": "TASK_DEFINITION"}),
        ("ecs:auto-assign-public-ip", "ENABLED", {"assign": "ENABLED"}),
        ("ecs:subnet", "subnet-*", {}),
    ],
)
def test_what_a_task_is_run_with_can_be_denied(shared, network, key, value, given):
    shared.boto("ecs").register_task_definition(**definition("keyed"))
    condition = {"StringLike": {key: value}}
    name = key.partition(":")[2]
    ecs = client_of(
        shared, "ecs", name, allow("*"), deny("ecs:RunTask", Condition=condition)
    )
    given = dict(given)
    vpc = dict(network["awsvpcConfiguration"])
    if assign := given.pop("assign", None):
        vpc["assignPublicIp"] = assign
    given["networkConfiguration"] = {"awsvpcConfiguration": vpc}
    is_denied(ecs.run_task, taskDefinition="keyed", launchType="FARGATE", **given)


# -- logs


def test_a_log_group_is_denied_by_whatever_name(shared):
    owner = shared.boto("logs")
    owner.create_log_group(logGroupName="hid")
    owner.create_log_stream(logGroupName="hid", logStreamName="s")
    whole = arn("logs", "log-group:hid")
    logs = client_of(shared, "logs", "hid-logs", *but(whole, f"{whole}:*"))
    for name in ("hid", whole):
        is_denied(logs.get_log_events, logGroupIdentifier=name, logStreamName="s")
        is_denied(logs.filter_log_events, logGroupIdentifier=name)
        is_denied(logs.describe_log_streams, logGroupIdentifier=name)
    exact = client_of(shared, "logs", "hid-exact", *but(whole))
    is_denied(exact.list_tags_for_resource, resourceArn=whole)
    only = client_of(shared, "logs", "hid-only", allow("*", f"{whole}:*"))
    assert only.get_log_events(logGroupIdentifier=whole, logStreamName="s")["events"] == []


# -- EC2


def test_a_security_group_is_denied_by_its_name(shared):
    owner = shared.boto("ec2")
    group = owner.create_security_group(GroupName="hid", Description="x")["GroupId"]
    ec2 = client_of(shared, "ec2", "hid-group", *but(arn("ec2", f"security-group/{group}")))
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "0.0.0.0/0"}
    for name in ({"GroupId": group}, {"GroupName": "hid"}, {"GroupName": "HID"}):
        is_denied(ec2.authorize_security_group_ingress, **name, **rule)
        is_denied(ec2.delete_security_group, **name)


def test_what_is_associated_is_denied_by_its_association(shared):
    owner = shared.boto("ec2")
    vpc = owner.create_vpc(CidrBlock="10.91.0.0/16")["Vpc"]["VpcId"]
    subnet = owner.create_subnet(VpcId=vpc, CidrBlock="10.91.0.0/24")["Subnet"]["SubnetId"]
    table, other = (
        owner.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _each in range(2)
    )
    made = owner.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"]
    ec2 = client_of(shared, "ec2", "hid-table", *but(arn("ec2", f"route-table/{table}")))
    is_denied(ec2.disassociate_route_table, AssociationId=made)
    moved = {"AssociationId": made, "RouteTableId": other}
    is_denied(ec2.replace_route_table_association, **moved)
    filtered = [{"Name": "association.subnet-id", "Values": [subnet]}]
    [acl] = owner.describe_network_acls(Filters=filtered)["NetworkAcls"]
    made = acl["Associations"][0]["NetworkAclAssociationId"]
    new = owner.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    denied = arn("ec2", f"network-acl/{acl['NetworkAclId']}")
    ec2 = client_of(shared, "ec2", "hid-acl", *but(denied))
    moved = {"AssociationId": made, "NetworkAclId": new}
    is_denied(ec2.replace_network_acl_association, **moved)


# -- IAM


def test_a_user_that_names_none_means_itself(shared):
    own = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    credentials, _arn = make_user(shared, "self", allow("iam:*", own))
    iam = shared.boto("iam", credentials=credentials)
    assert iam.get_user()["User"]["UserName"] == "self"
    assert len(iam.list_access_keys()["AccessKeyMetadata"]) == 1
    let_user(shared, "self", *but(f"arn:aws:iam::{ACCOUNT}:user/self"))
    is_denied(iam.create_access_key)
    for name in ("self", "SELF"):
        is_denied(iam.create_access_key, UserName=name)


def test_who_renames_a_user_may_change_what_it_becomes(shared):
    user = f"arn:aws:iam::{ACCOUNT}:user/"
    credentials, _arn = make_user(shared, "climber", allow("iam:UpdateUser", f"{user}climber"))
    iam = shared.boto("iam", credentials=credentials)
    told = refused(iam.update_user, UserName="climber", NewPath="/free/")
    assert f"resource: {user}free/climber" in told
    told = refused(iam.update_user, UserName="climber", NewUserName="other")
    assert f"resource: {user}other" in told
    shared.boto("iam").create_group(GroupName="climbers")
    group = f"arn:aws:iam::{ACCOUNT}:group/"
    let_user(shared, "climber", allow("iam:UpdateGroup", f"{group}climbers"))
    told = refused(iam.update_group, GroupName="climbers", NewGroupName="bosses")
    assert f"resource: {group}bosses" in told


def test_a_boundary_that_there_is_is_a_condition_key(shared):
    owner = shared.boto("iam")
    text = document(allow("ecs:*"))
    bound = owner.create_policy(PolicyName="bounding", PolicyDocument=text)["Policy"]["Arn"]
    owner.create_user(UserName="bounded", PermissionsBoundary=bound)
    owner.create_role(
        RoleName="bounded", AssumeRolePolicyDocument=trust(), PermissionsBoundary=bound
    )
    condition = {"StringEquals": {"iam:PermissionsBoundary": bound}}
    denied = deny(["iam:Delete*PermissionsBoundary", "iam:Put*Policy"], Condition=condition)
    iam = client_of(shared, "iam", "loosener", allow("*"), denied)
    given = {"PolicyName": "own", "PolicyDocument": text}
    for kind in ("user", "role"):
        name = {f"{kind.title()}Name": "bounded"}
        is_denied(getattr(iam, f"delete_{kind}_permissions_boundary"), **name)
        is_denied(getattr(iam, f"put_{kind}_policy"), **name, **given)
    owner.create_user(UserName="unbounded")
    iam.put_user_policy(UserName="unbounded", **given)
    delegated = allow("iam:*UserPolicy", Condition=condition)
    iam = client_of(shared, "iam", "delegate", delegated)
    iam.put_user_policy(UserName="bounded", **given)
    told = refused(iam.put_user_policy, UserName="unbounded", **given)
    assert told.startswith("AccessDenied: ")


# -- roles that tasks get


def test_who_runs_tasks_passes_them_their_roles(shared, network):
    role = make_role(shared, "given", allow("*"))
    owner = shared.boto("ecs")
    owner.create_cluster(clusterName="default")
    owner.register_task_definition(**definition("with-role", taskRoleArn=role))
    owner.register_task_definition(**definition("without-role"))
    ecs = client_of(shared, "ecs", "runner", allow("ecs:*"))
    run = {"launchType": "FARGATE", "networkConfiguration": network, "taskDefinition": "with-role"}
    service = {**run, "serviceName": "passing", "desiredCount": 0}
    needed = f"is not authorized to perform: iam:PassRole on resource: {role} "
    assert needed in refused(ecs.run_task, **run)
    assert needed in refused(ecs.create_service, **service)
    ecs.create_service(**{**service, "taskDefinition": "without-role"})
    change = {"service": "passing", "taskDefinition": "with-role"}
    assert needed in refused(ecs.update_service, **change)
    ecs.update_service(service="passing", desiredCount=0)
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    passing = allow("iam:PassRole", role, Condition=to_tasks)
    let_user(shared, "runner", allow("ecs:*"), passing)
    assert ecs.update_service(**change)["service"]["taskDefinition"].endswith("with-role:1")


def test_who_rotates_a_secret_may_run_its_task(shared):
    role = make_role(shared, "rotating", allow("*"))
    made = shared.boto("ecs").register_task_definition(**definition("rotating", taskRoleArn=role))
    task = made["taskDefinition"]["taskDefinitionArn"]
    shared.boto("secretsmanager").create_secret(Name="rotating", SecretString="x")
    rotate = allow("secretsmanager:RotateSecret")
    client = client_of(shared, "secretsmanager", "rotator", rotate)
    given = {"SecretId": "rotating", "RotationLambdaARN": task, "RotateImmediately": False}
    given["RotationRules"] = {"AutomaticallyAfterDays": 30}
    told = refused(client.rotate_secret, **given)
    assert f"not authorized to perform: ecs:RunTask on resource: {task} " in told
    let_user(shared, "rotator", rotate, allow("ecs:RunTask", task))
    told = refused(client.rotate_secret, **given)
    assert f"not authorized to perform: iam:PassRole on resource: {role} " in told
    let_user(shared, "rotator", rotate, allow("ecs:RunTask", task), allow("iam:PassRole", role))
    assert client.rotate_secret(**given)["Name"] == "rotating"
