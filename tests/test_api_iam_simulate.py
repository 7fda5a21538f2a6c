"""IAM's policy simulator as boto3 and the AWS CLI see it."""

import pytest

from harness.iam import allow, arn, deny, document, trust
from harness.refusals import refused

BUCKET = "arn:aws:s3:::photos"
READY = "arn:aws:iam::aws:policy/"


@pytest.fixture(scope="module")
def iam(shared):
    return shared.boto("iam")


def custom(iam, *statements, action="s3:GetObject", **more):
    """The one result of the simulation of a document."""
    given = {"PolicyInputList": [document(*statements)], "ActionNames": [action], **more}
    [result] = iam.simulate_custom_policy(**given)["EvaluationResults"]
    return result


def principal(iam, source, action="s3:GetObject", **more):
    given = {"PolicySourceArn": source, "ActionNames": [action], **more}
    [result] = iam.simulate_principal_policy(**given)["EvaluationResults"]
    return result


def ids(result):
    return [one["SourcePolicyId"] for one in result["MatchedStatements"]]


def entry(name, *values, kind="string"):
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


# -- the CLI


def test_the_cli_simulates(shared):
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*",'
        '"Resource":"*","Condition":{"DateGreaterThan":{'
        '"aws:CurrentTime":"2015-08-16T12:00:00Z"}}}}'
    )
    named = {"policy_input_list": [document], "action_names": "dynamodb:CreateBackup"}
    [result] = shared.aws("iam", "simulate-custom-policy", **named)["EvaluationResults"]
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:CurrentTime"]
    at = entry("aws:CurrentTime", "2016-01-01T00:00:00Z", kind="date")
    told = shared.aws("iam", "simulate-custom-policy", context_entries=[at], **named)
    [result] = told["EvaluationResults"]
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    assert result["MatchedStatements"] == [
        {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "none",
            "StartPosition": {"Line": 1, "Column": 38},
            "EndPosition": {"Line": 1, "Column": 167},
        }
    ]
    keys = shared.aws("iam", "get-context-keys-for-custom-policy", policy_input_list=[document])
    assert keys["ContextKeyNames"] == ["aws:CurrentTime"]


# -- documents


def test_documents_allow_and_deny(iam):
    result = custom(iam)
    assert (result["EvalDecision"], result["EvalActionName"]) == ("allowed", "s3:GetObject")
    assert result["EvalResourceName"] == "*"
    assert ids(result) == ["PolicyInputList.1"]
    result = custom(iam, action="s3:PutObject")
    assert (result["EvalDecision"], ids(result)) == ("implicitDeny", [])
    result = custom(iam, allow("s3:*"), deny("s3:Get*"))
    assert (result["EvalDecision"], ids(result)) == ("explicitDeny", ["PolicyInputList.1"])
    documents = [document(allow("ecs:*")), document(allow("s3:*"))]
    result = custom(iam, PolicyInputList=documents)
    assert ids(result) == ["PolicyInputList.2"]


def test_each_resource_has_its_result(iam):
    statements = [allow("s3:*", f"{BUCKET}/*"), deny("s3:*", f"{BUCKET}/secret")]
    resources = [f"{BUCKET}/a", f"{BUCKET}/secret", "arn:aws:s3:::other/a"]
    result = custom(iam, *statements, ResourceArns=resources)
    assert (result["EvalDecision"], result["EvalResourceName"]) == ("explicitDeny", "*")
    assert ids(result) == ["PolicyInputList.1"]
    found = {
        one["EvalResourceName"]: (one["EvalResourceDecision"], len(one["MatchedStatements"]))
        for one in result["ResourceSpecificResults"]
    }
    assert found == {
        resources[0]: ("allowed", 1),
        resources[1]: ("explicitDeny", 1),
        resources[2]: ("implicitDeny", 0),
    }
    result = custom(iam, *statements, ResourceArns=resources[:1])
    assert result["EvalDecision"] == "allowed"
    result = custom(iam, *statements, ResourceArns=["*"])
    assert (result["EvalDecision"], result.get("ResourceSpecificResults")) == (
        "implicitDeny",
        None,
    )


