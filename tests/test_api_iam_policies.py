"""Managed and inline policies of IAM, and what has them, as boto3 and the AWS CLI see them."""

import json
import re

import pytest

from harness.iam import allow, arn, document, of_size, pages, trust
from harness.refusals import refused

READY = "arn:aws:iam::aws:policy/"
READ_ONLY = READY + "ReadOnlyAccess"
EXECUTION = READY + "service-role/AmazonECSTaskExecutionRolePolicy"
OUTSIDE = "AccessDenied: Policy is outside your own account."
NONE = arn("policy", "none")
NOT_FOUND = f"NoSuchEntity: Policy {NONE} was not found."
NOT_ATTACHABLE = f"NoSuchEntity: Policy {NONE} does not exist or is not attachable."
KINDS = ("user", "group", "role")


@pytest.fixture(scope="module")
def iam(shared):
    return shared.boto("iam")


def policy(iam, name, *statements, **more):
    given = {"PolicyName": name, "PolicyDocument": document(*statements), **more}
    return iam.create_policy(**given)["Policy"]


def make(iam, kind, name, path="/"):
    """Somebody who can have policies."""
    if kind == "role":
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=trust())
    else:
        method = getattr(iam, f"create_{kind}")
        method(**{f"{kind.title()}Name": name, "Path": path})


class Of:
    """The operations on one who has policies, whatever it is: `Of(iam, "user", "ann")`."""

    def __init__(self, iam, kind, name):
        self.iam = iam
        self.kind = kind
        self.named = {f"{kind.title()}Name": name}

    def __getattr__(self, operation):
        method = getattr(self.iam, operation.replace("_of", f"_{self.kind}"))
        return lambda **given: method(**self.named, **given)


def attached(answer):
    return [one["PolicyName"] for one in answer["AttachedPolicies"]]


# -- the CLI


def test_the_life_of_a_policy(shared):
    def call(operation, *arguments, **named):
        return shared.aws("iam", operation, *arguments, **named)

    made = call("create-policy", policy_name="cli", policy_document=document())["Policy"]
    named = {"policy_arn": made["Arn"]}
    second = document(allow("s3:PutObject"))
    version = call("create-policy-version", "--set-as-default", policy_document=second, **named)
    assert version["PolicyVersion"]["VersionId"] == "v2"
    shown = call("get-policy-version", version_id="v2", **named)["PolicyVersion"]
    assert shown["Document"] == json.loads(second)
    call("set-default-policy-version", version_id="v1", **named)
    call("delete-policy-version", version_id="v2", **named)
    [listed] = call("list-policies", scope="Local")["Policies"]
    assert (listed["Arn"], listed["DefaultVersionId"]) == (made["Arn"], "v1")
    call("delete-policy", **named)
    assert refused(shared.aws, "iam", "get-policy", **named).startswith("NoSuchEntity: ")


# -- managed policies


def test_a_policy_is_shown_as_it_was_made(iam):
    made = policy(
        iam, "whole", Path="/app/", Description="reads", Tags=[{"Key": "a", "Value": "1"}]
    )
    assert re.fullmatch(r"ANPA[A-Z2-7]{17}", made["PolicyId"])
    assert made["Arn"] == arn("policy", "whole", "/app/")
    assert (made["DefaultVersionId"], made["AttachmentCount"]) == ("v1", 0)
    assert made["IsAttachable"] is True
    shown = iam.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert shown == made
    assert (shown["Description"], shown["Tags"]) == ("reads", [{"Key": "a", "Value": "1"}])
    [listed] = iam.list_policies(PathPrefix="/app/")["Policies"]
    assert listed == {key: it for key, it in made.items() if key not in ("Description", "Tags")}
    waiter = iam.get_waiter("policy_exists")
    waiter.wait(PolicyArn=made["Arn"], WaiterConfig={"MaxAttempts": 1})


