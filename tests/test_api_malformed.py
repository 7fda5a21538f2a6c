"""Requests that no client would send: each is told AWS's code, and the server goes on."""

import datetime

import pytest

from harness.wire_calls import Service, code

ECS = "AmazonEC2ContainerServiceV20141113"
LOGS = "Logs_20140328"
BODY_MAX = 8 << 20
HEAD_MAX = 16 << 10


@pytest.fixture(autouse=True)
def goes_on(shared):
    """After whatever a test sends, the same server answers a good request at once."""
    before = shared.pid_of("control")
    yield
    assert list_clusters(shared).send("{}").json()["clusterArns"] == []
    assert shared.pid_of("control") == before


def json_service(shared, scope, target):
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return Service(shared, scope, headers)


def form_service(shared, scope):
    return Service(shared, scope, {"Content-Type": "application/x-www-form-urlencoded"})


def list_clusters(shared):
    return json_service(shared, "ecs", f"{ECS}.ListClusters")


JSON_BODIES = {
    "nothing but a brace": (b"{", "SerializationException"),
    "no JSON": (b"maxResults=10", "SerializationException"),
    "a list": (b"[]", "SerializationException"),
    "cut off": (b'{"maxResults": 1', "SerializationException"),
    "rubbish behind": (b'{"maxResults": 1} x', "SerializationException"),
    "text for a number": (b'{"maxResults": "ten"}', "SerializationException"),
    "a list for text": (b'{"nextToken": ["a"]}', "SerializationException"),
    "a number too big": (b'{"maxResults": 1e400}', "SerializationException"),
    "not UTF-8": (b'{"nextToken": "\xff\xfe"}', "SerializationException"),
    "an unknown member": (b'{"noSuchMember": 1}', "InvalidParameterException"),
    "the same key twice": (b'{"nextToken": "a", "nextToken": "b"}', "SerializationException"),
    "deep nesting": (b'{"nextToken": ' + b"[" * 100_000, "SerializationException"),
    "NULs": (b"\0" * 64, "SerializationException"),
}


@pytest.mark.parametrize("case", JSON_BODIES)
def test_a_json_body_that_makes_no_sense(shared, case):
    body, expected = JSON_BODIES[case]
    assert code(list_clusters(shared).send(body)) == (400, expected)


@pytest.mark.parametrize("case", JSON_BODIES)
def test_a_json_body_that_makes_no_sense_to_logs(shared, case):
    body, expected = JSON_BODIES[case]
    body = body.replace(b"maxResults", b"limit")
    logs = json_service(shared, "logs", f"{LOGS}.DescribeLogGroups")
    assert code(logs.send(body)) == (400, expected)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (f"{ECS}.NoSuchOperation", (400, "UnknownOperationException")),
        (f"{ECS}.listclusters", (400, "UnknownOperationException")),
        ("NoSuchService.ListClusters", (400, "UnknownOperationException")),
        ("ListClusters", (400, "UnknownOperationException")),
        ("", (400, "UnknownOperationException")),
    ],
)
def test_a_target_that_is_not_there(shared, target, expected):
    assert code(json_service(shared, "ecs", target).send(b"{}")) == expected


LOAD_BALANCERS = "Action=DescribeLoadBalancers&Version=2015-12-01"
QUERY_BODIES = {
    "empty": ("", "MissingAction"),
    "no action": ("Version=2015-12-01", "MissingAction"),
    "an unknown action": ("Action=NoSuch&Version=2015-12-01", "InvalidAction"),
    "another version": ("Action=DescribeLoadBalancers&Version=1999-01-01", "InvalidAction"),
    "a body of JSON": ('{"Action": "DescribeLoadBalancers"}', "MissingAction"),
    "an unknown parameter": (f"{LOAD_BALANCERS}&NoSuch=1", "ValidationError"),
    "text for a number": (f"{LOAD_BALANCERS}&PageSize=ten", "ValidationError"),
    "a number too big": (f"{LOAD_BALANCERS}&PageSize=99999999999999999999", "ValidationError"),
    "the same name twice": (f"{LOAD_BALANCERS}&Marker=a&Marker=b", "MalformedQueryString"),
    "not UTF-8": (f"{LOAD_BALANCERS}&Marker=%ff%fe", "MalformedQueryString"),
    "deep nesting": (
        f"{LOAD_BALANCERS}&Names{'.member.1' * 10_000}=x",
        "MalformedQueryString",
    ),
    "an element far away": (f"{LOAD_BALANCERS}&Names.member.99999999999=x", "ValidationError"),
    "nothing required": ("Action=DeleteLoadBalancer&Version=2015-12-01", "ValidationError"),
    "NULs": ("\0" * 64, "MissingAction"),
}