def test_actions_come_in_pages(iam):
    actions = [f"s3:Get{number}" for number in range(5)]
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[document(allow("s3:Get3"))],
        ActionNames=actions,
        PaginationConfig={"PageSize": 2},
    )
    found = [page["EvaluationResults"] for page in pages]
    assert [len(page) for page in found] == [2, 2, 1]
    assert [one["EvalActionName"] for one in sum(found, [])] == actions
    allowed = [one["EvalActionName"] for one in sum(found, []) if one["EvalDecision"] == "allowed"]
    assert allowed == ["s3:Get3"]


def test_a_boundary_only_limits(iam):
    bounds = {"PermissionsBoundaryPolicyInputList": [document(allow("s3:Get*"))]}
    result = custom(iam, allow("s3:*"), **bounds)
    assert (result["EvalDecision"], ids(result)) == ("allowed", ["PolicyInputList.1"])
    detail = result["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": True}
    result = custom(iam, allow("s3:*"), action="s3:PutObject", **bounds)
    assert result["EvalDecision"] == "implicitDeny"
    detail = result["PermissionsBoundaryDecisionDetail"]
    assert detail == {"AllowedByPermissionsBoundary": False}
    assert "PermissionsBoundaryDecisionDetail" not in custom(iam)


def test_a_resource_has_its_policy(iam):
    caller = arn("user", "ann")
    grant = document(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": caller}))
    given = {"ResourceArns": [f"{BUCKET}/a"], "ResourcePolicy": grant}
    result = custom(iam, allow("ecs:*"), CallerArn=caller, **given)
    assert (result["EvalDecision"], ids(result)) == ("allowed", ["ResourcePolicy"])
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "resource"
    result = custom(iam, allow("ecs:*"), CallerArn=arn("user", "bob"), **given)
    assert result["EvalDecision"] == "implicitDeny"
    # Of another account's resource, both sides have to allow it.
    for owner in ("111111111111", "arn:aws:iam::111111111111:root"):
        away = {**given, "ResourceOwner": owner, "CallerArn": caller}
        assert custom(iam, allow("ecs:*"), **away)["EvalDecision"] == "implicitDeny"
        assert custom(iam, allow("s3:*"), **away)["EvalDecision"] == "allowed"


def test_context_is_as_it_is_given(iam):
    condition = {
        "StringEquals": {"aws:RequestedRegion": ["eu-west-1"]},
        "NumericLessThan": {"s3:max-keys": "10"},
        "Bool": {"aws:SecureTransport": "true"},
        "IpAddress": {"aws:SourceIp": "192.0.2.0/24"},
        "ForAnyValue:StringEquals": {"aws:TagKeys": ["a"]},
    }
    statement = allow("s3:*", Condition=condition)
    entries = [
        entry("aws:requestedregion", "eu-west-1"),
        entry("s3:max-keys", "9", kind="numeric"),
        entry("aws:SecureTransport", "true", kind="boolean"),
        entry("aws:SourceIp", "192.0.2.7", kind="ip"),
        entry("aws:TagKeys", "b", "a", kind="stringList"),
    ]
    result = custom(iam, statement, ContextEntries=entries)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    result = custom(iam, statement, ContextEntries=entries[:-1])
    assert (result["EvalDecision"], result["MissingContextValues"]) == (
        "implicitDeny",
        ["aws:TagKeys"],
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"PolicyInputList": ["{"]}, "The policy PolicyInputList.1 is not valid: Syntax errors"),
        ({"ActionNames": ["GetObject"]}, "The action GetObject is not valid"),
        ({"ActionNames": ["s3:*"]}, "The action s3:* is not valid"),
        ({"ResourceArns": ["photos"]}, "The resource ARN photos is not valid"),
        ({"CallerArn": "arn:aws:iam::000000000000:root"}, "The caller ARN "),
        ({"ResourceOwner": "me"}, "The resource owner me is not an account"),
        ({"ResourcePolicy": document()}, "CallerArn is required"),
        (
            {"ResourcePolicy": document(), "CallerArn": arn("role", "r")},
            "Simulation of resource-based policies isn't supported for IAM roles.",
        ),
        ({"ResourcePolicy": document(), "CallerArn": arn("user", "u")}, "The policy Resource"),
        (
            {"PermissionsBoundaryPolicyInputList": [document(), document()]},
            "You can input only one permissions boundary policy.",
        ),
        ({"ContextEntries": [entry("region", "x")]}, "The context entry region is not valid"),
        (
            {"ContextEntries": [entry("aws:SourceIp", "x", kind="ip")]},
            "The context entry aws:SourceIp is not valid: x is not of its type.",
        ),
        (
            {"ContextEntries": [entry("s3:prefix", "a", "b")]},
            "The context entry s3:prefix is not valid: a key of this type has one value.",
        ),
        (
            {"ResourceHandlingOption": "EC2-VPC-EBS"},
            "`ResourceHandlingOption` is not supported by Longshore yet",
        ),
        (
            {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": []}]},
            "`OrderedOrganizationPolicyInputList` is not supported by Longshore yet",
        ),
    ],
)
def test_what_cannot_be_simulated_is_refused(iam, changes, why):
    given = {"PolicyInputList": [document()], "ActionNames": ["s3:GetObject"], **changes}
    assert refused(iam.simulate_custom_policy, **given).startswith(f"InvalidInput: {why}")