def test_a_policy_has_five_versions_at_most(iam):
    named = {"PolicyArn": policy(iam, "versions")["Arn"]}
    for number in range(2, 6):
        made = iam.create_policy_version(
            **named, PolicyDocument=document(allow(f"s3:V{number}")), SetAsDefault=number == 3
        )["PolicyVersion"]
        assert (made["VersionId"], made["IsDefaultVersion"]) == (f"v{number}", number == 3)
        assert "Document" not in made
    told = refused(iam.create_policy_version, **named, PolicyDocument=document())
    assert told == (
        "LimitExceeded: A managed policy can have up to 5 versions. Before you create a new "
        "version, you must delete an existing version."
    )
    found = pages(iam.list_policy_versions, "Versions", MaxItems=2, **named)
    assert [[one["VersionId"] for one in page] for page in found] == [
        ["v5", "v4"],
        ["v3", "v2"],
        ["v1"],
    ]
    assert "Document" not in found[0][0]
    shown = iam.get_policy_version(**named, VersionId="v3")["PolicyVersion"]
    assert shown["IsDefaultVersion"] is True
    assert shown["Document"] == json.loads(document(allow("s3:V3")))
    told = refused(iam.delete_policy_version, **named, VersionId="v3")
    assert told == "DeleteConflict: Cannot delete the default version of a policy."
    iam.delete_policy_version(**named, VersionId="v5")
    # A number is given once.
    made = iam.create_policy_version(**named, PolicyDocument=document())["PolicyVersion"]
    assert made["VersionId"] == "v6"
    told = refused(iam.delete_policy, **named)
    assert told.startswith("DeleteConflict: This policy has more than one version.")
    for version in ("v1", "v2", "v4", "v6"):
        iam.delete_policy_version(**named, VersionId=version)
    iam.delete_policy(**named)


def test_a_version_that_is_not_there_is_refused(iam):
    named = {"PolicyArn": policy(iam, "one-version")["Arn"]}
    told = (
        f"NoSuchEntity: Policy {named['PolicyArn']} version v2 does not exist or is not attachable."
    )
    for call in (
        iam.get_policy_version,
        iam.delete_policy_version,
        iam.set_default_policy_version,
    ):
        assert refused(call, **named, VersionId="v2") == told
        assert refused(call, PolicyArn=NONE, VersionId="v1") == NOT_FOUND
        assert refused(call, **named, VersionId="2").startswith("ValidationError: ")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("{", "Syntax errors in policy."),
        ('{"Version": "2012-10-17"}', "Syntax errors in policy."),
        (
            document({"Effect": "Allow", "Action": "s3:*"}),
            "Policy statement must contain resources.",
        ),
        (trust(Resource="*"), "Policy document should not specify a principal."),
        (document(allow("s3")), "Actions/Conditions must be prefaced by a vendor"),
        (document(allow("s3:*", "bucket")), 'Resource bucket must be in ARN format or "*".'),
    ],
)
def test_what_is_no_policy_is_refused(iam, given, why):
    told = refused(iam.create_policy, PolicyName="malformed", PolicyDocument=given)
    assert told.startswith(f"MalformedPolicyDocument: {why}")
    named = {"PolicyArn": READ_ONLY, "PolicyDocument": given}
    assert refused(iam.create_policy_version, **named) == OUTSIDE


def test_a_managed_policy_has_its_size(iam):
    padded = of_size(6144).replace(",", ",\n    ")
    made = iam.create_policy(PolicyName="largest", PolicyDocument=padded)["Policy"]
    told = refused(iam.create_policy, PolicyName="larger", PolicyDocument=of_size(6145))
    assert told == "LimitExceeded: Cannot exceed quota for PolicySize: 6144"
    version = {"PolicyArn": made["Arn"], "PolicyDocument": of_size(6145)}
    assert refused(iam.create_policy_version, **version) == told


def test_names_of_policies_are_unique_whatever_the_path(iam):
    policy(iam, "Unique", Path="/one/")
    told = refused(policy, iam, "uNIQUE", Path="/two/")
    assert told == (
        "EntityAlreadyExists: A policy called uNIQUE already exists. "
        "Duplicate names are not allowed."
    )


def test_what_is_no_policy_of_the_account_is_refused(iam):
    for call, given in (
        (iam.get_policy, {}),
        (iam.delete_policy, {}),
        (iam.create_policy_version, {"PolicyDocument": document()}),
        (iam.list_policy_versions, {}),
        (iam.list_entities_for_policy, {}),
        (iam.tag_policy, {"Tags": []}),
        (iam.untag_policy, {"TagKeys": []}),
        (iam.list_policy_tags, {}),
    ):
        assert refused(call, PolicyArn=NONE, **given) == NOT_FOUND
        told = refused(call, PolicyArn="arn:aws:s3:::a-bucket", **given)
        assert told == "InvalidInput: ARN arn:aws:s3:::a-bucket is not valid."