@pytest.mark.parametrize("case", QUERY_BODIES)
def test_a_form_that_makes_no_sense(shared, case):
    body, expected = QUERY_BODIES[case]
    assert code(form_service(shared, "elasticloadbalancing").send(body)) == (400, expected)


VPCS = "Action=DescribeVpcs&Version=2016-11-15"
EC2_BODIES = {
    "empty": ("", "MissingAction"),
    "an unknown action": ("Action=NoSuch&Version=2016-11-15", "InvalidAction"),
    "another version": ("Action=DescribeVpcs&Version=1999-01-01", "InvalidAction"),
    "an unknown parameter": (f"{VPCS}&NoSuch=1", "UnknownParameter"),
    "text for a number": (f"{VPCS}&MaxResults=ten", "InvalidParameterValue"),
    "a number too big": (f"{VPCS}&MaxResults=99999999999999999999", "InvalidParameterValue"),
    "the same name twice": (f"{VPCS}&NextToken=a&NextToken=b", "MalformedQueryString"),
    "not UTF-8": (f"{VPCS}&NextToken=%ff%fe", "MalformedQueryString"),
    "deep nesting": (f"{VPCS}&Filter{'.1' * 10_000}=x", "MalformedQueryString"),
    "nothing required": ("Action=CreateSecurityGroup&Version=2016-11-15", "MissingParameter"),
    "NULs": ("\0" * 64, "MissingAction"),
}


@pytest.mark.parametrize("case", EC2_BODIES)
def test_an_ec2_form_that_makes_no_sense(shared, case):
    body, expected = EC2_BODIES[case]
    assert code(form_service(shared, "ec2").send(body)) == (400, expected)


ALARMS = "GraniteServiceVersion20100801"
DESCRIBE_ALARMS = f"/service/{ALARMS}/operation/DescribeAlarms"
# Errors by the names of their shapes, as this protocol has them.
CBOR_BODIES = {
    "no CBOR": (b"{}", "SerializationException"),
    "a form": (b"Action=DescribeAlarms&Version=2010-08-01", "SerializationException"),
    "a list": (b"\x80", "SerializationException"),
    "a map that is cut off": (b"\xa1", "SerializationException"),
    "a map without an end": (b"\xbf", "SerializationException"),
    "a text without an end": (b"\xa1\x7f\x61a", "SerializationException"),
    "a text longer than the body": (b"\xa1\x7b" + b"\xff" * 8, "SerializationException"),
    "a list as long as can be said": (
        b"\xa1\x6aAlarmNames\x9b" + b"\xff" * 8,
        "SerializationException",
    ),
    "rubbish behind": (b"\xa0\xa0", "SerializationException"),
    "an end of nothing": (b"\xff", "SerializationException"),
    "a reserved length": (b"\xa1\x7c", "SerializationException"),
    "text for a number": (b"\xa1\x6aMaxRecords\x63ten", "SerializationException"),
    "a number too big": (b"\xa1\x6aMaxRecords\x1b" + b"\xff" * 8, "SerializationException"),
    "a fraction for a number": (b"\xa1\x6aMaxRecords\xf9\x3e\x00", "SerializationException"),
    "not UTF-8": (b"\xa1\x69NextToken\x62\xff\xfe", "SerializationException"),
    "a key that is no text": (b"\xa1\x01\x02", "SerializationException"),
    "a tag of nobody's": (b"\xa1\x6aMaxRecords\xc2\x41\x01", "SerializationException"),
    "the same key twice": (b"\xa2\x69NextToken\x60\x69NextToken\x60", "SerializationException"),
    "deep nesting": (b"\xa1\x6aAlarmNames" + b"\x81" * 100_000, "SerializationException"),
    "deep tags": (b"\xa1\x6aAlarmNames" + b"\xc1" * 100_000, "SerializationException"),
    "NULs": (b"\0" * 64, "SerializationException"),
    "an unknown member": (b"\xa1\x64none\x01", "ValidationException"),
    "out of range": (b"\xa1\x6aMaxRecords\x00", "ValidationException"),
    "a token of nobody's": (b"\xa1\x69NextToken\x61x", "InvalidNextToken"),
}


def cbor_service(shared, scope="monitoring"):
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return Service(shared, scope, headers)


@pytest.mark.parametrize("case", CBOR_BODIES)
def test_a_cbor_body_that_makes_no_sense(shared, case):
    body, expected = CBOR_BODIES[case]
    answer = cbor_service(shared).send(body, path=DESCRIBE_ALARMS)
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert code(answer) == (400, expected)