# -- users, groups and roles


def test_all_policies_of_a_user_count(iam):
    iam.create_user(UserName="ann", Tags=[{"Key": "team", "Value": "x"}])
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    iam.put_group_policy(
        GroupName="readers", PolicyName="read", PolicyDocument=document(allow("s3:Get*"))
    )
    source = arn("user", "ann")
    result = principal(iam, source)
    assert (result["EvalDecision"], ids(result)) == ("allowed", ["group_readers_read"])
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "group"
    assert principal(iam, arn("group", "readers"))["EvalDecision"] == "allowed"
    assert principal(iam, source, "s3:PutObject")["EvalDecision"] == "implicitDeny"
    iam.put_user_policy(
        UserName="ann", PolicyName="write", PolicyDocument=document(allow("s3:Put*"))
    )
    assert ids(principal(iam, source, "s3:PutObject")) == ["user_ann_write"]
    iam.attach_user_policy(UserName="ann", PolicyArn=READY + "AmazonS3ReadOnlyAccess")
    result = principal(iam, source)
    assert ids(result) == ["AmazonS3ReadOnlyAccess", "group_readers_read"]
    result = principal(iam, source, PolicyInputList=[document(deny("s3:*"))])
    assert (result["EvalDecision"], ids(result)) == ("explicitDeny", ["PolicyInputList.1"])
    # What a request of hers says of her need not be given.
    mine = allow("s3:*", "arn:aws:s3:::${aws:username}/${aws:PrincipalTag/team}")
    given = {"PolicyInputList": [document(mine)], "ResourceArns": ["arn:aws:s3:::ann/x"]}
    result = principal(iam, source, "s3:ListBucket", **given)
    assert ids(result) == ["AmazonS3ReadOnlyAccess", "PolicyInputList.1"]
    assert result["MissingContextValues"] == []
    iam.create_user(UserName="bob")
    result = principal(iam, arn("user", "bob"), **given, CallerArn=source)
    assert result["EvalDecision"] == "allowed"
    assert principal(iam, arn("user", "bob"), **given)["EvalDecision"] == "implicitDeny"
    iam.put_user_permissions_boundary(
        UserName="ann", PermissionsBoundary=READY + "AmazonDynamoDBFullAccess"
    )
    result = principal(iam, source)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    bounds = {"PermissionsBoundaryPolicyInputList": [document(allow("s3:*"))]}
    assert principal(iam, source, **bounds)["EvalDecision"] == "allowed"


def test_all_policies_of_a_role_count(iam):
    iam.create_role(RoleName="task", AssumeRolePolicyDocument=trust())
    own = iam.create_policy(PolicyName="own", PolicyDocument=document(allow("s3:Get*")))["Policy"]
    iam.attach_role_policy(RoleName="task", PolicyArn=own["Arn"])
    source = arn("role", "task")
    result = principal(iam, source)
    assert (result["EvalDecision"], ids(result)) == ("allowed", ["own"])
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "user-managed"
    second = document(deny("s3:Get*"))
    iam.create_policy_version(PolicyArn=own["Arn"], PolicyDocument=second, SetAsDefault=True)
    assert principal(iam, source)["EvalDecision"] == "explicitDeny"
    iam.put_role_policy(
        RoleName="task",
        PolicyName="keyed",
        PolicyDocument=document(
            allow("s3:*", Condition={"StringLike": {"s3:prefix": "${aws:PrincipalTag/a}/*"}})
        ),
    )
    keys = iam.get_context_keys_for_principal_policy(
        PolicySourceArn=source,
        PolicyInputList=[document(allow("s3:*", Condition={"Null": {"aws:SourceVpc": "true"}}))],
    )
    assert keys["ContextKeyNames"] == ["aws:PrincipalTag/a", "aws:SourceVpc", "s3:prefix"]
    told = "aws:PrincipalTag/a", "s3:prefix"
    assert principal(iam, source, "s3:PutObject")["MissingContextValues"] == list(told)


