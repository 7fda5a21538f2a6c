"""S3's buckets, their names, and whom signatures and policies let in."""

import datetime
import urllib.parse

import pytest

from harness import commands
from harness.refusals import refused
from harness.s3 import MISSING, allow, bucket, client, keys, put, said, signed

NOBODY = "arn:aws:iam::000000000000:user/nobody"


@pytest.fixture(scope="module")
def s3(shared):
    return client(shared)


@pytest.fixture
def place(s3):
    return bucket(s3)


# -- buckets


def test_the_life_of_a_bucket(shared, s3):
    assert s3.create_bucket(Bucket="life")["Location"] == "/life"
    head = s3.head_bucket(Bucket="life")
    assert head["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket="life")["LocationConstraint"] is None
    [shown] = [one for one in s3.list_buckets()["Buckets"] if one["Name"] == "life"]
    age = datetime.datetime.now(datetime.UTC) - shown["CreationDate"]
    assert abs(age) < datetime.timedelta(minutes=1)
    put(s3, "life", "a")
    told = refused(s3.delete_bucket, Bucket="life")
    assert told == "BucketNotEmpty: The bucket you tried to delete is not empty"
    s3.delete_object(Bucket="life", Key="a")
    s3.create_multipart_upload(Bucket="life", Key="left")
    s3.delete_bucket(Bucket="life")
    assert refused(s3.list_objects_v2, Bucket="life") == MISSING
    assert refused(s3.head_bucket, Bucket="life") == "404: Not Found"
    assert "life" not in shared.aws_text("s3", "ls")


def test_a_bucket_is_made_once(shared, s3):
    # In us-east-1 its owner may make it again.
    s3.create_bucket(Bucket="once")
    s3.create_bucket(Bucket="once")
    there = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    s3.create_bucket(Bucket="once-there", **there)
    assert s3.get_bucket_location(Bucket="once-there")["LocationConstraint"] == "eu-west-1"
    told = refused(s3.create_bucket, Bucket="once-there", **there)
    assert told.startswith("BucketAlreadyOwnedByYou: Your previous request to create")
    elsewhere = shared.boto("s3", region="eu-west-1")
    told = refused(elsewhere.create_bucket, Bucket="nowhere")
    assert told.startswith("IllegalLocationConstraintException: The unspecified location")


@pytest.mark.parametrize("name", ["Upper", "ab", "under_score", "xn--a", "a..b", "1.2.3.4"])
def test_a_name_has_a_form(shared, name):
    answer = signed(shared, "PUT", f"/{name}")
    assert (answer.status, said(answer)) == (
        400,
        "InvalidBucketName: The specified bucket is not valid.",
    )


def test_buckets_are_paged(s3):
    for number in range(3):
        s3.create_bucket(Bucket=f"paged-{number}")
    pages = s3.get_paginator("list_buckets").paginate(
        Prefix="paged-", PaginationConfig={"PageSize": 2}
    )
    found = [[one["Name"] for one in page["Buckets"]] for page in pages]
    assert found == [["paged-0", "paged-1"], ["paged-2"]]


# -- signatures


@pytest.mark.parametrize("signature", ["s3v4", "default"])
def test_presigned_urls(shared, s3, place, signature):
    signer = client(shared, signature=signature)
    given = {"Bucket": place, "Key": "p q"}
    url = signer.generate_presigned_url("put_object", Params=given)
    assert shared.http(url, "PUT", body=b"by hand").status == 200
    url = signer.generate_presigned_url("get_object", Params=given)
    answer = shared.http(url)
    assert (answer.status, answer.body) == (200, b"by hand")
    typed = signer.generate_presigned_url(
        "put_object", Params={"Bucket": place, "Key": "typed", "ContentType": "a/b"}
    )
    sent = shared.http(typed, "PUT", body=b"x", headers={"Content-Type": "a/b"})
    assert sent.status == 200, said(sent)
    assert s3.head_object(Bucket=place, Key="typed")["ContentType"] == "a/b"
    mismatch = "SignatureDoesNotMatch: The request signature we calculated does not match"
    other = shared.http(typed, "PUT", body=b"x", headers={"Content-Type": "c/d"})
    assert said(other).startswith(mismatch)
    tampered = shared.http(url.replace("p%20q", "p%20r"))
    assert (tampered.status, said(tampered)[: len(mismatch)]) == (403, mismatch)
    assert shared.http(url, "DELETE").status == 403
    acl = shared.http(url + "&x-amz-acl=public-read")
    assert acl.status == 403
    old = signer.generate_presigned_url("get_object", Params=given, ExpiresIn=-10)
    answer = shared.http(old)
    assert answer.status in (400, 403), answer.body


@pytest.mark.parametrize(
    "host",
    ["s3.localhost:4566", "localhost:4566", "s3.us-east-1.amazonaws.com"],
)
def test_buckets_have_names_of_their_own(shared, s3, place, host):
    put(s3, place, "v", body=b"virtual")
    signer = client(shared, f"http://{host}", addressing_style="virtual")
    url = signer.generate_presigned_url("get_object", Params={"Bucket": place, "Key": "v"})
    name = urllib.parse.urlsplit(url).netloc
    assert name == f"{place}.{host}"
    here = url.replace(name, "127.0.0.1:4566")
    answer = shared.http(here, host=name)
    assert (answer.status, answer.body) == (200, b"virtual")
    listed = signer.generate_presigned_url("list_objects_v2", Params={"Bucket": place})
    answer = shared.http(listed.replace(name, "127.0.0.1:4566"), host=name)
    assert b"<Key>v</Key>" in answer.body, answer.body


def test_who_is_not_known_is_told_so(shared, s3, place):
    wrong = {**shared.credentials(), "AWS_SECRET_ACCESS_KEY": "wrong"}
    told = refused(client(shared, credentials=wrong).list_buckets)
    assert told.startswith("SignatureDoesNotMatch: The request signature we calculated")
    unknown = {**wrong, "AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}
    told = refused(client(shared, credentials=unknown).list_buckets)
    assert told == (
        "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records."
    )
    # A token that is none of ours.
    token = {**shared.credentials(), "AWS_SESSION_TOKEN": "x"}
    assert refused(client(shared, credentials=token).list_buckets).startswith("InvalidAccessKeyId")
    nobody = client(shared, signature=None)
    assert refused(nobody.get_object, Bucket=place, Key="a") == "AccessDenied: Access Denied"
    assert refused(nobody.create_bucket, Bucket="nobodys") == "AccessDenied: Access Denied"


# -- policies


def test_a_policy_lets_in_whom_it_names(shared, s3, place):
    put(s3, place, "public/a", "private/a")
    text = allow("s3:GetObject", f"{place}/public/*")
    s3.put_bucket_policy(Bucket=place, Policy=text)
    assert s3.get_bucket_policy(Bucket=place)["Policy"] == text
    nobody = client(shared, signature=None)
    assert nobody.get_object(Bucket=place, Key="public/a")["Body"].read() == b"x"
    for call, key in ((nobody.get_object, "private/a"), (nobody.get_object, "public/no")):
        # Whoever may not list is not told what is missing.
        assert refused(call, Bucket=place, Key=key) == "AccessDenied: Access Denied"
    assert refused(nobody.list_objects_v2, Bucket=place) == "AccessDenied: Access Denied"
    told = refused(nobody.get_object, Bucket=place, Key="public/a", ResponseContentType="a/b")
    assert told.startswith("InvalidRequest: Request specific response headers cannot be used")
    limited = {"Condition": {"StringEquals": {"s3:prefix": "public/"}}}
    s3.put_bucket_policy(Bucket=place, Policy=allow("s3:ListBucket", place, **limited))
    assert keys(nobody.list_objects_v2(Bucket=place, Prefix="public/")) == ["public/a"]
    assert refused(nobody.list_objects_v2, Bucket=place) == "AccessDenied: Access Denied"
    s3.delete_bucket_policy(Bucket=place)
    assert refused(nobody.list_objects_v2, Bucket=place, Prefix="public/").startswith("Access")


def test_a_policy_denies_even_the_owner_but_not_for_ever(s3, place):
    put(s3, place, "a", "b")
    s3.put_bucket_policy(Bucket=place, Policy=allow("s3:*", f"{place}/a", effect="Deny"))
    told = refused(s3.get_object, Bucket=place, Key="a")
    assert told == (
        "AccessDenied: User: arn:aws:iam::000000000000:root is not authorized to perform: "
        f's3:GetObject on resource: "arn:aws:s3:::{place}/a" with an explicit deny in a '
        "resource-based policy"
    )
    told = s3.delete_objects(Bucket=place, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]})
    assert [one["Key"] for one in told["Deleted"]] == ["b"]
    assert [(one["Key"], one["Code"]) for one in told["Errors"]] == [("a", "AccessDenied")]
    told = refused(s3.copy_object, Bucket=place, Key="c", CopySource=f"{place}/a")
    assert "s3:GetObject" in told
    s3.put_bucket_policy(Bucket=place, Policy=allow("s3:*", place, effect="Deny"))
    assert refused(s3.list_objects_v2, Bucket=place).startswith("AccessDenied")
    s3.delete_bucket_policy(Bucket=place)
    assert keys(s3.list_objects_v2(Bucket=place)) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "Policies must be valid JSON and the first byte must be '{'"),
        (allow("ec2:RunInstances", "{}"), "Policy has invalid action"),
        (allow("s3:GetObject", "other/*"), "Policy has invalid resource"),
        (allow("s3:GetObject", "{}/*", {"AWS": "nobody"}), "Invalid principal in policy"),
        (allow("s3:GetObject", "{}/*", {"AWS": NOBODY}), "Invalid principal in policy"),
    ],
)
def test_what_is_no_policy_is_refused(s3, place, text, told):
    policy = text.replace("arn:aws:s3:::{}", f"arn:aws:s3:::{place}")
    assert refused(s3.put_bucket_policy, Bucket=place, Policy=policy) == f"MalformedPolicy: {told}"