def test_a_cbor_body_of_too_many_values(shared):
    body = b"\xa1\x6aAlarmNames\x9f" + b"\xf6" * 1_000_000 + b"\xff"
    answer = cbor_service(shared).send(body, path=DESCRIBE_ALARMS)
    assert code(answer) == (400, "SerializationException")


def test_what_cbor_requires(shared):
    path = f"/service/{ALARMS}/operation/SetAlarmState"
    answer = cbor_service(shared).send(b"\xa0", path=path)
    assert code(answer) == (400, "MissingRequiredParameterException")
    assert answer.headers["x-amzn-query-error"] == "MissingParameter;Sender"


UNKNOWN = "UnknownOperationException"
CBOR_PLACES = {
    "another operation": (DESCRIBE_ALARMS.replace("Alarms", "Clocks"), {}, (400, UNKNOWN)),
    "another service": (DESCRIBE_ALARMS.replace("Granite", "Basalt"), {}, (400, UNKNOWN)),
    "a service of JSON": (f"/service/{ECS}/operation/ListClusters", {}, (400, UNKNOWN)),
    "no operation": (f"/service/{ALARMS}", {}, (400, UNKNOWN)),
    "the root": ("/", {}, (400, UNKNOWN)),
    "another protocol": (DESCRIBE_ALARMS, {"smithy-protocol": "rpc-v2-json"}, (400, UNKNOWN)),
    "another type": (
        DESCRIBE_ALARMS,
        {"Content-Type": "application/json"},
        (415, "UnsupportedMediaTypeException"),
    ),
}


@pytest.mark.parametrize("case", CBOR_PLACES)
def test_a_place_that_cbor_does_not_have(shared, case):
    path, headers, expected = CBOR_PLACES[case]
    assert code(cbor_service(shared).send(b"\xa0", path=path, headers=headers)) == expected


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_cbor_does_not_have(shared, method):
    answer = cbor_service(shared).send(b"\xa0", path=DESCRIBE_ALARMS, method=method)
    assert code(answer) == (404, UNKNOWN)


def test_cbor_without_a_signature(shared):
    answer = shared.http(
        f"http://127.0.0.1:4566{DESCRIBE_ALARMS}",
        "POST",
        headers=cbor_service(shared).headers,
        body=b"\xa0",
    )
    assert code(answer) == (400, "MissingAuthenticationTokenException")


# -- signatures

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
FAR_OFF = datetime.datetime(2090, 1, 1, tzinfo=datetime.timezone.utc)
SIGNATURES = {
    "another secret": {"secret_key": "wrong"},
    "an unknown key": {"access_key": "AKIAUNKNOWN0000000"},
    "expired": {"at": LONG_AGO},
    "not yet": {"at": FAR_OFF},
}
SIGNATURE_CODES = {
    "ecs": {
        "another secret": (400, "InvalidSignatureException"),
        "an unknown key": (400, "UnrecognizedClientException"),
        "expired": (400, "InvalidSignatureException"),
        "not yet": (400, "InvalidSignatureException"),
        "none": (400, "MissingAuthenticationTokenException"),
    },
    "elasticloadbalancing": {
        "another secret": (403, "SignatureDoesNotMatch"),
        "an unknown key": (403, "InvalidClientTokenId"),
        "expired": (403, "SignatureDoesNotMatch"),
        "not yet": (403, "SignatureDoesNotMatch"),
        "none": (403, "MissingAuthenticationToken"),
    },
    "ec2": {
        "another secret": (401, "AuthFailure"),
        "an unknown key": (401, "AuthFailure"),
        "expired": (400, "RequestExpired"),
        "not yet": (400, "RequestExpired"),
        "none": (403, "MissingAuthenticationToken"),
    },
}
GOOD = {"ecs": "{}", "elasticloadbalancing": LOAD_BALANCERS, "ec2": VPCS}


def service(shared, scope):
    return list_clusters(shared) if scope == "ecs" else form_service(shared, scope)


@pytest.mark.parametrize("scope", SIGNATURE_CODES)
@pytest.mark.parametrize("case", SIGNATURES)
def test_a_signature_that_is_not_right(shared, scope, case):
    answer = service(shared, scope).send(GOOD[scope], **SIGNATURES[case])
    assert code(answer) == SIGNATURE_CODES[scope][case]
    assert shared.credentials()["AWS_SECRET_ACCESS_KEY"] not in answer.body.decode()


@pytest.mark.parametrize("scope", SIGNATURE_CODES)
def test_no_signature(shared, scope):
    answer = service(shared, scope).unsigned(GOOD[scope])
    assert code(answer) == SIGNATURE_CODES[scope]["none"]


