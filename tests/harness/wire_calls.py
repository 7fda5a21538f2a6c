"""Requests that no client would send: signed by hand, or not, and written byte by byte."""

import re
import socket
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import RpcV2CBORParser

from harness import clients, commands

_ANSWER_TIMEOUT = 30


class Service:
    """One service as those see it who write their requests themselves."""

    def __init__(self, host, scope, headers):
        self.host = host
        self.scope = scope
        self.headers = headers

    def send(self, body, method="POST", path="/", headers=(), **signing):
        """One signed request; see `signature` for how its signature can be bent."""
        body = body.encode() if isinstance(body, str) else body
        headers = {**self.headers, **dict(headers)}
        signed = self.signature(method, path, headers, body, **signing)
        url = commands.ENDPOINT + path
        return self.host.http(url, method, headers={**headers, **signed}, body=body)

    def unsigned(self, body):
        return self.host.http(commands.ENDPOINT, "POST", headers=self.headers, body=body)

    def signature(self, method, path, headers, body, scope=None, at=None, **keys):
        """The headers that sign; `access_key`, `secret_key` and the time `at` can be others."""
        own = self.host.credentials()
        known = {
            "access_key": own["AWS_ACCESS_KEY_ID"],
            "secret_key": own["AWS_SECRET_ACCESS_KEY"],
        }
        request = AWSRequest(method, commands.ENDPOINT + path, headers=headers, data=body)
        signer = botocore.auth.SigV4Auth(
            Credentials(**{**known, **keys}), scope or self.scope, clients.REGION
        )
        now = botocore.auth.get_current_datetime
        with mock.patch("botocore.auth.get_current_datetime", lambda **_how: at or now()):
            signer.add_auth(request)
        wanted = ("Authorization", "X-Amz-Date")
        return {name: request.headers[name] for name in wanted}

    def raw(self, text):
        """Bytes as they are on a connection of their own, and all that comes back."""
        with self.host.inside():
            address = commands.LISTEN.rpartition(":")
            stream = socket.create_connection((address[0], int(address[2])), _ANSWER_TIMEOUT)
        with stream:
            # It may hang up before all is sent; what it said meanwhile is still there to read.
            try:
                stream.sendall(text)
                stream.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            return _read_all(stream)


def code(answer):
    """The status and AWS's code: the `__type` of JSON and CBOR, or XML's `<Code>`."""
    if answer.headers["content-type"] == "application/cbor":
        return answer.status, RpcV2CBORParser()._initial_body_parse(answer.body).get("__type")
    if answer.headers["content-type"].startswith("application/x-amz-json"):
        return answer.status, answer.json().get("__type")
    found = re.search(rb"<Code>([^<]*)</Code>", answer.body)
    return answer.status, found and found[1].decode()


def _read_all(stream):
    parts = []
    try:
        while part := stream.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)
