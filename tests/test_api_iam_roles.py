"""Roles, service-linked roles and instance profiles of IAM as boto3 and the AWS CLI see them."""

import json
import re

import pytest

from harness.iam import ACCOUNT, allow, arn, document, pages, trust
from harness.refusals import refused

NO_ROLE = "NoSuchEntity: The role with name none cannot be found."
NO_PROFILE = "NoSuchEntity: Instance Profile none cannot be found."


@pytest.fixture(scope="module")
def iam(shared):
    return shared.boto("iam")


def role(iam, name, policy=None, **more):
    given = {"RoleName": name, "AssumeRolePolicyDocument": policy or trust(), **more}
    return iam.create_role(**given)["Role"]


def profile(iam, name, *roles, **more):
    made = iam.create_instance_profile(InstanceProfileName=name, **more)["InstanceProfile"]
    for each in roles:
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=each)
    return made


# -- the CLI


def test_the_life_of_a_role(shared):
    def call(operation, **named):
        return shared.aws("iam", operation, **named)

    made = call("create-role", role_name="cli", assume_role_policy_document=trust())["Role"]
    assert made["Arn"] == arn("role", "cli")
    assert made["AssumeRolePolicyDocument"] == json.loads(trust())
    ready = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    call("attach-role-policy", role_name="cli", policy_arn=ready)
    [shown] = call("list-attached-role-policies", role_name="cli")["AttachedPolicies"]
    assert shown == {"PolicyName": "AmazonECSTaskExecutionRolePolicy", "PolicyArn": ready}
    call("put-role-policy", role_name="cli", policy_name="own", policy_document=document())
    shown = call("get-role-policy", role_name="cli", policy_name="own")
    assert shown["PolicyDocument"] == json.loads(document())
    told = refused(shared.aws, "iam", "delete-role", role_name="cli")
    assert told == "DeleteConflict: Cannot delete entity, must detach all policies first."
    call("detach-role-policy", role_name="cli", policy_arn=ready)
    call("delete-role-policy", role_name="cli", policy_name="own")
    call("delete-role", role_name="cli")


# -- roles


def test_a_role_is_shown_as_it_was_made(iam):
    given = {
        "Path": "/app/",
        "Description": "größer",
        "MaxSessionDuration": 43200,
        "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
        "Tags": [{"Key": "a", "Value": "1"}],
    }
    made = role(iam, "whole", **given)
    assert re.fullmatch(r"AROA[A-Z2-7]{17}", made["RoleId"])
    assert made["Arn"] == arn("role", "whole", "/app/")
    for name in ("Path", "Description", "MaxSessionDuration", "Tags"):
        assert made[name] == given[name]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == given["PermissionsBoundary"]
    assert iam.get_role(RoleName="whole")["Role"] == made
    [listed] = iam.list_roles(PathPrefix="/app/")["Roles"]
    assert listed == {
        name: it for name, it in made.items() if name not in ("Tags", "PermissionsBoundary")
    }
    plain = role(iam, "plain")
    assert (plain["Path"], plain["MaxSessionDuration"]) == ("/", 3600)


def test_a_document_comes_back_as_it_was_written(iam):
    written = ' {"Version":"2012-10-17",\n\t"Statement":{"Effect":"Allow",' + (
        '"Principal":"*","Action":"sts:AssumeRole","Condition":{"StringLike":'
        '{"aws:PrincipalTag/é":"100% + ?/#&"}}}}\n'
    )
    assert role(iam, "text", written)["AssumeRolePolicyDocument"] == json.loads(written)


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("{", "Syntax errors in policy."),
        (document(), "Missing required field Principal"),
        (trust(Resource="*"), "Has prohibited field Resource"),
        (trust(action="s3:*"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (trust(action="*"), "AssumeRole policy may only specify STS AssumeRole actions."),
        (trust({"AWS": "ann"}), 'Invalid principal in policy: "AWS":"ann"'),
        (trust({"Service": "ecs"}), 'Invalid principal in policy: "Service":"ecs"'),
        (
            trust({"AWS": arn("user", "nobody")}),
            f'Invalid principal in policy: "AWS":"{arn("user", "nobody")}"',
        ),
        (
            trust({"AWS": [ACCOUNT, arn("role", "nobody")]}),
            f'Invalid principal in policy: "AWS":"{arn("role", "nobody")}"',
        ),
        (
            trust({"AWS": arn("group", "all")}),
            f'Invalid principal in policy: "AWS":"{arn("group", "all")}"',
        ),
    ],
)
def test_what_is_no_trust_policy_is_refused(iam, policy, why):
    told = refused(iam.create_role, RoleName="malformed", AssumeRolePolicyDocument=policy)
    assert told == f"MalformedPolicyDocument: {why}"


