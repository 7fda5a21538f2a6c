"""STS: who one is, and sessions for an hour: what they carry, how long they are and what is not."""

import datetime

import pytest

from harness.iam import ACCOUNT, ROOT, allow, deny, document, trust
from harness.refusals import refused
from test_api_access import make_user, session_of

ALL = [allow(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
INVALID = "ValidationError: "


def role(host, name, **settings):
    """The ARN of a role that this account's principals may assume and tag, and that may all."""
    iam = host.boto("iam")
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=trust({"AWS": ROOT}, action=ALL[0]["Action"]),
        **settings,
    )
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(allow("*")))
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def sts(shared):
    """STS as a user sees it."""
    credentials, _arn = make_user(shared, "asker", *ALL)
    return shared.boto("sts", credentials=credentials)


def tags(count, key_length=8, value_length=8):
    made = {f"{number:02}".ljust(key_length, "k"): "v" * value_length for number in range(count)}
    return [{"Key": key, "Value": value} for key, value in made.items()]


def policy_of(characters):
    short = document(allow("s3:"))
    return document(allow("s3:" + "x" * (characters - len(short))))


def lifetime(answered):
    """How long a session is, to the next minute."""
    left = answered["Credentials"]["Expiration"] - datetime.datetime.now(datetime.UTC)
    return round(left.total_seconds() / 60)


# -- who one is


def test_one_is_told_who_one_is(shared, sts):
    user = shared.boto("iam").get_user(UserName="asker")["User"]
    told = sts.get_caller_identity()
    assert (told["Arn"], told["Account"]) == (user["Arn"], ACCOUNT)
    assert told["UserId"] == user["UserId"]
    made = role(shared, "who")
    answered = sts.assume_role(RoleArn=made, RoleSessionName="me")
    session = shared.boto("sts", credentials=session_of(answered))
    told = session.get_caller_identity()
    assert told["Arn"] == answered["AssumedRoleUser"]["Arn"]
    assert told["UserId"] == answered["AssumedRoleUser"]["AssumedRoleId"]
    root = shared.boto("sts").get_caller_identity()
    assert (root["Arn"], root["UserId"]) == (ROOT, ACCOUNT)


def test_a_keys_account_is_told(shared):
    sts = shared.boto("sts")
    credentials, _arn = make_user(shared, "keyed")
    key = credentials["AWS_ACCESS_KEY_ID"]
    assert sts.get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT
    told = refused(sts.get_access_key_info, AccessKeyId="AKIAAAAAAAAAAAAAAAAA")
    assert told == f"{INVALID}The access key id `AKIAAAAAAAAAAAAAAAAA` is not known here."


def test_what_is_no_encoded_message_is_not_decoded(shared):
    told = refused(shared.boto("sts").decode_authorization_message, EncodedMessage="x" * 100)
    assert told.startswith("InvalidAuthorizationMessageException: ")


# -- sessions of a user


def test_a_session_token_lasts_as_long_as_asked(shared, sts):
    assert lifetime(sts.get_session_token()) == 12 * 60
    assert lifetime(sts.get_session_token(DurationSeconds=900)) == 15
    assert lifetime(sts.get_session_token(DurationSeconds=129_600)) == 36 * 60
    # The root's last an hour at most, whatever it asks for.
    assert lifetime(shared.boto("sts").get_session_token(DurationSeconds=7200)) == 60
    assert refused(sts.get_session_token, DurationSeconds=129_601).startswith(INVALID)
    device = {"SerialNumber": "arn:aws:iam::1:mfa/x", "TokenCode": "123456"}
    told = refused(sts.get_session_token, **device)
    assert told.startswith(f"{INVALID}`SerialNumber` is not supported")


# -- sessions of a role