def test_who_is_simulated_has_to_be_there(iam):
    for call, given in (
        (iam.simulate_principal_policy, {"ActionNames": ["s3:GetObject"]}),
        (iam.get_context_keys_for_principal_policy, {}),
    ):
        source = arn("user", "none")
        told = refused(call, PolicySourceArn=source, **given)
        assert told == f"NoSuchEntity: The entity {source} cannot be found."
        away = "arn:aws:iam::111111111111:role/any"
        assert refused(call, PolicySourceArn=away, **given).startswith("AccessDenied: ")
        told = refused(call, PolicySourceArn=arn("policy", "own"), **given)
        assert told.startswith("InvalidInput: ")
        told = refused(call, PolicySourceArn=arn("user", "x"), PolicyInputList=["{"], **given)
        assert told.startswith(("NoSuchEntity: ", "InvalidInput: "))
    told = refused(iam.get_context_keys_for_custom_policy, PolicyInputList=["{"])
    assert told.startswith("InvalidInput: The policy PolicyInputList.1 is not valid")


def test_policies_can_be_left_out(iam):
    iam.create_user(UserName="cut", PermissionsBoundary=READY + "AmazonS3FullAccess")
    iam.create_group(GroupName="cutters")
    iam.add_user_to_group(GroupName="cutters", UserName="cut")
    own = iam.create_policy(PolicyName="cut", PolicyDocument=document(allow("s3:*")))["Policy"]
    iam.attach_user_policy(UserName="cut", PolicyArn=own["Arn"])
    iam.attach_user_policy(UserName="cut", PolicyArn=READY + "AmazonS3ReadOnlyAccess")
    iam.put_user_policy(UserName="cut", PolicyName="p", PolicyDocument=document(allow("ecs:*")))
    named = {"GroupName": "cutters", "PolicyName": "p"}
    iam.put_group_policy(**named, PolicyDocument=document(allow("s3:*")))
    source = arn("user", "cut")

    def without(*identifiers):
        return ids(principal(iam, source, PolicyExclusionList=list(identifiers)))

    everything = ["AmazonS3ReadOnlyAccess", "cut", "group_cutters_p"]
    assert sorted(without()) == everything
    assert sorted(without({"PolicyType": "rcp"})) == everything
    assert without({"PolicyType": "inline"}, {"PolicyType": "aws-managed"}) == ["cut"]
    assert sorted(without({"PolicyType": "user-managed"})) == [everything[0], everything[2]]
    assert sorted(without({"PolicyArn": READY + "AmazonS3*"})) == everything[1:]
    assert sorted(without({"PolicyArn": arn("policy", "c?t")})) == [everything[0], everything[2]]
    inline = {"PolicyName": "p", "AttachmentType": "group", "AttachmentName": "cutters"}
    assert sorted(without({"InlinePolicyIdentifier": inline})) == everything[:2]
    result = principal(iam, source, "ecs:RunTask")
    assert result["EvalDecision"] == "implicitDeny"
    unbounded = {"PolicyExclusionList": [{"PolicyType": "permission-boundary"}]}
    result = principal(iam, source, "ecs:RunTask", **unbounded)
    assert (result["EvalDecision"], ids(result)) == ("allowed", ["user_cut_p"])
    for wrong in ("arn:aws:s3:::a-bucket-of-mine", READY + "*/x", READY + "a*b*"):
        given = {"PolicySourceArn": source, "ActionNames": ["s3:GetObject"]}
        told = refused(
            iam.simulate_principal_policy, **given, PolicyExclusionList=[{"PolicyArn": wrong}]
        )
        assert told.startswith("InvalidInput: "), wrong
