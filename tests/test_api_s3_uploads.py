"""What S3 is sent: uploads in parts, checksums, what the CLI copies, and what of it is durable."""

import base64
import hashlib

import botocore.exceptions
import pytest

from harness import commands, roles
from harness.refusals import refused
from harness.s3 import MISSING, PART, allow, bucket, chunked, client, keys, put, said, signed
from harness.waiting import wait_until


@pytest.fixture(scope="module")
def s3(shared):
    return client(shared)


@pytest.fixture
def place(s3):
    return bucket(s3)


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
    policy = allow("s3:PutObject", f"{place}/*")
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