def test_a_signature_of_another_body(shared):
    ecs = list_clusters(shared)
    signed = ecs.signature("POST", "/", ecs.headers, b"{}")
    headers = {**ecs.headers, **signed}
    answer = shared.http("http://127.0.0.1:4566/", "POST", headers=headers, body=b'{"a": 1}')
    assert code(answer) == (400, "InvalidSignatureException")
    # What was signed is answered: the headers are right.
    assert shared.http("http://127.0.0.1:4566/", "POST", headers=headers, body=b"{}").status == 200


def test_a_signature_for_another_service(shared):
    answer = list_clusters(shared).send("{}", scope="logs")
    assert code(answer) == (400, "InvalidSignatureException")
    assert "Credential should be scoped to correct service: 'ecs'" in answer.json()["message"]


def test_the_words_of_an_expired_signature(shared):
    answer = list_clusters(shared).send("{}", at=LONG_AGO)
    assert answer.json()["message"].startswith(
        "Signature expired: 20200101T000000Z is now earlier than "
    )


# -- sizes and framing


@pytest.mark.parametrize("scope", GOOD)
def test_a_body_that_is_too_big(shared, scope):
    answer = service(shared, scope).send(b" " * (BODY_MAX + 1))
    assert code(answer) == (413, "RequestEntityTooLargeException")


def test_a_body_that_is_big_and_good(shared):
    body = "{" + " " * (BODY_MAX - 2) + "}"
    assert list_clusters(shared).send(body).status == 200


@pytest.mark.parametrize("scope", GOOD)
def test_a_header_that_is_too_big(shared, scope):
    client = service(shared, scope)
    signed = client.signature("POST", "/", client.headers, GOOD[scope].encode())
    headers = {"Host": "127.0.0.1:4566", **client.headers, **signed, "X-Big": "x" * 2 * HEAD_MAX}
    answer = client.raw(framed(headers, GOOD[scope], len(GOOD[scope])))
    # It hangs up before it has read everything, so its word may be lost on the way.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 "), answer


@pytest.mark.parametrize("scope", GOOD)
def test_too_many_headers(shared, scope):
    many = {f"X-{number}": "x" for number in range(150)}
    assert service(shared, scope).send(GOOD[scope], headers=many).status == 431


HEAD = b"POST / HTTP/1.1\r\nHost: 127.0.0.1:4566\r\n"
FRAMES = {
    "a length that is no number": HEAD + b"Content-Length: ten\r\n\r\n{}",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n{}",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length beyond counting": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a chunk that is no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no head's end": HEAD,
    "a name with a blank": HEAD + b"X Y: 1\r\nContent-Length: 0\r\n\r\n",
    "another version": b"POST / HTTP/9.9\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("case", FRAMES)
def test_a_request_that_is_not_framed(shared, case):
    answer = list_clusters(shared).raw(FRAMES[case])
    # Either it is told that it was not understood, or it is hung up on; never answered.
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 "), answer


@pytest.mark.parametrize("scope", GOOD)
def test_a_body_that_ends_before_its_length(shared, scope):
    client = service(shared, scope)
    signed = client.signature("POST", "/", client.headers, GOOD[scope].encode())
    headers = {"Host": "127.0.0.1:4566", **client.headers, **signed}
    answer = client.raw(framed(headers, GOOD[scope], 1000))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 "), answer


@pytest.mark.parametrize("scope", GOOD)
@pytest.mark.parametrize(("method", "path"), [("PUT", "/"), ("DELETE", "/"), ("POST", "/v1/x")])
def test_a_place_that_is_not_there(shared, scope, method, path):
    unknown = "UnknownOperationException" if scope == "ecs" else "InvalidAction"
    answer = service(shared, scope).send(GOOD[scope], method=method, path=path)
    assert code(answer) == (404, unknown)


@pytest.mark.parametrize("scope", ["s3", "sqs", "lambda", "dynamodb", "secretsmanager"])
def test_a_service_that_is_not_there_is_named(shared, scope):
    answer = form_service(shared, scope).send("Action=List&Version=2010-05-08")
    assert answer.status == 501
    assert answer.headers["x-amzn-errortype"] == "NotImplemented"
    assert f"`{scope}`" in answer.body.decode()


def test_every_answer_has_an_id_of_its_own(shared):
    ecs = list_clusters(shared)
    answers = [ecs.send("{}"), ecs.send("{}"), ecs.send("{"), ecs.unsigned("{}")]
    ids = {answer.headers["x-amzn-requestid"] for answer in answers}
    assert len(ids) == len(answers)
    assert all(len(each) == 36 for each in ids)


def framed(headers, body, length):
    """A request as bytes that says that its body has this length."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = ["POST / HTTP/1.1", *lines, f"Content-Length: {length}", "", body]
    return "\r\n".join(head).encode()