def test_another_account_sees_nothing(host):
    host.up("--auth", "any")
    account = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "x"}
    other = {**account, "AWS_ACCESS_KEY_ID": "222222222222"}
    ours, theirs = client(host, credentials=account), client(host, credentials=other)
    ours.create_bucket(Bucket="ours")
    put(ours, "ours", "a")
    assert theirs.list_buckets()["Buckets"] == []
    assert refused(theirs.create_bucket, Bucket="ours").startswith("BucketAlreadyExists: The req")
    told = refused(theirs.get_object, Bucket="ours", Key="a")
    assert told == (
        "AccessDenied: User: arn:aws:iam::222222222222:root is not authorized to perform: "
        's3:GetObject on resource: "arn:aws:s3:::ours/a" because no resource-based policy allows '
        "the s3:GetObject action"
    )
    policy = allow("s3:GetObject", "ours/*", {"AWS": "222222222222"})
    ours.put_bucket_policy(Bucket="ours", Policy=policy)
    assert theirs.get_object(Bucket="ours", Key="a")["Body"].read() == b"x"
    expected = {"Bucket": "ours", "Key": "a", "ExpectedBucketOwner": "222222222222"}
    assert refused(ours.get_object, **expected) == "AccessDenied: Access Denied"
    # No signature is asked for: a presigned one may be anything, and a page is still refused.
    url = ours.generate_presigned_url("get_object", Params={"Bucket": "ours", "Key": "a"})
    assert host.http(url.replace("Signature=", "Signature=0")).body == b"x"
    page = host.http(f"{commands.ENDPOINT}/ours/a", headers={"Origin": "https://evil.example"})
    assert (page.status, said(page).partition(":")[0]) == (403, "AccessDeniedException")
    reset = f"{commands.ENDPOINT}/_longshore/reset"
    assert host.http(reset, "POST").status == 200
    assert ours.list_buckets()["Buckets"] == []
