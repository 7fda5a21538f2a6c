"""For every imported operation, botocore and Longshore agree on the bytes.

Requests: botocore's serializer, then our decoder. Answers: our encoder, then botocore's
parser. In every protocol that the service's model lists. Values are random within the
model's constraints, the same at every run.
"""

import base64
import dataclasses
import datetime
import random
import urllib.parse

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from models import CALLS, IMPORTED
from values import Values

# How our router calls what botocore calls by these names.
ROUTED = {
    "ec2": ("Ec2",),
    "json": ("AwsJson10", "AwsJson11"),
    "query": ("Query",),
    "smithy-rpc-v2-cbor": ("RpcV2Cbor",),
}

# How much of what is optional is set, one value each; the first two are the extremes.
FILLS = (0.0, 1.0, 0.5, 0.5, 0.5, 0.3, 0.3, 0.7)


@dataclasses.dataclass(frozen=True)
class Call:
    """An operation in one of its service's protocols."""

    service: str
    operation: str
    protocol: str

    @property
    def model(self):
        return IMPORTED[self.service].operation(self.operation)


every_call = pytest.mark.parametrize(
    "call", [Call(*call) for call in CALLS], ids=["-".join(call) for call in CALLS],
)


def draws(call, kind):
    """The values that are tried for one operation's input or output."""
    shape = call.model.input_shape if kind == "input" else call.model.output_shape
    for number, fill in enumerate(FILLS):
        seeded = random.Random(f"{call.service}.{call.operation}.{kind}.{number}")
        yield Values(seeded, fill, call.protocol).draw(shape) if shape else {}


def send(echo, call, value):
    """What our decoder makes of botocore's request."""
    serializer = create_serializer(call.protocol, include_validation=True)
    request = serializer.serialize_to_request(value, call.model)
    body = request["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body, doseq=True)
    if isinstance(body, str):
        body = body.encode()
    headers = HeadersDict(request["headers"])
    return echo.ask(
        do="input", path=request["url_path"], body=base64.b64encode(body).decode(),
        target=headers.get("X-Amz-Target"), smithy_protocol=headers.get("smithy-protocol"),
        content_type=headers.get("Content-Type"), scope=IMPORTED[call.service].signing_name,
    )


def parse(call, answer):
    response = {
        "status_code": answer["status"],
        "headers": HeadersDict(answer["headers"]),
        "body": base64.b64decode(answer["body"]),
    }
    return create_parser(call.protocol).parse(response, call.model.output_shape)


def plain(value):
    """A value as our canonical JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def without_empty_structures(value):
    """What a form can carry: a structure without members has no parameter."""
    if isinstance(value, dict):
        items = {key: without_empty_structures(item) for key, item in value.items()}
        return {key: item for key, item in items.items() if item != {}}
    if isinstance(value, list):
        return [without_empty_structures(item) for item in value]
    return value


@every_call
def test_requests_are_decoded_as_botocore_meant_them(echo, call):
    for value in draws(call, "input"):
        answer = send(echo, call, value)
        assert answer.get("value") is not None, (answer, value)
        assert (answer["service"], answer["operation"]) == (call.service, call.operation)
        assert answer["protocol"] in ROUTED[call.protocol]
        expected = plain(value)
        if call.protocol in ("query", "ec2"):
            expected = without_empty_structures(expected)
        assert answer["value"] == expected


@every_call
def test_answers_are_parsed_as_we_meant_them(echo, call):
    for value in draws(call, "output"):
        answer = echo.ask(do="output", value=plain(value), **dataclasses.asdict(call))
        assert answer.get("status") == 200, (answer, value)
        parsed = parse(call, answer)
        metadata = parsed.pop("ResponseMetadata")
        # In this protocol botocore reads the id of no answer without an output.
        if call.model.output_shape or call.protocol != "smithy-rpc-v2-cbor":
            assert metadata["RequestId"] == "request-1"
        assert metadata["HTTPStatusCode"] == 200
        assert parsed == value


@every_call
def test_modelled_errors_are_parsed_as_we_meant_them(echo, call):
    message = "Größe <b>&\"'\n of `x` isn't right"
    for shape in call.model.error_shapes:
        code = shape.metadata.get("error", {}).get("code", shape.name)
        answer = echo.ask(
            do="refuse", code=code, message=message, status=400, **dataclasses.asdict(call),
        )
        parsed = parse(call, answer)
        assert parsed["Error"]["Code"] == code
        assert parsed["Error"]["Message"] == message
        assert parsed["ResponseMetadata"]["RequestId"] == "request-1"


@every_call
def test_what_is_not_written_is_refused_by_name(echo, call):
    value = next(draws(call, "input"))
    answer = send(echo, call, value)["unimplemented"]
    error = parse(call, answer)["Error"]
    assert answer["status"] == 501
    assert error["Code"] == "NotImplemented"
    assert error["Message"] == (
        f"operation `{call.operation}` of `{call.service}` is not implemented by Longshore"
    )