def test_who_is_there_can_be_trusted(iam):
    iam.create_user(UserName="trusted", Path="/t/")
    role(iam, "trusted")
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/trusted/s"
    for principal in (
        {"AWS": arn("user", "trusted", "/t/")},
        {"AWS": [arn("role", "trusted"), session]},
        {"AWS": "111111111111"},
        {"AWS": "arn:aws:iam::111111111111:role/any"},
        {"Federated": "accounts.google.com"},
        "*",
    ):
        iam.update_assume_role_policy(RoleName="trusted", PolicyDocument=trust(principal))
        shown = iam.get_role(RoleName="trusted")["Role"]["AssumeRolePolicyDocument"]
        assert shown["Statement"][0]["Principal"] == principal
    other = trust({"AWS": arn("user", "trusted")})
    told = refused(iam.update_assume_role_policy, RoleName="trusted", PolicyDocument=other)
    assert told.startswith("MalformedPolicyDocument: Invalid principal")


def test_a_trust_policy_has_its_size(iam):
    padding = 2048 - len("".join(trust(Sid="").split()))
    role(iam, "largest", trust(Sid="x" * padding))
    told = refused(
        iam.update_assume_role_policy,
        RoleName="largest",
        PolicyDocument=trust(Sid="x" * (padding + 1)),
    )
    assert told == "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048"


def test_a_role_is_changed(iam):
    role(iam, "changed", Description="old", MaxSessionDuration=7200)
    iam.update_role(RoleName="changed", Description="new", MaxSessionDuration=3601)
    shown = iam.get_role(RoleName="changed")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("new", 3601)
    # The longest session goes back to its default where it is not given.
    iam.update_role(RoleName="changed")
    shown = iam.get_role(RoleName="changed")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("new", 3600)
    shown = iam.update_role_description(RoleName="changed", Description="")["Role"]
    assert shown["Description"] == ""
    told = refused(iam.update_role, RoleName="changed", MaxSessionDuration=43201)
    assert told.startswith("ValidationError: ")


def test_what_is_no_role_of_ones_own_is_refused(iam):
    role(iam, "Known")
    told = refused(iam.create_role, RoleName="known", AssumeRolePolicyDocument=trust())
    assert told == "EntityAlreadyExists: Role with name Known already exists."
    told = refused(
        iam.create_role,
        RoleName="x",
        Path="/aws-service-role/ecs.amazonaws.com/",
        AssumeRolePolicyDocument=trust(),
    )
    assert told.startswith("InvalidInput: The path /aws-service-role/ is for")
    assert refused(iam.get_role, RoleName="none") == NO_ROLE
    assert refused(iam.update_role, RoleName="none") == NO_ROLE
    assert refused(iam.update_role_description, RoleName="none", Description="") == NO_ROLE
    told = refused(iam.update_assume_role_policy, RoleName="none", PolicyDocument=trust())
    assert told == NO_ROLE
    assert refused(iam.delete_role, RoleName="none") == NO_ROLE
    assert refused(iam.list_instance_profiles_for_role, RoleName="none") == NO_ROLE
    assert refused(iam.tag_role, RoleName="none", Tags=[]) == NO_ROLE
    assert refused(iam.untag_role, RoleName="none", TagKeys=[]) == NO_ROLE
    assert refused(iam.list_role_tags, RoleName="none") == NO_ROLE


def test_roles_are_listed_in_pages(iam):
    made = [f"page-{number}" for number in range(5)]
    for name in made:
        role(iam, name, Path="/page/")
    found = pages(iam.list_roles, "Roles", PathPrefix="/page/", MaxItems=2)
    assert [[one["RoleName"] for one in page] for page in found] == [
        made[:2],
        made[2:4],
        made[4:],
    ]


