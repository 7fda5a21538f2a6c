"""S3 as boto3, the AWS CLI and plain HTTP see it."""

import base64
import datetime
import hashlib
import json
import pathlib
import re
import urllib.parse

import botocore.exceptions
import pytest

from harness import commands, roles
from harness.refusals import refused
from harness.s3 import PART, bucket, chunked, client, said, signed
from harness.waiting import wait_until

COVERAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "coverage" / "s3.md"
NOT_KEPT = "NotImplemented: `{}` is not implemented by Longshore"
MISSING = "NoSuchBucket: The specified bucket does not exist"


@pytest.fixture(scope="module")
def s3(shared):
    return client(shared)


@pytest.fixture
def place(s3):
    return bucket(s3)


def put(s3, place, *keys, body=b"x"):
    for key in keys:
        s3.put_object(Bucket=place, Key=key, Body=body)


def keys(answer):
    return [one["Key"] for one in answer.get("Contents", [])]


def rolled(answer):
    return [one["Prefix"] for one in answer.get("CommonPrefixes", [])]


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


# -- objects


def test_an_object_is_what_was_put(s3, place):
    expires = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    told = s3.put_object(
        Bucket=place,
        Key="a/b c+d é",
        Body=b"hello",
        ContentType="text/plain",
        CacheControl="no-store",
        ContentDisposition="inline",
        ContentEncoding="identity",
        ContentLanguage="en",
        Expires=expires,
        Metadata={"Colour": "blue"},
    )
    etag = f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert told["ETag"] == etag
    for call in (s3.get_object, s3.head_object):
        shown = call(Bucket=place, Key="a/b c+d é")
        assert (shown["ETag"], shown["ContentLength"]) == (etag, 5)
        assert (shown["ContentType"], shown["CacheControl"]) == ("text/plain", "no-store")
        assert (shown["ContentEncoding"], shown["ContentLanguage"]) == ("identity", "en")
        assert (shown["ContentDisposition"], shown["Expires"]) == ("inline", expires)
        assert shown["Metadata"] == {"colour": "blue"}
        assert shown["AcceptRanges"] == "bytes"
    assert s3.get_object(Bucket=place, Key="a/b c+d é")["Body"].read() == b"hello"
    shown = s3.get_object(Bucket=place, Key="a/b c+d é", ResponseContentType="image/png")
    assert shown["ContentType"] == "image/png"
    put(s3, place, "plain")
    assert s3.head_object(Bucket=place, Key="plain")["ContentType"] == "binary/octet-stream"


STRANGE = [
    "a",
    "a/b",
    "a/",
    "../up",
    "../../etc/passwd",
    ".",
    "a//b",
    "a/./b",
    "/absolute",
    "nul\0in it",
    "new\nline",
    "%2e%2e%2f",
    "k" * 1024,
    "\U0001f600",
    "a?b&c=d#e",
]


def test_any_key_is_a_key(s3, place):
    for key in STRANGE:
        put(s3, place, key, body=key.encode())
    for key in STRANGE:
        assert s3.get_object(Bucket=place, Key=key)["Body"].read() == key.encode(), key
    listed = keys(s3.list_objects_v2(Bucket=place))
    assert listed == sorted(STRANGE, key=str.encode)
    for key in STRANGE:
        s3.delete_object(Bucket=place, Key=key)
    assert keys(s3.list_objects_v2(Bucket=place)) == []
    told = refused(s3.put_object, Bucket=place, Key="k" * 1025, Body=b"")
    assert told == "KeyTooLongError: Your key is too long"


@pytest.mark.parametrize(
    ("header", "expected", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
    ],
)
def test_ranges(s3, place, header, expected, content_range):
    put(s3, place, "r", body=b"0123456789")
    answer = s3.get_object(Bucket=place, Key="r", Range=header)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (answer["Body"].read(), answer["ContentRange"]) == (expected, content_range)
    answer = s3.head_object(Bucket=place, Key="r", Range=header)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert (answer["ContentLength"], answer["ContentRange"]) == (len(expected), content_range)