def test_a_roles_session_lasts_as_long_as_the_role_lets_it(shared, sts):
    given = {"RoleArn": role(shared, "long", MaxSessionDuration=7200), "RoleSessionName": "one"}
    answered = sts.assume_role(**given)
    assert lifetime(answered) == 60
    assert lifetime(sts.assume_role(DurationSeconds=7200, **given)) == 120
    told = refused(sts.assume_role, DurationSeconds=7201, **given)
    assert told == (
        f"{INVALID}The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    )
    assert refused(sts.assume_role, DurationSeconds=43_201, **given).startswith(INVALID)
    chained = shared.boto("sts", credentials=session_of(answered))
    assert lifetime(chained.assume_role(**given)) == 60
    assert "role chaining" in refused(chained.assume_role, DurationSeconds=3601, **given)


def test_what_is_no_session_is_refused(shared, sts):
    given = {"RoleArn": role(shared, "plain"), "RoleSessionName": "one"}
    missing = {**given, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}
    assert refused(sts.assume_role, **missing).startswith("AccessDenied: User: ")
    for change, why in (
        ({"RoleSessionName": "a b"}, ""),
        ({"PolicyArns": [{"arn": READ_ONLY}] * 11}, "A session can have at most 10 policies."),
        ({"PolicyArns": [{"arn": f"{READ_ONLY}x"}]}, f"ARN {READ_ONLY}x is not valid."),
        ({"Tags": tags(51)}, ""),
        ({"Tags": [*tags(1, 2), {"Key": "00", "Value": "x"}]}, "Duplicate tag keys found: 00."),
        ({"TransitiveTagKeys": ["no"]}, "The specified transitive tag key must be included"),
        ({"ProvidedContexts": [{"ProviderArn": ROOT}]}, "`ProvidedContexts` is not supported"),
    ):
        assert refused(sts.assume_role, **{**given, **change}).startswith(INVALID + why), change
    told = refused(sts.assume_role, Policy="{}", **given)
    assert told.startswith("MalformedPolicyDocument: ")


def test_tags_go_on_to_the_next_session_where_they_are_said_to(shared, sts):
    given = {"RoleArn": role(shared, "going-on"), "RoleSessionName": "one"}
    both = [{"Key": "team", "Value": "blue"}, {"Key": "job", "Value": "build"}]
    answered = sts.assume_role(
        Tags=both, TransitiveTagKeys=["team"], SourceIdentity="ann", **given
    )
    assert answered["SourceIdentity"] == "ann"
    chained = shared.boto("sts", credentials=session_of(answered))
    told = refused(chained.assume_role, Tags=[{"Key": "TEAM", "Value": "red"}], **given)
    assert told.startswith(f"{INVALID}One of the specified transitive tag keys can't be set")
    answered = chained.assume_role(Tags=[{"Key": "job", "Value": "test"}], **given)
    assert answered["SourceIdentity"] == "ann"
    own = "${aws:PrincipalTag/team}-${aws:PrincipalTag/job}"
    policy = document(allow("ecs:CreateCluster", f"arn:aws:ecs:*:*:cluster/{own}"))
    limited = chained.assume_role(
        Policy=policy, Tags=[{"Key": "job", "Value": "test"}], **given
    )
    ecs = shared.boto("ecs", credentials=session_of(limited))
    assert ecs.create_cluster(clusterName="blue-test")["cluster"]["status"] == "ACTIVE"
    assert refused(ecs.create_cluster, clusterName="blue-build").startswith("AccessDenied")


def test_a_source_identity_stays_what_it_is(shared, sts):
    given = {"RoleArn": role(shared, "known"), "RoleSessionName": "one"}
    answered = sts.assume_role(SourceIdentity="ann", **given)
    chained = shared.boto("sts", credentials=session_of(answered))
    told = refused(chained.assume_role, SourceIdentity="bob", **given)
    assert told == (
        "AccessDenied: The source identity of the calling session is ann, which cannot be changed."
    )
    assert chained.assume_role(SourceIdentity="ann", **given)["SourceIdentity"] == "ann"


def test_a_role_lets_a_session_hand_on_what_it_has(shared, sts):
    iam = shared.boto("iam")
    given = {"RoleArn": role(shared, "handing-on"), "RoleSessionName": "one"}
    wary = iam.create_role(RoleName="wary", AssumeRolePolicyDocument=trust({"AWS": ROOT}))
    wanted = {"RoleArn": wary["Role"]["Arn"], "RoleSessionName": "two"}
    plain = shared.boto("sts", credentials=session_of(sts.assume_role(**given)))
    plain.assume_role(**wanted)
    tagged = sts.assume_role(
        Tags=[{"Key": "a", "Value": "b"}], TransitiveTagKeys=["a"], **given
    )
    chained = shared.boto("sts", credentials=session_of(tagged))
    assert "not authorized to perform: sts:TagSession" in refused(chained.assume_role, **wanted)
    known = shared.boto(
        "sts", credentials=session_of(sts.assume_role(SourceIdentity="ann", **given))
    )
    told = refused(known.assume_role, **wanted)
    assert "not authorized to perform: sts:SetSourceIdentity" in told


def test_tags_that_go_on_can_be_denied(shared, sts):
    statements = [
        allow(ALL[0]["Action"], Principal={"AWS": ROOT}),
        deny(
            "sts:TagSession",
            Principal={"AWS": ROOT},
            Condition={"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": "a"}},
        ),
    ]
    for statement in statements:
        del statement["Resource"]
    text = document(*statements)
    made = shared.boto("iam").create_role(RoleName="still", AssumeRolePolicyDocument=text)
    given = {"RoleArn": made["Role"]["Arn"], "RoleSessionName": "one"}
    given["Tags"] = [{"Key": "a", "Value": "b"}]
    sts.assume_role(**given)
    assert refused(sts.assume_role, TransitiveTagKeys=["a"], **given).startswith("AccessDenied")


