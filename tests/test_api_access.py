"""Who may call what: every call is signed by a known key, and decided on by policies."""

import re

import botocore
import pytest

from harness.ecs import container
from harness.iam import ACCOUNT, ROOT, allow, deny, document, trust
from harness.refusals import refused
from test_api_unimplemented import SERVICES, answer

NOBODY = {"AWS_ACCESS_KEY_ID": "AKIAAAAAAAAAAAAAAAAA", "AWS_SECRET_ACCESS_KEY": "x" * 40}
UNKNOWN = {"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure"}
# Of which the proof is not a signature, and which are refused by name.
WITHOUT_SIGNATURE = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}
UNSIGNED = {"MissingAuthenticationToken", "MissingAuthenticationTokenException"}
CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/"
BECAUSE = "because no identity-based policy allows the"


def make_user(host, name, *statements):
    """The credentials of a user with one inline policy, and its ARN."""
    iam = host.boto("iam")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    if statements:
        iam.put_user_policy(
            UserName=name, PolicyName="own", PolicyDocument=document(*statements)
        )
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }, arn


# -- every operation


def codes(client, service):
    """How every operation of a service is refused."""
    model = client.meta.service_model
    found = {}
    for name in sorted(set(model.operation_names) - WITHOUT_SIGNATURE):
        status, code, _message = answer(client, model.operation_model(name))
        found.setdefault((status, code), []).append(name)
    return found


@pytest.mark.parametrize("service", [*SERVICES, "dynamodb"])
def test_no_operation_takes_a_key_that_nobody_has(shared, service):
    imported = codes(shared.boto(service, credentials=NOBODY), service)
    wrong = {
        said: names
        for said, names in imported.items()
        # What is not imported is not known at all.
        if said[1] not in UNKNOWN | {"UnknownOperationException", "InvalidAction"}
    }
    assert wrong == {}
    assert sum(len(names) for said, names in imported.items() if said[1] in UNKNOWN) >= 9


@pytest.mark.parametrize("service", [*SERVICES, "dynamodb"])
def test_no_operation_is_done_unsigned(shared, service):
    client = shared.boto(service)
    client.meta.config.signature_version = botocore.UNSIGNED
    client._request_signer._signature_version = botocore.UNSIGNED
    imported = codes(client, service)
    wrong = {
        said: names
        for said, names in imported.items()
        if said[1] not in UNSIGNED | {"UnknownOperationException", "InvalidAction"}
    }
    assert wrong == {}
    assert sum(len(names) for said, names in imported.items() if said[1] in UNSIGNED) >= 9


def test_roles_for_identities_of_elsewhere_are_refused_by_name(shared):
    sts = shared.boto("sts")
    role = f"arn:aws:iam::{ACCOUNT}:role/x"
    told = refused(
        sts.assume_role_with_web_identity,
        RoleArn=role,
        RoleSessionName="one",
        WebIdentityToken="x" * 20,
    )
    assert told == (
        "NotImplemented: operation `AssumeRoleWithWebIdentity` of `sts` is not implemented by "
        "Longshore"
    )
    told = refused(
        sts.assume_role_with_saml, RoleArn=role, PrincipalArn=role, SAMLAssertion="x" * 20
    )
    assert told.startswith("NotImplemented: operation `AssumeRoleWithSAML` of `sts`")


# -- users


def test_a_user_may_what_its_policies_say(shared):
    credentials, arn = make_user(shared, "ann", allow("ecs:ListClusters"))
    ecs = shared.boto("ecs", credentials=credentials)
    assert ecs.list_clusters()["clusterArns"] == []
    assert refused(ecs.create_cluster, clusterName="web") == (
        f"AccessDeniedException: User: {arn} is not authorized to perform: ecs:CreateCluster on "
        f"resource: {CLUSTER}web {BECAUSE} ecs:CreateCluster action"
    )
    policy = document(allow("ecs:*", f"{CLUSTER}w*"), deny("ecs:DeleteCluster"))
    shared.boto("iam").put_user_policy(UserName="ann", PolicyName="own", PolicyDocument=policy)
    ecs.create_cluster(clusterName="web")
    told = refused(ecs.create_cluster, clusterName="other")
    assert told.endswith(f"{CLUSTER}other {BECAUSE} ecs:CreateCluster action"), told
    told = refused(ecs.delete_cluster, cluster="web")
    assert told.endswith(f"{CLUSTER}web with an explicit deny in an identity-based policy"), told