def test_what_is_not_there_is_said(s3, place):
    put(s3, place, "r", body=b"0123456789")
    told = refused(s3.get_object, Bucket=place, Key="r", Range="bytes=10-")
    assert told == "InvalidRange: The requested range is not satisfiable"
    told = refused(s3.get_object, Bucket=place, Key="no")
    assert told == "NoSuchKey: The specified key does not exist."
    assert refused(s3.head_object, Bucket=place, Key="no") == "404: Not Found"
    assert refused(s3.get_object, Bucket="nobodys-bucket", Key="no") == MISSING
    told = refused(s3.copy_object, Bucket=place, Key="c", CopySource=f"{place}/no")
    assert told.startswith("NoSuchKey")
    told = refused(s3.get_bucket_policy, Bucket=place)
    assert told == "NoSuchBucketPolicy: The bucket policy does not exist"
    # What is not there is deleted.
    s3.delete_object(Bucket=place, Key="no")


def test_conditions_of_reads_and_writes(s3, place):
    etag = s3.put_object(Bucket=place, Key="c", Body=b"1")["ETag"]
    at = s3.head_object(Bucket=place, Key="c")["LastModified"]
    named = {"Bucket": place, "Key": "c"}
    failed = "PreconditionFailed: At least one of the pre-conditions you specified did not hold"
    assert refused(s3.get_object, **named, IfMatch='"other"') == failed
    assert refused(s3.get_object, **named, IfNoneMatch=etag) == "304: Not Modified"
    assert refused(s3.get_object, **named, IfModifiedSince=at) == "304: Not Modified"
    earlier = at - datetime.timedelta(days=1)
    assert refused(s3.get_object, **named, IfUnmodifiedSince=earlier) == failed
    assert refused(s3.head_object, **named, IfMatch='"other"') == "412: Precondition Failed"
    assert s3.get_object(**named, IfMatch=etag, IfUnmodifiedSince=earlier)["ETag"] == etag

    assert refused(s3.put_object, **named, Body=b"2", IfNoneMatch="*") == failed
    assert refused(s3.put_object, **named, Body=b"2", IfMatch='"other"') == failed
    put(s3, place, "e")
    assert refused(s3.copy_object, **named, CopySource=f"{place}/e", IfNoneMatch="*") == failed
    other = {"Bucket": place, "Key": "d", "CopySource": f"{place}/c"}
    assert refused(s3.copy_object, **other, CopySourceIfMatch='"other"') == failed
    assert refused(s3.copy_object, **other, CopySourceIfNoneMatch=etag) == failed
    assert refused(s3.delete_object, **named, IfMatch='"other"') == failed
    s3.put_object(**named, Body=b"2", IfMatch=etag)
    s3.put_object(Bucket=place, Key="new", Body=b"1", IfNoneMatch="*")
    assert s3.get_object(**named)["Body"].read() == b"2"


def test_copies(s3, place):
    described = {"ContentType": "text/plain", "Metadata": {"a": "1"}}
    s3.put_object(Bucket=place, Key="from é", Body=b"copied", **described)
    source = {"Bucket": place, "Key": "from é"}
    result = s3.copy_object(Bucket=place, Key="to", CopySource=source)["CopyObjectResult"]
    shown = s3.get_object(Bucket=place, Key="to")
    assert (shown["Body"].read(), shown["ETag"]) == (b"copied", result["ETag"])
    assert (shown["ContentType"], shown["Metadata"]) == ("text/plain", {"a": "1"})
    replaced = {"MetadataDirective": "REPLACE", "Metadata": {"b": "2"}}
    s3.copy_object(Bucket=place, Key="to", CopySource=f"{place}/to", **replaced)
    shown = s3.head_object(Bucket=place, Key="to")
    assert (shown["ContentType"], shown["Metadata"]) == ("binary/octet-stream", {"b": "2"})
    told = refused(s3.copy_object, Bucket=place, Key="to", CopySource=f"{place}/to")
    assert told.startswith("InvalidRequest: This copy request is illegal")


def test_many_are_deleted_at_once(s3, place):
    names = [f"k{number} &<é>" for number in range(10)]
    put(s3, place, *names)
    delete = {"Objects": [{"Key": name} for name in [*names[:9], "not there"]]}
    told = s3.delete_objects(Bucket=place, Delete=delete)
    assert [one["Key"] for one in told["Deleted"]] == [*names[:9], "not there"]
    assert keys(s3.list_objects_v2(Bucket=place)) == names[9:]
    quiet = {"Objects": [{"Key": names[9]}], "Quiet": True}
    assert "Deleted" not in s3.delete_objects(Bucket=place, Delete=quiet)
    one = {"Objects": [{"Key": "k", "VersionId": "1"}]}
    told = refused(s3.delete_objects, Bucket=place, Delete=one)
    assert told == NOT_KEPT.format("Delete.Objects.VersionId")


