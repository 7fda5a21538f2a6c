"""For every imported operation, botocore and Longshore agree on the bytes.

Requests: botocore's serializer, then our decoder. Answers: our encoder, then botocore's
parser. Values are random within the model's constraints, the same at every run.
"""

import base64
import datetime
import random
import urllib.parse

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from models import IMPORTED, OPERATIONS
from values import Values

# How much of what is optional is set, one value each; the first two are the extremes.
FILLS = (0.0, 1.0, 0.5, 0.5, 0.5, 0.3, 0.3, 0.7)

every_operation = pytest.mark.parametrize(
    ("service", "operation"), OPERATIONS, ids=[".".join(pair) for pair in OPERATIONS],
)


def draws(service, operation, kind):
    """The values that are tried for one operation's input or output."""
    imported = IMPORTED[service]
    model = imported.operation(operation)
    shape = model.input_shape if kind == "input" else model.output_shape
    for number, fill in enumerate(FILLS):
        seeded = random.Random(f"{service}.{operation}.{kind}.{number}")
        yield Values(seeded, fill, imported.protocol).draw(shape) if shape else {}


def send(echo, service, operation, value):
    """What our decoder makes of botocore's request."""
    imported = IMPORTED[service]
    model = imported.operation(operation)
    serializer = create_serializer(imported.protocol, include_validation=True)
    request = serializer.serialize_to_request(value, model)
    body = request["body"]
    if isinstance(body, dict):
        body = urllib.parse.urlencode(body, doseq=True)
    if isinstance(body, bytes):
        body = body.decode()
    headers = HeadersDict(request["headers"])
    return echo.ask(
        do="input", target=headers.get("X-Amz-Target"), body=body,
        content_type=headers.get("Content-Type"), scope=imported.signing_name,
    )


def parse(service, operation, answer):
    imported = IMPORTED[service]
    model = imported.operation(operation)
    response = {
        "status_code": answer["status"],
        "headers": HeadersDict(answer["headers"]),
        "body": answer["body"].encode(),
    }
    return create_parser(imported.protocol).parse(response, model.output_shape)


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


@every_operation
def test_requests_are_decoded_as_botocore_meant_them(echo, service, operation):
    for value in draws(service, operation, "input"):
        answer = send(echo, service, operation, value)
        assert answer.get("value") is not None, (answer, value)
        assert (answer["service"], answer["operation"]) == (service, operation)
        expected = plain(value)
        if IMPORTED[service].protocol != "json":
            expected = without_empty_structures(expected)
        assert answer["value"] == expected


@every_operation
def test_answers_are_parsed_as_we_meant_them(echo, service, operation):
    for value in draws(service, operation, "output"):
        answer = echo.ask(
            do="output", service=service, operation=operation, value=plain(value),
        )
        assert answer.get("status") == 200, (answer, value)
        parsed = parse(service, operation, answer)
        metadata = parsed.pop("ResponseMetadata")
        assert metadata["RequestId"] == "request-1"
        assert metadata["HTTPStatusCode"] == 200
        assert parsed == value


@every_operation
def test_modelled_errors_are_parsed_as_we_meant_them(echo, service, operation):
    message = "Größe <b>&\"'\n of `x` isn't right"
    for shape in IMPORTED[service].operation(operation).error_shapes:
        code = shape.metadata.get("error", {}).get("code", shape.name)
        answer = echo.ask(
            do="refuse", service=service, operation=operation,
            code=code, message=message, status=400,
        )
        parsed = parse(service, operation, answer)
        assert parsed["Error"]["Code"] == code
        assert parsed["Error"]["Message"] == message
        assert parsed["ResponseMetadata"]["RequestId"] == "request-1"


@every_operation
def test_what_is_not_written_is_refused_by_name(echo, service, operation):
    value = next(draws(service, operation, "input"))
    answer = send(echo, service, operation, value)["unimplemented"]
    error = parse(service, operation, answer)["Error"]
    assert answer["status"] == 501
    assert error["Code"] == "NotImplemented"
    assert error["Message"] == (
        f"operation `{operation}` of `{service}` is not implemented by Longshore"
    )