def test_groups_managed_policies_and_boundaries_count(shared):
    iam = shared.boto("iam")
    credentials, arn = make_user(shared, "bob")
    elb = shared.boto("elbv2", credentials=credentials)
    told = f"AccessDenied: User: {arn} is not authorized to perform: "
    told += "elasticloadbalancing:DescribeLoadBalancers on resource: * "
    denied = f"{told}{BECAUSE} elasticloadbalancing:DescribeLoadBalancers action"
    assert refused(elb.describe_load_balancers) == denied
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="bob")
    ready = "arn:aws:iam::aws:policy/ElasticLoadBalancingReadOnly"
    iam.attach_group_policy(GroupName="readers", PolicyArn=ready)
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=document(allow("ecs:*")))
    iam.put_user_permissions_boundary(
        UserName="bob", PermissionsBoundary=bound["Policy"]["Arn"]
    )
    because = "because no permissions boundary allows the"
    assert refused(elb.describe_load_balancers) == (
        f"{told}{because} elasticloadbalancing:DescribeLoadBalancers action"
    )


def test_ec2_says_why_in_a_message_that_sts_decodes(shared):
    credentials, arn = make_user(shared, "eve", allow("sts:DecodeAuthorizationMessage"))
    ec2 = shared.boto("ec2", credentials=credentials)
    told = refused(ec2.describe_vpcs)
    assert told.startswith(
        "UnauthorizedOperation: You are not authorized to perform this operation. User: "
        f"{arn} is not authorized to perform: ec2:DescribeVpcs on resource: * {BECAUSE} "
        "ec2:DescribeVpcs action. Encoded authorization failure message: "
    ), told
    sts = shared.boto("sts", credentials=credentials)
    message = told.rpartition(" ")[2]
    decoded = sts.decode_authorization_message(EncodedMessage=message)["DecodedMessage"]
    assert '"explicitDeny":false' in decoded and arn in decoded
    assert refused(sts.decode_authorization_message, EncodedMessage=message[:-8]).startswith(
        "InvalidAuthorizationMessageException"
    )


def test_a_key_ends_when_it_is_made_inactive_or_its_user_goes(shared):
    iam = shared.boto("iam")
    credentials, arn = make_user(shared, "ted", allow("sts:GetAccessKeyInfo"))
    sts = shared.boto("sts", credentials=credentials)
    assert sts.get_caller_identity()["Arn"] == arn
    key = credentials["AWS_ACCESS_KEY_ID"]
    assert sts.get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT
    iam.update_access_key(UserName="ted", AccessKeyId=key, Status="Inactive")
    assert refused(sts.get_caller_identity).startswith("InvalidClientTokenId")
    iam.update_access_key(UserName="ted", AccessKeyId=key, Status="Active")
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    temporary = {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
    }
    again = shared.boto("sts", credentials=temporary)
    assert again.get_caller_identity()["Arn"] == arn
    assert refused(again.get_session_token).startswith("AccessDenied: Cannot call")
    iam.delete_access_key(UserName="ted", AccessKeyId=key)
    iam.delete_user_policy(UserName="ted", PolicyName="own")
    iam.delete_user(UserName="ted")
    assert refused(again.get_caller_identity).startswith("InvalidClientTokenId")


# -- roles