# -- lists


def test_lists_are_paged_in_the_order_of_bytes(s3, place):
    names = ["B", "a", "a-", "a/1", "a/2", "b", "c/d/1", "é"]
    put(s3, place, *names)
    for operation in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(operation).paginate
        found = [keys(page) for page in pages(Bucket=place, PaginationConfig={"PageSize": 3})]
        assert found == [["B", "a", "a-"], ["a/1", "a/2", "b"], ["c/d/1", "é"]]
        found = pages(Bucket=place, Delimiter="/", PaginationConfig={"PageSize": 3})
        shown = [(keys(page), rolled(page)) for page in found]
        assert shown == [(["B", "a", "a-"], []), (["b"], ["a/", "c/"]), (["é"], [])]
        found = list(pages(Bucket=place, Prefix="a/", Delimiter="/"))
        assert [(keys(page), rolled(page)) for page in found] == [(["a/1", "a/2"], [])]
    answer = s3.list_objects_v2(Bucket=place, StartAfter="a/1", MaxKeys=2)
    assert (keys(answer), answer["KeyCount"], answer["IsTruncated"]) == (["a/2", "b"], 2, True)
    answer = s3.list_objects_v2(Bucket=place, MaxKeys=0)
    assert (answer["KeyCount"], answer["IsTruncated"]) == (0, False)
    answer = s3.list_objects_v2(Bucket=place, Prefix="B", FetchOwner=True)
    [one] = answer["Contents"]
    assert (one["Size"], one["StorageClass"]) == (1, "STANDARD")
    assert re.fullmatch("[0-9a-f]{64}", one["Owner"]["ID"])
    told = refused(s3.list_objects_v2, Bucket=place, ContinuationToken="!")
    assert told == "InvalidArgument: The continuation token provided is incorrect"


# -- uploads in parts


def begin(s3, place, key="m", **named):
    upload = s3.create_multipart_upload(Bucket=place, Key=key, **named)["UploadId"]
    return {"Bucket": place, "Key": key, "UploadId": upload}


def part(s3, upload, number, body, **named):
    told = s3.upload_part(**upload, PartNumber=number, Body=body, **named)
    return {"PartNumber": number, "ETag": told["ETag"]}


def complete(s3, upload, parts, **named):
    return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **named)


def test_an_upload_in_parts(s3, place):
    bodies = [b"a" * PART, b"b" * PART, b"c"]
    upload = begin(s3, place, ContentType="text/plain", Metadata={"a": "1"})
    parts = [part(s3, upload, number, body) for number, body in enumerate(bodies, 1)]
    shown = s3.list_parts(**upload, MaxParts=2)
    assert [one["PartNumber"] for one in shown["Parts"]] == [1, 2]
    assert (shown["IsTruncated"], shown["NextPartNumberMarker"]) == (True, 2)
    [one] = s3.list_multipart_uploads(Bucket=place)["Uploads"]
    assert (one["Key"], one["UploadId"]) == ("m", upload["UploadId"])
    assert keys(s3.list_objects_v2(Bucket=place)) == []
    told = complete(s3, upload, parts)
    sums = b"".join(hashlib.md5(body).digest() for body in bodies)
    assert told["ETag"] == f'"{hashlib.md5(sums).hexdigest()}-3"'
    got = s3.get_object(Bucket=place, Key="m")
    assert got["Body"].read() == b"".join(bodies)
    assert (got["ContentType"], got["Metadata"]) == ("text/plain", {"a": "1"})
    edge = s3.get_object(Bucket=place, Key="m", Range=f"bytes={PART - 2}-{PART + 1}")
    assert edge["Body"].read() == b"aabb"
    third = s3.get_object(Bucket=place, Key="m", PartNumber=3)
    assert (third["Body"].read(), third["PartsCount"]) == (b"c", 3)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=place)


