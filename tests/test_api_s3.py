"""S3's objects and lists as boto3 sees them, and that what is not done is named."""

import datetime
import hashlib
import pathlib
import re

import pytest

from harness import commands
from harness.refusals import refused
from harness.s3 import MISSING, bucket, client, keys, put, said, signed

COVERAGE = pathlib.Path(__file__).resolve().parents[1] / "docs" / "coverage" / "s3.md"
NOT_KEPT = "NotImplemented: `{}` is not implemented by Longshore"


@pytest.fixture(scope="module")
def s3(shared):
    return client(shared)


@pytest.fixture
def place(s3):
    return bucket(s3)


def rolled(answer):
    return [one["Prefix"] for one in answer.get("CommonPrefixes", [])]


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