def session_of(answered):
    given = answered["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


def test_a_role_is_for_whom_it_trusts(shared):
    iam = shared.boto("iam")
    role = iam.create_role(
        RoleName="deployer",
        AssumeRolePolicyDocument=trust(
            {"AWS": ROOT}, Condition={"StringEquals": {"sts:ExternalId": "42"}}
        ),
        MaxSessionDuration=7200,
    )["Role"]["Arn"]
    policy = document(allow("ecs:*"))
    iam.put_role_policy(RoleName="deployer", PolicyName="own", PolicyDocument=policy)
    credentials, arn = make_user(shared, "dan", allow("sts:AssumeRole", role))
    sts = shared.boto("sts", credentials=credentials)
    given = {"RoleArn": role, "RoleSessionName": "one"}
    denied = f"AccessDenied: User: {arn} is not authorized to perform: sts:AssumeRole on resource: "
    assert refused(sts.assume_role, **given).startswith(f"{denied}{role} ")
    assert refused(sts.assume_role, ExternalId="41", **given).startswith(f"{denied}{role} ")
    answered = sts.assume_role(ExternalId="42", DurationSeconds=3600, **given)
    assert answered["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/one"
    ecs = shared.boto("ecs", credentials=session_of(answered))
    ecs.create_cluster(clusterName="deployed")
    only = document(allow("ecs:ListClusters"))
    answered = sts.assume_role(ExternalId="42", Policy=only, **given)
    limited = shared.boto("ecs", credentials=session_of(answered))
    assert limited.list_clusters()["clusterArns"]
    told = refused(limited.delete_cluster, cluster="deployed")
    assert told.endswith("because no session policy allows the ecs:DeleteCluster action"), told
    too_long = refused(sts.assume_role, ExternalId="42", DurationSeconds=7201, **given)
    assert too_long.startswith("ValidationError: The requested DurationSeconds exceeds")
    for change, code in {
        "no policy": ({"Policy": "{"}, "MalformedPolicyDocument"),
        "no such policy": ({"PolicyArns": [{"arn": role}]}, "ValidationError"),
        "no such tag": ({"TransitiveTagKeys": ["a"]}, "ValidationError"),
        "a device": (
            {"SerialNumber": "arn:aws:iam::1:mfa/x", "TokenCode": "123456"},
            "ValidationError: `SerialNumber` is not supported",
        ),
    }.values():
        assert refused(sts.assume_role, ExternalId="42", **given, **change).startswith(code)
    root = refused(shared.boto("sts").assume_role, ExternalId="42", **given)
    assert root == "AccessDenied: Roles may not be assumed by root accounts."
    iam.delete_role_policy(RoleName="deployer", PolicyName="own")
    iam.delete_role(RoleName="deployer")
    assert refused(ecs.list_clusters).startswith("UnrecognizedClientException")


def test_who_is_made_again_is_not_who_was_trusted(shared):
    iam, secrets = shared.boto("iam"), shared.boto("secretsmanager")
    credentials, arn = make_user(shared, "mal", allow("sts:AssumeRole"))
    trusted = trust({"AWS": [arn]}, Condition={"ArnEquals": {"aws:PrincipalArn": arn}})
    role = iam.create_role(RoleName="trusting", AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    policy = document(allow("secretsmanager:GetSecretValue", Principal={"AWS": arn}))
    secrets.create_secret(Name="for-mal", SecretString="x")
    secrets.put_resource_policy(SecretId="for-mal", ResourcePolicy=policy)

    def reach(credentials):
        told = shared.boto("secretsmanager", credentials=credentials)
        assert told.get_secret_value(SecretId="for-mal")["SecretString"] == "x"
        given = {"RoleArn": role, "RoleSessionName": "one"}
        return shared.boto("sts", credentials=credentials).assume_role(**given)

    reach(credentials)
    iam.update_user(UserName="mal", NewUserName="mallory")
    told = refused(reach, credentials)
    assert told.startswith("AccessDenied: "), "its ARN is another in the condition"
    iam.update_user(UserName="mallory", NewUserName="mal")
    reach(credentials)
    made = iam.get_user(UserName="mal")["User"]
    iam.delete_user_policy(UserName="mal", PolicyName="own")
    iam.delete_access_key(UserName="mal", AccessKeyId=credentials["AWS_ACCESS_KEY_ID"])
    iam.delete_user(UserName="mal")
    kept = iam.get_role(RoleName="trusting")["Role"]["AssumeRolePolicyDocument"]
    assert kept["Statement"][0]["Principal"] == {"AWS": [made["UserId"]]}
    again, _arn = make_user(shared, "mal", allow("sts:AssumeRole"))
    assert refused(reach, again).startswith("AccessDeniedException: ")
    given = {"RoleArn": role, "RoleSessionName": "one"}
    told = refused(shared.boto("sts", credentials=again).assume_role, **given)
    assert told.startswith("AccessDenied: ")
    told = refused(
        iam.update_assume_role_policy,
        RoleName="trusting",
        PolicyDocument=trust({"AWS": made["UserId"]}),
    )
    assert told.startswith("MalformedPolicyDocument: Invalid principal in policy")


def test_session_tags_are_the_principals(shared):
    iam = shared.boto("iam")
    role = iam.create_role(
        RoleName="tagged", AssumeRolePolicyDocument=trust(
            {"AWS": ROOT}, action=["sts:AssumeRole", "sts:TagSession"]
        )
    )["Role"]["Arn"]
    own = "${aws:PrincipalTag/team}"
    policy = document(allow("ecs:CreateCluster", f"{CLUSTER}{own}-*"))
    iam.put_role_policy(RoleName="tagged", PolicyName="own", PolicyDocument=policy)
    credentials, _arn = make_user(
        shared, "tim", allow(["sts:AssumeRole", "sts:TagSession"], role)
    )
    sts = shared.boto("sts", credentials=credentials)
    answered = sts.assume_role(
        RoleArn=role, RoleSessionName="one", Tags=[{"Key": "team", "Value": "blue"}]
    )
    ecs = shared.boto("ecs", credentials=session_of(answered))
    ecs.create_cluster(clusterName="blue-1")
    assert refused(ecs.create_cluster, clusterName="red-1").startswith("AccessDeniedException")


def test_who_gives_a_task_a_role_may_pass_it(shared):
    iam = shared.boto("iam")
    role = iam.create_role(RoleName="passed", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    credentials, arn = make_user(shared, "pat", allow("ecs:*"))
    ecs = shared.boto("ecs", credentials=credentials)
    definition = {
        "family": "passed",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [container("busybox:1", logged=False)],
    }
    ecs.register_task_definition(**definition)
    told = refused(ecs.register_task_definition, taskRoleArn=role, **definition)
    assert told == (
        f"AccessDeniedException: User: {arn} is not authorized to perform: iam:PassRole on "
        f"resource: {role} {BECAUSE} iam:PassRole action"
    )
    to_tasks = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    policy = document(allow("ecs:*"), allow("iam:PassRole", role, Condition=to_tasks))
    iam.put_user_policy(UserName="pat", PolicyName="own", PolicyDocument=policy)
    ecs.register_task_definition(taskRoleArn=role, **definition)


# -- resources' own policies, and conditions


def test_a_secrets_policy_and_a_keys_policy_decide(shared):
    credentials, arn = make_user(shared, "sue")
    owner = shared.boto("secretsmanager")
    secret = owner.create_secret(Name="shared", SecretString="x")["ARN"]
    client = shared.boto("secretsmanager", credentials=credentials)
    told = refused(client.get_secret_value, SecretId="shared")
    assert told == (
        f"AccessDeniedException: User: {arn} is not authorized to perform: "
        f"secretsmanager:GetSecretValue on resource: {secret} {BECAUSE} "
        "secretsmanager:GetSecretValue action"
    )
    policy = document(allow("secretsmanager:GetSecretValue", Principal={"AWS": arn}))
    owner.put_resource_policy(SecretId="shared", ResourcePolicy=policy)
    assert client.get_secret_value(SecretId="shared")["SecretString"] == "x"
    shared.boto("iam").put_user_policy(
        UserName="sue",
        PolicyName="own",
        PolicyDocument=document(
            allow(["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"])
        ),
    )
    hidden = owner.create_secret(Name="hidden", SecretString="y")["ARN"]
    both = client.batch_get_secret_value(SecretIdList=["shared", "hidden"])
    assert [one["SecretString"] for one in both["SecretValues"]] == ["x"]
    [error] = both["Errors"]
    assert (error["SecretId"], error["ErrorCode"]) == ("hidden", "AccessDeniedException")
    named = [{"Key": "name", "Values": ["hidden"]}]
    found = client.batch_get_secret_value(Filters=named)
    assert (found["SecretValues"], len(found["Errors"])) == ([], 1)
    assert hidden in found["Errors"][0]["Message"]
    kms = shared.boto("kms")
    only_root = document(allow("kms:*", Principal={"AWS": ROOT}))
    key = kms.create_key(Policy=only_root)["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    reader = shared.boto("kms", credentials=credentials)
    told = refused(reader.decrypt, CiphertextBlob=sealed)
    assert told == (
        f"AccessDeniedException: User: {arn} is not authorized to perform: kms:Decrypt on "
        f"resource: {key} {BECAUSE} kms:Decrypt action"
    )
    shared.boto("iam").put_user_policy(
        UserName="sue", PolicyName="own", PolicyDocument=document(allow("kms:Decrypt", key))
    )
    assert reader.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"x"


def test_an_encryption_context_and_the_account_count(shared):
    of_blue = {
        "StringEquals": {"kms:EncryptionContext:team": "blue", "kms:CallerAccount": ACCOUNT},
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["team"]},
    }
    credentials, _arn = make_user(
        shared, "kim", allow(["kms:Encrypt", "kms:Decrypt"], Condition=of_blue)
    )
    key = shared.boto("kms").create_key()["KeyMetadata"]["KeyId"]
    kms = shared.boto("kms", credentials=credentials)
    blue, red = {"team": "blue"}, {"team": "red"}
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=blue)["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=sealed, EncryptionContext=blue)
    assert opened["Plaintext"] == b"x"
    for context in ({}, red, {**blue, "more": "x"}):
        told = refused(kms.encrypt, KeyId=key, Plaintext=b"x", EncryptionContext=context)
        assert told.startswith("AccessDenied"), context


def test_conditions_on_tags_and_the_cluster_count(shared):
    by_tag = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    made = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    credentials, _arn = make_user(
        shared,
        "tag",
        allow(["ecs:CreateCluster", "ecs:TagResource"], Condition=made),
        allow("ecs:DeleteCluster", Condition=by_tag),
        allow("ecs:ListTasks", Condition={"ArnEquals": {"ecs:cluster": f"{CLUSTER}tagged"}}),
    )
    ecs = shared.boto("ecs", credentials=credentials)
    blue = [{"key": "team", "value": "blue"}]
    red = [{"key": "team", "value": "red"}]
    assert re.match("AccessDenied", refused(ecs.create_cluster, clusterName="tagged"))
    assert re.match("AccessDenied", refused(ecs.create_cluster, clusterName="tagged", tags=red))
    ecs.create_cluster(clusterName="tagged", tags=blue)
    assert ecs.list_tasks(cluster="tagged")["taskArns"] == []
    assert re.match("AccessDenied", refused(ecs.list_tasks, cluster="default"))
    shared.boto("ecs").create_cluster(clusterName="red", tags=red)
    assert re.match("AccessDenied", refused(ecs.delete_cluster, cluster="red"))
    ecs.delete_cluster(cluster="tagged")