def test_parts_that_are_not_right(s3, place):
    upload = begin(s3, place)
    first, second = part(s3, upload, 1, b"small"), part(s3, upload, 2, b"last")
    assert refused(complete, s3, upload, [first, second]) == (
        "EntityTooSmall: Your proposed upload is smaller than the minimum allowed size"
    )
    assert refused(complete, s3, upload, [second, first]).startswith("InvalidPartOrder: The list")
    wrong = {**first, "ETag": '"0"'}
    assert refused(complete, s3, upload, [wrong]).startswith("InvalidPart: One or more")
    absent = {**first, "PartNumber": 3}
    assert refused(complete, s3, upload, [absent]).startswith("InvalidPart: One or more")
    assert refused(complete, s3, upload, []).startswith("MalformedXML: The XML you provided")
    told = refused(part, s3, upload, 10_001, b"")
    assert told.startswith("InvalidArgument: Part number must be an integer between 1 and 10000")
    s3.abort_multipart_upload(**upload)
    for call in (s3.abort_multipart_upload, s3.list_parts):
        assert refused(call, **upload).startswith("NoSuchUpload: The specified upload does not")
    assert refused(part, s3, upload, 1, b"").startswith("NoSuchUpload: ")


def test_parts_are_copied(s3, place):
    put(s3, place, "from", body=b"0123456789" * (PART // 10 + 1))
    upload = begin(s3, place)
    copy = {**upload, "CopySource": f"{place}/from"}
    ends = f"bytes=0-{PART - 1}"
    told = s3.upload_part_copy(**copy, PartNumber=1, CopySourceRange=ends)["CopyPartResult"]
    parts = [{"PartNumber": 1, "ETag": told["ETag"]}, part(s3, upload, 2, b"end")]
    told = refused(s3.upload_part_copy, **copy, PartNumber=3, CopySourceRange="bytes=0-99999999")
    assert told.startswith("InvalidArgument: Range specified is not valid")
    complete(s3, upload, parts)
    assert s3.head_object(Bucket=place, Key="m")["ContentLength"] == PART + 3
    assert s3.get_object(Bucket=place, Key="m", Range="bytes=-5")["Body"].read()[2:] == b"end"


# -- checksums


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksums_are_verified_and_kept(s3, place, algorithm):
    field = f"Checksum{algorithm}"
    told = s3.put_object(Bucket=place, Key="c", Body=b"hello", ChecksumAlgorithm=algorithm)
    shown = s3.head_object(Bucket=place, Key="c", ChecksumMode="ENABLED")
    assert shown[field] == told[field]
    wrong = base64.b64encode(b"\0" * len(base64.b64decode(told[field]))).decode()
    told = refused(s3.put_object, Bucket=place, Key="c", Body=b"other", **{field: wrong})
    assert told.startswith(f"BadDigest: The {algorithm} you specified did not match")
    assert s3.get_object(Bucket=place, Key="c")["Body"].read() == b"hello"


def test_a_body_that_is_not_what_was_said_is_refused(shared, s3, place):
    md5 = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    told = refused(s3.put_object, Bucket=place, Key="c", Body=b"x", ContentMD5=md5)
    assert told.startswith("BadDigest: The Content-MD5 you specified did not match")
    told = refused(s3.put_object, Bucket=place, Key="c", Body=b"x", ContentMD5="AA==")
    assert told == "InvalidDigest: The Content-MD5 you specified was invalid."
    sums = {"x-amz-checksum-crc32": "AAAAAA=="}
    xml = b"<Delete><Object><Key>a</Key></Object></Delete>"
    answer = signed(shared, "POST", f"/{place}?delete=", sums, xml)
    assert said(answer).startswith("BadDigest: The CRC32 you specified did not match")
    assert keys(s3.list_objects_v2(Bucket=place)) == []


@pytest.mark.parametrize("kind", ["COMPOSITE", "FULL_OBJECT"])
def test_checksums_of_parts_make_the_objects(s3, place, kind):
    checked = {"ChecksumAlgorithm": "CRC32"}
    upload = begin(s3, place, **checked, ChecksumType=kind)
    parts = []
    for number, body in enumerate([b"a" * PART, b"b"], 1):
        told = s3.upload_part(**upload, PartNumber=number, Body=body, **checked)
        sums = {"ETag": told["ETag"], "ChecksumCRC32": told["ChecksumCRC32"]}
        parts.append({"PartNumber": number, **sums})
    told = complete(s3, upload, parts)
    assert told["ChecksumType"] == kind
    assert told["ChecksumCRC32"].endswith("-2") == (kind == "COMPOSITE")
    if kind == "FULL_OBJECT":
        s3.put_object(Bucket=place, Key="whole", Body=b"a" * PART + b"b", **checked)
        shown = s3.head_object(Bucket=place, Key="whole", ChecksumMode="ENABLED")
        assert shown["ChecksumCRC32"] == told["ChecksumCRC32"]


def test_chunks_with_a_checksum_behind_them(shared, s3, place):
    client_s3 = client(shared)
    given = {"Bucket": place, "Key": "chunked"}
    client_s3.put_object(**given, Body=b"hello world", ChecksumAlgorithm="CRC32")
    body = b"b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "11",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "content-encoding": "aws-chunked",
    }
    url = client_s3.generate_presigned_url("put_object", Params=given)
    answer = shared.http(url, "PUT", headers=headers, body=body)
    # Nobody signed these headers.
    assert said(answer).startswith("AccessDenied: There were headers present")
    policy = allow(place, "s3:PutObject", f"{place}/*")
    s3.put_bucket_policy(Bucket=place, Policy=policy)
    url = f"{commands.ENDPOINT}/{place}/open"
    answer = shared.http(url, "PUT", headers=headers, body=body)
    assert answer.status == 200, answer.body
    shown = s3.get_object(Bucket=place, Key="open")
    assert shown["Body"].read() == b"hello world"
    assert "ContentEncoding" not in shown
    answer = shared.http(url, "PUT", headers=headers, body=body.replace(b"DUoR", b"AAAA"))
    assert said(answer).startswith("BadDigest: ")


def test_each_chunk_is_signed(shared, s3, place):
    chunks = [b"a" * 65536, b"b" * 100]
    answer = chunked(shared, f"/{place}/signed", chunks)
    assert answer.status == 200, answer.body
    assert s3.get_object(Bucket=place, Key="signed")["Body"].read() == b"".join(chunks)
    answer = chunked(shared, f"/{place}/t", chunks, lambda body: body.replace(b"bb", b"bc", 1))
    assert (answer.status, said(answer).partition(":")[0]) == (403, "SignatureDoesNotMatch")
    answer = chunked(shared, f"/{place}/t", chunks, lambda body: body[: body.rindex(b"64;")])
    assert (answer.status, said(answer).partition(":")[0]) == (400, "IncompleteBody")
    assert keys(s3.list_objects_v2(Bucket=place)) == ["signed"]


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
    mismatch = "SignatureDoesNotMatch: The request signature we calculated does not match"
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


def allow(place, action, resource, principal="*", effect="Allow", **more):
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Resource": f"arn:aws:s3:::{resource}",
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_policy_lets_in_whom_it_names(shared, s3, place):
    put(s3, place, "public/a", "private/a")
    text = allow(place, "s3:GetObject", f"{place}/public/*")
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
    s3.put_bucket_policy(Bucket=place, Policy=allow(place, "s3:ListBucket", place, **limited))
    assert keys(nobody.list_objects_v2(Bucket=place, Prefix="public/")) == ["public/a"]
    assert refused(nobody.list_objects_v2, Bucket=place) == "AccessDenied: Access Denied"
    s3.delete_bucket_policy(Bucket=place)
    assert refused(nobody.list_objects_v2, Bucket=place, Prefix="public/").startswith("Access")


def test_a_policy_denies_even_the_owner_but_not_for_ever(s3, place):
    put(s3, place, "a", "b")
    s3.put_bucket_policy(Bucket=place, Policy=allow(place, "s3:*", f"{place}/a", effect="Deny"))
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
    s3.put_bucket_policy(Bucket=place, Policy=allow(place, "s3:*", place, effect="Deny"))
    assert refused(s3.list_objects_v2, Bucket=place).startswith("AccessDenied")
    s3.delete_bucket_policy(Bucket=place)
    assert keys(s3.list_objects_v2(Bucket=place)) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nothing", "Policies must be valid JSON and the first byte must be '{'"),
        (allow("b", "ec2:RunInstances", "{}"), "Policy has invalid action"),
        (allow("b", "s3:GetObject", "other/*"), "Policy has invalid resource"),
        (allow("b", "s3:GetObject", "{}/*", {"AWS": "nobody"}), "Invalid principal in policy"),
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
    policy = allow("ours", "s3:GetObject", "ours/*", {"AWS": "222222222222"})
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


# -- what is not done is named


def members():
    """What the page says of each member of each operation that is served."""
    found = {}
    for chapter in COVERAGE.read_text().split("\n## ")[1:]:
        name = chapter.partition("\n")[0]
        rows = re.findall(r"^\| (\w+) \| (.+) \|$", chapter, re.MULTILINE)
        found[name] = dict(rows[1:] if rows[0][0] == "member" else rows)
    return found


def test_the_page_has_each_member_of_the_model(s3):
    model = s3.meta.service_model
    for name, rows in members().items():
        shape = model.operation_model(name).input_shape
        assert set(rows) == set(shape.members), name


def value(shape, rule):
    """One that the page does not list."""
    if shape.type_name == "boolean":
        return "`true`" not in rule
    if shape.type_name in ("integer", "long"):
        return 1
    if shape.type_name == "timestamp":
        return datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    if shape.type_name == "list":
        return [value(shape.member, rule)]
    fitting = [one for one in shape.enum if f"`{one}`" not in rule]
    return fitting[0] if fitting else "other"


@pytest.mark.parametrize("name", sorted(members()))
def test_what_is_not_kept_is_refused_by_name(s3, place, name):
    model = s3.meta.service_model.operation_model(name)
    known = {
        "Bucket": f"{place}-new" if name == "CreateBucket" else place,
        "Key": "k",
        "UploadId": "u",
        "PartNumber": 1,
        "CopySource": f"{place}/k",
        "Delete": {"Objects": [{"Key": "k"}]},
        "Policy": "{}",
    }
    given = {one: known[one] for one in model.input_shape.required_members}
    method = {wire: python for python, wire in s3.meta.method_to_api_mapping.items()}[name]
    head = name.startswith("Head")
    for member, rule in members()[name].items():
        if rule == "honoured":
            continue
        shape = model.input_shape.members[member]
        told = refused(getattr(s3, method), **{**given, member: value(shape, rule)})
        expected = "501: Not Implemented" if head else f"NotImplemented: `{member}`"
        assert told.startswith(expected), (member, told)


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/{}?acl", "GetBucketAcl"),
        ("GET", "/{}?versioning", "GetBucketVersioning"),
        ("GET", "/{}?policyStatus", "GetBucketPolicyStatus"),
        ("PUT", "/{}?lifecycle", "PutBucketLifecycleConfiguration"),
        ("PUT", "/{}/k?tagging", "PutObjectTagging"),
        ("GET", "/{}/k?attributes", "GetObjectAttributes"),
        ("PUT", "/{}/k?renameObject", "renameObject"),
        ("GET", "/{}?abac", "abac"),
    ],
)
def test_operations_that_are_not_served_are_named(shared, s3, place, method, path, named):
    answer = signed(shared, method, path.format(place))
    assert (answer.status, said(answer)) == (501, NOT_KEPT.format(named))
    form = {"content-type": "multipart/form-data; boundary=x"}
    answer = shared.http(f"{commands.ENDPOINT}/{place}", "POST", headers=form, body=b"x")
    assert (answer.status, said(answer)) == (501, NOT_KEPT.format("PostObject"))
    assert keys(s3.list_objects_v2(Bucket=place)) == []