def test_tags_of_a_policy(iam):
    named = {"PolicyArn": policy(iam, "tagged")["Arn"]}
    iam.tag_policy(**named, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.untag_policy(**named, TagKeys=["a"])
    assert iam.list_policy_tags(**named)["Tags"] == [{"Key": "b", "Value": "2"}]
    found = pages(iam.list_policy_tags, "Tags", PolicyArn=READ_ONLY)
    assert found == [[]]


# -- policies that every account finds ready


def test_ready_policies_are_shown_and_cannot_be_changed(iam):
    shown = iam.get_policy(PolicyArn=EXECUTION)["Policy"]
    assert (shown["PolicyName"], shown["Path"]) == (
        "AmazonECSTaskExecutionRolePolicy",
        "/service-role/",
    )
    named = {"PolicyArn": EXECUTION}
    version = iam.get_policy_version(**named, VersionId=shown["DefaultVersionId"])
    [statement] = version["PolicyVersion"]["Document"]["Statement"]
    assert "ecr:GetAuthorizationToken" in statement["Action"]
    assert "logs:PutLogEvents" in statement["Action"]
    [listed] = iam.list_policy_versions(**named)["Versions"]
    assert listed["IsDefaultVersion"] is True
    assert refused(iam.get_policy_version, **named, VersionId="v99").startswith("NoSuchEntity: ")
    for call, given in (
        (iam.delete_policy, {}),
        (iam.create_policy_version, {"PolicyDocument": document()}),
        (iam.delete_policy_version, {"VersionId": "v1"}),
        (iam.set_default_policy_version, {"VersionId": "v1"}),
        (iam.tag_policy, {"Tags": []}),
        (iam.untag_policy, {"TagKeys": []}),
    ):
        assert refused(call, **named, **given) == OUTSIDE


def test_policies_are_listed_by_whose_they_are_and_how_they_are_used(iam):
    policy(iam, "listed-a", Path="/listed/")
    policy(iam, "listed-b", Path="/listed/")
    iam.create_user(UserName="lists", PermissionsBoundary=arn("policy", "listed-b", "/listed/"))
    iam.attach_user_policy(UserName="lists", PolicyArn=arn("policy", "listed-a", "/listed/"))
    iam.attach_user_policy(UserName="lists", PolicyArn=READY + "IAMFullAccess")

    def found(**given):
        listed = pages(iam.list_policies, "Policies", MaxItems=7, **given)
        assert all(len(page) == 7 for page in listed[:-1])
        return [one["PolicyName"] for one in sum(listed, [])]

    ready = found(Scope="AWS")
    assert {"AdministratorAccess", "AmazonECS_FullAccess", "ViewOnlyAccess"} <= set(ready)
    assert ready == sorted(ready, key=str.lower)
    assert found(Scope="Local", PathPrefix="/listed/") == ["listed-a", "listed-b"]
    assert found() == found(Scope="Local") + ready
    assert found(Scope="Local", PathPrefix="/listed/", OnlyAttached=True) == ["listed-a"]
    of_boundary = {"PathPrefix": "/listed/", "PolicyUsageFilter": "PermissionsBoundary"}
    assert found(**of_boundary) == ["listed-b"]
    of_permissions = {"PathPrefix": "/listed/", "PolicyUsageFilter": "PermissionsPolicy"}
    assert found(**of_permissions) == ["listed-a"]
    assert "IAMFullAccess" in found(Scope="AWS", OnlyAttached=True)
    assert "ViewOnlyAccess" not in found(Scope="AWS", OnlyAttached=True)
    assert found(PathPrefix="/job-function/") == ["ViewOnlyAccess"]


# -- attachments


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_attached_and_detached(iam, kind):
    name = f"attached-{kind}"
    make(iam, kind, name)
    of = Of(iam, kind, name)
    own = policy(iam, f"attached-to-{kind}", Path="/own/")["Arn"]
    of.attach_of_policy(PolicyArn=own)
    of.attach_of_policy(PolicyArn=own)
    of.attach_of_policy(PolicyArn=EXECUTION)
    shown = of.list_attached_of_policies()
    assert attached(shown) == [f"attached-to-{kind}", "AmazonECSTaskExecutionRolePolicy"]
    below = of.list_attached_of_policies(PathPrefix="/service-role/")
    assert attached(below) == ["AmazonECSTaskExecutionRolePolicy"]
    assert iam.get_policy(PolicyArn=own)["Policy"]["AttachmentCount"] == 1
    told = refused(iam.delete_policy, PolicyArn=own)
    assert told == "DeleteConflict: Cannot delete a policy attached to entities."
    of.detach_of_policy(PolicyArn=own)
    assert refused(of.detach_of_policy, PolicyArn=own) == (
        f"NoSuchEntity: Policy {own} was not found."
    )
    iam.delete_policy(PolicyArn=own)
    assert refused(of.attach_of_policy, PolicyArn=NONE) == NOT_ATTACHABLE
    of_service = READY + "aws-service-role/AmazonECSServiceRolePolicy"
    assert refused(of.attach_of_policy, PolicyArn=of_service) == (
        "PolicyNotAttachable: Cannot attach a Service Role Policy to a Customer Role."
    )
    wrong = "arn:aws:iam::aws:wrong"
    for call in (of.attach_of_policy, of.detach_of_policy):
        assert refused(call, PolicyArn=wrong) == f"InvalidInput: ARN {wrong} is not valid."
    told = refused(getattr(iam, f"delete_{kind}"), **of.named)
    assert told == "DeleteConflict: Cannot delete entity, must detach all policies first."


@pytest.mark.parametrize("kind", KINDS)
def test_ten_policies_are_attached_at_most(iam, kind):
    make(iam, kind, f"ten-{kind}")
    of = Of(iam, kind, f"ten-{kind}")
    for number in range(10):
        of.attach_of_policy(PolicyArn=policy(iam, f"ten-{kind}-{number}")["Arn"])
    told = refused(of.attach_of_policy, PolicyArn=READ_ONLY)
    assert told == f"LimitExceeded: Cannot exceed quota for PoliciesPer{kind.title()}: 10"
    found = pages(of.list_attached_of_policies, "AttachedPolicies", MaxItems=4)
    assert [len(page) for page in found] == [4, 4, 2]


def test_whom_a_policy_is_attached_to(iam):
    named = {"PolicyArn": policy(iam, "entities")["Arn"]}
    for kind in KINDS:
        make(iam, kind, f"has-{kind}", "/has/")
        Of(iam, kind, f"has-{kind}").attach_of_policy(**named)
    iam.create_user(UserName="is-bounded", PermissionsBoundary=named["PolicyArn"])

    def found(**given):
        marker, seen = {}, []
        while True:
            answer = iam.list_entities_for_policy(**named, **given, **marker)
            for kind in ("Group", "User", "Role"):
                for one in answer[f"Policy{kind}s"]:
                    assert set(one) == {f"{kind}Name", f"{kind}Id"}
                    seen.append(one[f"{kind}Name"])
            if not answer["IsTruncated"]:
                return seen
            marker = {"Marker": answer["Marker"]}

    everyone = ["has-group", "has-user", "is-bounded", "has-role"]
    assert found() == everyone
    assert found(MaxItems=1) == everyone
    assert found(EntityFilter="Role") == ["has-role"]
    assert found(EntityFilter="User", PolicyUsageFilter="PermissionsBoundary") == ["is-bounded"]
    assert found(PolicyUsageFilter="PermissionsPolicy", PathPrefix="/has/") == [
        "has-group",
        "has-user",
        "has-role",
    ]
    counts = iam.get_policy(**named)["Policy"]
    assert (counts["AttachmentCount"], counts["PermissionsBoundaryUsageCount"]) == (3, 1)


# -- inline policies


@pytest.mark.parametrize(("kind", "size"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_inline_policies_are_kept_up_to_a_size(iam, kind, size):
    make(iam, kind, f"inline-{kind}")
    of = Of(iam, kind, f"inline-{kind}")
    of.put_of_policy(PolicyName="b", PolicyDocument=of_size(size - 200))
    of.put_of_policy(PolicyName="a", PolicyDocument=of_size(200))
    told = refused(of.put_of_policy, PolicyName="c", PolicyDocument=document())
    assert told == (
        f"LimitExceeded: Maximum policy size of {size} bytes exceeded for {kind} inline-{kind}"
    )
    shorter = document(allow("s3:PutObject"))
    of.put_of_policy(PolicyName="a", PolicyDocument=shorter)
    shown = of.get_of_policy(PolicyName="a")
    assert shown["PolicyDocument"] == json.loads(shorter)
    assert (shown["PolicyName"], shown[f"{kind.title()}Name"]) == ("a", f"inline-{kind}")
    found = pages(of.list_of_policies, "PolicyNames", MaxItems=1)
    assert found == [["a"], ["b"]]
    told = refused(of.put_of_policy, PolicyName="x", PolicyDocument=trust())
    assert told.startswith("MalformedPolicyDocument: ")
    told = refused(getattr(iam, f"delete_{kind}"), **of.named)
    assert told == "DeleteConflict: Cannot delete entity, must delete policies first."
    of.delete_of_policy(PolicyName="a")
    told = f"NoSuchEntity: The {kind} policy with name a cannot be found."
    assert refused(of.get_of_policy, PolicyName="a") == told
    assert refused(of.delete_of_policy, PolicyName="a") == told


@pytest.mark.parametrize("kind", KINDS)
def test_who_has_policies_has_to_be_there(iam, kind):
    of = Of(iam, kind, "none")
    told = f"NoSuchEntity: The {kind} with name none cannot be found."
    named = {"PolicyName": "p"}
    assert refused(of.put_of_policy, **named, PolicyDocument=document()) == told
    assert refused(of.get_of_policy, **named) == told
    assert refused(of.delete_of_policy, **named) == told
    assert refused(of.list_of_policies) == told
    assert refused(of.attach_of_policy, PolicyArn=READ_ONLY) == told
    assert refused(of.detach_of_policy, PolicyArn=READ_ONLY) == told
    assert refused(of.list_attached_of_policies) == told


# -- all of it


def test_authorization_details_tell_everything(iam):
    iam.create_user(UserName="detail", Path="/detail/", Tags=[{"Key": "a", "Value": "1"}])
    iam.create_group(GroupName="detail")
    iam.add_user_to_group(GroupName="detail", UserName="detail")
    iam.put_user_policy(UserName="detail", PolicyName="p", PolicyDocument=document())
    iam.attach_group_policy(GroupName="detail", PolicyArn=READY + "IAMReadOnlyAccess")
    make(iam, "role", "detail")
    iam.create_instance_profile(InstanceProfileName="detail")
    iam.add_role_to_instance_profile(InstanceProfileName="detail", RoleName="detail")
    policy(iam, "detail")
    lists = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
    paginator = iam.get_paginator("get_account_authorization_details")
    told = paginator.paginate(PaginationConfig={"PageSize": 3}).build_full_result()

    def the(field, name):
        [found] = [one for one in told[field] if name in one.values()]
        return found

    user = the("UserDetailList", "detail")
    assert user["GroupList"] == ["detail"]
    assert user["UserPolicyList"] == [
        {"PolicyName": "p", "PolicyDocument": json.loads(document())}
    ]
    assert user["Tags"] == [{"Key": "a", "Value": "1"}]
    group = the("GroupDetailList", "detail")
    assert attached({"AttachedPolicies": group["AttachedManagedPolicies"]}) == [
        "IAMReadOnlyAccess"
    ]
    role = the("RoleDetailList", "detail")
    assert role["AssumeRolePolicyDocument"] == json.loads(trust())
    [profile] = role["InstanceProfileList"]
    assert profile["InstanceProfileName"] == "detail"
    [version] = the("Policies", "detail")["PolicyVersionList"]
    assert version["Document"] == json.loads(document())
    assert the("Policies", "IAMReadOnlyAccess")["AttachmentCount"] == 1
    everything = iam.get_account_authorization_details(MaxItems=1000)
    assert {name: len(everything[name]) for name in lists} == {
        name: len(told[name]) for name in lists
    }
    for kind, field in zip(("User", "Group", "Role", "LocalManagedPolicy"), lists, strict=True):
        answer = iam.get_account_authorization_details(Filter=[kind], MaxItems=1000)
        assert {name for name in lists if answer[name]} == {field}
    answer = iam.get_account_authorization_details(Filter=["AWSManagedPolicy"], MaxItems=1000)
    assert all(one["Arn"].startswith(READY) for one in answer["Policies"])


def test_policies_that_grant_access_to_a_service(iam):
    iam.create_user(UserName="granted")
    iam.create_group(GroupName="granted")
    iam.add_user_to_group(GroupName="granted", UserName="granted")
    iam.put_user_policy(
        UserName="granted", PolicyName="queues", PolicyDocument=document(allow("sqs:*"))
    )
    iam.put_group_policy(
        GroupName="granted", PolicyName="buckets", PolicyDocument=document(allow("s3:Get*"))
    )
    iam.attach_user_policy(UserName="granted", PolicyArn=READY + "AmazonS3FullAccess")
    answer = iam.list_policies_granting_service_access(
        Arn=arn("user", "granted"), ServiceNamespaces=["s3", "sqs", "ec2"]
    )
    found = {
        entry["ServiceNamespace"]: [
            (one["PolicyName"], one["PolicyType"], one.get("EntityName"))
            for one in entry["Policies"]
        ]
        for entry in answer["PoliciesGrantingServiceAccess"]
    }
    assert found == {
        "s3": [("AmazonS3FullAccess", "MANAGED", None), ("buckets", "INLINE", "granted")],
        "sqs": [("queues", "INLINE", "granted")],
        "ec2": [],
    }
    call = iam.list_policies_granting_service_access
    told = refused(call, Arn=arn("user", "none"), ServiceNamespaces=["s3"])
    assert told == f"NoSuchEntity: The entity {arn('user', 'none')} cannot be found."
    told = refused(call, Arn=READ_ONLY, ServiceNamespaces=["s3"])
    assert told.startswith("InvalidInput: ")