def test_a_role_has_a_boundary_and_tags(iam):
    role(iam, "bounded")
    bounds = "arn:aws:iam::aws:policy/PowerUserAccess"
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=bounds)
    shown = iam.get_role(RoleName="bounded")["Role"]["PermissionsBoundary"]
    assert shown == {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bounds}
    iam.delete_role_permissions_boundary(RoleName="bounded")
    told = refused(iam.delete_role_permissions_boundary, RoleName="bounded")
    assert told == "NoSuchEntity: The role with name bounded has no permissions boundary."
    none = arn("policy", "none")
    put = iam.put_role_permissions_boundary
    told = refused(put, RoleName="bounded", PermissionsBoundary=none)
    assert told == f"NoSuchEntity: Scope ARN: {none} does not exist or is not attachable."
    iam.tag_role(RoleName="bounded", Tags=[{"Key": "B", "Value": "2"}, {"Key": "a", "Value": ""}])
    iam.untag_role(RoleName="bounded", TagKeys=["a"])
    assert iam.list_role_tags(RoleName="bounded")["Tags"] == [{"Key": "B", "Value": "2"}]
    waiter = iam.get_waiter("role_exists")
    waiter.wait(RoleName="bounded", WaiterConfig={"MaxAttempts": 1})


# -- service-linked roles


@pytest.mark.parametrize(
    ("service", "name", "policy"),
    [
        ("ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"),
        (
            "elasticloadbalancing.amazonaws.com",
            "AWSServiceRoleForElasticLoadBalancing",
            "AWSElasticLoadBalancingServiceRolePolicy",
        ),
        (
            "ecs.application-autoscaling.amazonaws.com",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            "AWSApplicationAutoscalingECSServicePolicy",
        ),
    ],
)
def test_a_service_has_a_role_of_its_own(iam, service, name, policy):
    create = iam.create_service_linked_role
    made = create(AWSServiceName=service)["Role"]
    assert made["Arn"] == arn("role", name, f"/aws-service-role/{service}/")
    statement = made["AssumeRolePolicyDocument"]["Statement"][0]
    assert statement["Principal"] == {"Service": service}
    [attached] = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached["PolicyArn"] == f"arn:aws:iam::aws:policy/aws-service-role/{policy}"
    told = refused(create, AWSServiceName=service)
    assert told == (
        f"InvalidInput: Service role name {name} has been taken in this account, "
        "please try a different suffix."
    )
    told = refused(create, AWSServiceName=service, CustomSuffix="x")
    assert told == f"InvalidInput: Custom suffix is not allowed for {service}"
    task = iam.delete_service_linked_role(RoleName=name)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/{service}/{name}/")
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "SUCCEEDED"
    assert refused(iam.get_role, RoleName=name).startswith("NoSuchEntity: ")
    told = refused(iam.get_service_linked_role_deletion_status, DeletionTaskId=task + "00")
    assert told.startswith("NoSuchEntity: The deletion task ")


def test_nobody_but_the_service_changes_its_role(iam):
    iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com", Description="ours")
    name = {"RoleName": "AWSServiceRoleForECS"}
    ready = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    own = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    profile(iam, "protected")
    for call, given in (
        (iam.delete_role, {}),
        (iam.attach_role_policy, {"PolicyArn": ready}),
        (iam.detach_role_policy, {"PolicyArn": own}),
        (iam.put_role_policy, {"PolicyName": "p", "PolicyDocument": document()}),
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.update_assume_role_policy, {"PolicyDocument": trust()}),
        (iam.put_role_permissions_boundary, {"PermissionsBoundary": ready}),
        (iam.delete_role_permissions_boundary, {}),
        (iam.add_role_to_instance_profile, {"InstanceProfileName": "protected"}),
        (iam.update_role, {"MaxSessionDuration": 3600}),
    ):
        assert refused(call, **name, **given) == (
            "UnmodifiableEntity: Cannot perform the operation on the protected role "
            "'AWSServiceRoleForECS' - this role is only modifiable by AWS"
        )
    shown = iam.update_role_description(**name, Description="theirs")["Role"]
    assert shown["Description"] == "theirs"
    iam.delete_service_linked_role(**name)


def test_what_is_no_service_linked_role_is_refused(iam):
    told = refused(iam.create_service_linked_role, AWSServiceName="lex.amazonaws.com")
    assert told == (
        "InvalidInput: A service-linked role of lex.amazonaws.com is not supported by Longshore yet"
    )
    role(iam, "ordinary")
    told = refused(iam.delete_service_linked_role, RoleName="ordinary")
    assert told.startswith("InvalidInput: The role with name ordinary is not a service-linked role")
    assert refused(iam.delete_service_linked_role, RoleName="none") == NO_ROLE