@pytest.mark.parametrize(
    ("method", "path", "xml", "named"),
    [
        (
            "PUT",
            "/{}-tagged",
            "<CreateBucketConfiguration><Tags/></CreateBucketConfiguration>",
            "Tags",
        ),
        ("POST", "/{}?delete=", "<Delete><Object><New/></Object></Delete>", "New"),
        (
            "POST",
            "/{}/k?uploadId=u",
            "<CompleteMultipartUpload><Part><ChecksumMD5/></Part></CompleteMultipartUpload>",
            "ChecksumMD5",
        ),
    ],
)
def test_elements_that_are_not_kept_are_named(shared, s3, place, method, path, xml, named):
    answer = signed(shared, method, path.format(place), body=xml.encode())
    assert (answer.status, said(answer)) == (501, NOT_KEPT.format(named))
    assert refused(s3.head_bucket, Bucket=f"{place}-tagged") == "404: Not Found"


def test_an_error_says_which_request_it_was(shared, s3, place):
    answer = signed(shared, "GET", f"/{place}/no")
    request_id = answer.headers["x-amz-request-id"]
    assert f"<RequestId>{request_id}</RequestId>".encode() in answer.body
    assert f"<Resource>/{place}/no</Resource>".encode() in answer.body


# -- the CLI, and what is durable