def test_a_sessions_tag_is_in_place_of_the_roles_in_any_case(shared, sts):
    tagged = role(shared, "cased", Tags=[{"Key": "team", "Value": "red"}])
    own = "${aws:PrincipalTag/team}"
    answered = sts.assume_role(
        RoleArn=tagged,
        RoleSessionName="one",
        Tags=[{"Key": "Team", "Value": "cased"}],
        Policy=document(allow("ecs:CreateCluster", f"arn:aws:ecs:*:*:cluster/{own}")),
    )
    ecs = shared.boto("ecs", credentials=session_of(answered))
    assert ecs.create_cluster(clusterName="cased")["cluster"]["status"] == "ACTIVE"
    assert refused(ecs.create_cluster, clusterName="red").startswith("AccessDenied")


def test_a_users_session_without_mfa_may_not_change_who_may_what(shared):
    credentials, _arn = make_user(shared, "sessions", allow("*"))
    sts = shared.boto("sts", credentials=credentials)
    session = session_of(sts.get_session_token())
    invalid = "InvalidClientTokenId: The security token included in the request is invalid"
    assert refused(shared.boto("iam", credentials=session).list_users).startswith(invalid)
    again = shared.boto("sts", credentials=session)
    assert again.get_caller_identity()["Account"] == ACCOUNT
    told = refused(again.get_access_key_info, AccessKeyId="AKIAAAAAAAAAAAAAAAAA")
    assert told.startswith(invalid)
    again.assume_role(RoleArn=role(shared, "by-session"), RoleSessionName="one")
    assert shared.boto("ecs", credentials=session).list_clusters()["clusterArns"] is not None


def test_what_a_session_carries_has_a_size(shared, sts):
    given = {"RoleArn": role(shared, "loaded"), "RoleSessionName": "one"}
    assert "PackedPolicySize" not in sts.assume_role(**given)
    answered = sts.assume_role(Policy=policy_of(2048), **given)
    assert answered["PackedPolicySize"] == 50
    too_large = "PackedPolicyTooLarge: Packed "
    assert refused(sts.assume_role, Policy=policy_of(2049), **given) == (
        f"{too_large}policy consumes 101% of allotted space, please use smaller policy."
    )
    told = refused(sts.assume_role, Tags=tags(50, 40, 60), **given)
    assert told == f"{too_large}size of session tags consumes 123% of allotted space."
    told = refused(sts.assume_role, Tags=tags(40, 20, 32), Policy=policy_of(2048), **given)
    assert told == f"{too_large}size of session tags consumes 101% of allotted space."


def test_the_largest_session_may_call_whatever_there_is(shared, sts):
    answered = sts.assume_role(
        RoleArn=role(shared, "largest"), RoleSessionName="r" * 64, Tags=tags(32, 64, 64)
    )
    assert answered["PackedPolicySize"] == 100
    credentials = session_of(answered)
    assert shared.boto("ecs", credentials=credentials).list_clusters()["clusterArns"] is not None
    assert shared.boto("ec2", credentials=credentials).describe_vpcs()["Vpcs"]
    s3 = shared.boto("s3", credentials=credentials)
    s3.create_bucket(Bucket="largest")
    s3.put_object(Bucket="largest", Key="a", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "largest", "Key": "a"})
    assert shared.http(url).body == b"x"