# -- instance profiles


def test_an_instance_profile_has_one_role(iam):
    first = role(iam, "first")
    role(iam, "second")
    made = profile(iam, "one-role", "first", Path="/p/", Tags=[{"Key": "a", "Value": "1"}])
    assert re.fullmatch(r"AIPA[A-Z2-7]{17}", made["InstanceProfileId"])
    assert made["Arn"] == arn("instance-profile", "one-role", "/p/")
    shown = iam.get_instance_profile(InstanceProfileName="one-role")["InstanceProfile"]
    assert [one["RoleId"] for one in shown["Roles"]] == [first["RoleId"]]
    assert shown["Tags"] == [{"Key": "a", "Value": "1"}]
    named = {"InstanceProfileName": "one-role"}
    told = refused(iam.add_role_to_instance_profile, **named, RoleName="second")
    assert told == (
        "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    )
    told = refused(iam.delete_role, RoleName="first")
    assert told == (
        "DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    )
    told = refused(iam.delete_instance_profile, **named)
    assert told == (
        "DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    )
    told = refused(iam.remove_role_from_instance_profile, **named, RoleName="second")
    assert told.startswith("NoSuchEntity: ")
    iam.remove_role_from_instance_profile(**named, RoleName="first")
    iam.delete_role(RoleName="first")
    iam.delete_instance_profile(**named)
    assert refused(iam.get_instance_profile, **named).startswith("NoSuchEntity: ")


def test_instance_profiles_are_listed_in_pages(iam):
    role(iam, "of-profiles")
    made = [f"page-{number}" for number in range(3)]
    for name in made:
        profile(iam, name, "of-profiles", Path="/page/")
    listed = (iam.list_instance_profiles, {"PathPrefix": "/page/"})
    of_role = (iam.list_instance_profiles_for_role, {"RoleName": "of-profiles"})
    for call, given in (listed, of_role):
        found = pages(call, "InstanceProfiles", MaxItems=2, **given)
        assert [[one["InstanceProfileName"] for one in page] for page in found] == [
            made[:2],
            made[2:],
        ]
        assert [one["RoleName"] for one in found[0][0]["Roles"]] == ["of-profiles"]


def test_what_is_no_instance_profile_is_refused(iam):
    named = {"InstanceProfileName": "none"}
    role(iam, "in-none")
    assert refused(iam.get_instance_profile, **named) == NO_PROFILE
    assert refused(iam.delete_instance_profile, **named) == NO_PROFILE
    assert refused(iam.add_role_to_instance_profile, **named, RoleName="in-none") == NO_PROFILE
    told = refused(iam.remove_role_from_instance_profile, **named, RoleName="in-none")
    assert told == NO_PROFILE
    assert refused(iam.tag_instance_profile, **named, Tags=[]) == NO_PROFILE
    assert refused(iam.untag_instance_profile, **named, TagKeys=[]) == NO_PROFILE
    assert refused(iam.list_instance_profile_tags, **named) == NO_PROFILE
    profile(iam, "Known-profile")
    told = refused(iam.create_instance_profile, InstanceProfileName="known-PROFILE")
    assert told == "EntityAlreadyExists: Instance Profile Known-profile already exists."
    named = {"InstanceProfileName": "Known-profile"}
    assert refused(iam.add_role_to_instance_profile, **named, RoleName="none") == NO_ROLE
    iam.tag_instance_profile(**named, Tags=[{"Key": "a", "Value": "1"}])
    assert iam.list_instance_profile_tags(**named)["Tags"] == [{"Key": "a", "Value": "1"}]
    iam.untag_instance_profile(**named, TagKeys=["A"])
    assert iam.list_instance_profile_tags(**named)["Tags"] == []


def test_a_role_has_inline_policies_up_to_a_size(iam):
    role(iam, "inline")
    put = iam.put_role_policy
    for number in range(5):
        statement = allow("s3:" + "x" * 1900)
        put(RoleName="inline", PolicyName=f"p{number}", PolicyDocument=document(statement))
    told = refused(put, RoleName="inline", PolicyName="p5", PolicyDocument=document(statement))
    assert told == "LimitExceeded: Maximum policy size of 10240 bytes exceeded for role inline"
    found = pages(iam.list_role_policies, "PolicyNames", RoleName="inline", MaxItems=3)
    assert found == [["p0", "p1", "p2"], ["p3", "p4"]]