def test_the_cli_copies_lists_syncs_and_removes(shared, s3, place, tmp_path):
    source, target = tmp_path / "from", tmp_path / "to"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("small")
    # Larger than the CLI sends at once.
    (source / "deep" / "big").write_bytes(bytes(range(256)) * (9 << 12))
    shared.aws_text("s3", "cp", str(source / "a.txt"), f"s3://{place}/one.txt")
    assert "one.txt" in shared.aws_text("s3", "ls", f"s3://{place}")
    shared.aws_text("s3", "sync", str(source), f"s3://{place}/tree")
    listed = shared.aws_text("s3", "ls", "--recursive", f"s3://{place}")
    assert [line.split()[-1] for line in listed.splitlines()] == [
        "one.txt",
        "tree/a.txt",
        "tree/deep/big",
    ]
    assert s3.head_object(Bucket=place, Key="tree/a.txt")["ContentType"] == "text/plain"
    assert s3.head_object(Bucket=place, Key="tree/deep/big")["ETag"].endswith('-2"')
    shared.aws_text("s3", "sync", f"s3://{place}/tree", str(target))
    for name in ("a.txt", "deep/big"):
        assert (target / name).read_bytes() == (source / name).read_bytes()
    assert shared.aws_text("s3", "sync", f"s3://{place}/tree", str(target)) == ""
    shared.aws_text("s3", "mv", f"s3://{place}/one.txt", f"s3://{place}/two.txt")
    shared.aws_text("s3", "rm", "--recursive", f"s3://{place}")
    shared.aws_text("s3", "rb", f"s3://{place}")
    assert refused(s3.list_objects_v2, Bucket=place) == MISSING


def answers(s3):
    try:
        return s3.list_buckets()["Buckets"]
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        return None


def test_what_was_acknowledged_outlives_control(running):
    s3 = client(running)
    s3.create_bucket(Bucket="kept")
    put(s3, "kept", "a", body=b"kept" * 100_000)
    put(s3, "kept", "gone")
    s3.delete_object(Bucket="kept", Key="gone")
    upload = begin(s3, "kept", "later")
    parts = [part(s3, upload, 1, b"p" * 1000)]
    roles.kill(running, "control")
    wait_until(lambda: answers(s3), 10, "the API is back")
    assert s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"kept" * 100_000
    assert keys(s3.list_objects_v2(Bucket="kept")) == ["a"]
    complete(s3, upload, parts)
    assert s3.get_object(Bucket="kept", Key="later")["Body"].read() == b"p" * 1000
    files = [one for one in (running.state_dir / "objects" / "blobs").rglob("*") if one.is_file()]
    assert len(files) == 2
    assert (running.state_dir / "objects").stat().st_mode & 0o777 == 0o700


def test_an_object_is_read_whole_while_it_is_replaced(shared, s3, place):
    put(s3, place, "r", body=b"1" * (4 << 20))
    old = s3.get_object(Bucket=place, Key="r")["Body"]
    with shared.inside():
        begun = old.read(1)
        put(s3, place, "r", body=b"2" * (4 << 20))
        assert set(begun + old.read()) == set(b"1")
    assert set(s3.get_object(Bucket=place, Key="r")["Body"].read()) == set(b"2")


def test_a_body_that_is_cut_off_leaves_nothing(shared, s3, place):
    given = {"Bucket": place, "Key": "cut"}
    url = client(shared).generate_presigned_url("put_object", Params=given)
    with pytest.raises((OSError, botocore.exceptions.ClientError)):
        shared.http(url, "PUT", headers={"Content-Length": "100"}, body=b"short", timeout=1)
    assert keys(s3.list_objects_v2(Bucket=place)) == []
