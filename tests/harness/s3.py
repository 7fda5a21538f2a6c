"""S3 as its tests use it: clients of each kind, requests that no client would send."""

import hashlib
import itertools
import json

import botocore
import botocore.auth
import botocore.awsrequest
import botocore.config
import botocore.credentials
import botocore.session

from harness import clients, commands

_numbers = itertools.count()
PART = 5 << 20
MISSING = "NoSuchBucket: The specified bucket does not exist"


def client(host, endpoint=commands.ENDPOINT, signature="s3v4", credentials=None, **s3):
    """A boto3 client of S3; `signature=None` sends none, `"default"` is botocore's own choice."""
    known = credentials or host.credentials()
    given = {None: botocore.UNSIGNED, "default": None}
    config = botocore.config.Config(
        signature_version=given.get(signature, signature),
        retries={"total_max_attempts": 1, "mode": "standard"},
        s3=s3 or None,
    )
    session = botocore.session.Session()
    options = {**clients.keys(known), "endpoint_url": endpoint, "config": config}
    return clients.inside(host.namespace, session, "s3", options)


def bucket(s3, name="bucket"):
    """A new bucket of a name of its own."""
    made = f"{name}-{next(_numbers)}"
    s3.create_bucket(Bucket=made)
    return made


def put(s3, place, *keys, body=b"x"):
    for key in keys:
        s3.put_object(Bucket=place, Key=key, Body=body)


def keys(answer):
    return [one["Key"] for one in answer.get("Contents", [])]


def allow(action, resource, principal="*", effect="Allow", **more):
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Resource": f"arn:aws:s3:::{resource}",
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def signed(host, method, path, headers=(), body=b""):
    """A request that boto3 would not send, with a good signature."""
    known = host.credentials()
    keys = botocore.credentials.Credentials(
        known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"]
    )
    url = commands.ENDPOINT + path
    request = botocore.awsrequest.AWSRequest(method, url, dict(headers), body)
    botocore.auth.S3SigV4Auth(keys, "s3", clients.REGION).add_auth(request)
    prepared = request.prepare()
    return host.http(url, method, headers=prepared.headers.items(), body=body or None)


class Chunks(botocore.auth.S3SigV4Auth):
    """Signs a body chunk by chunk, as SDKs of other languages do."""

    def __init__(self, host, chunks):
        known = host.credentials()
        keys = botocore.credentials.Credentials(
            known["AWS_ACCESS_KEY_ID"], known["AWS_SECRET_ACCESS_KEY"]
        )
        super().__init__(keys, "s3", clients.REGION)
        self._chunks = chunks

    def _should_sha256_sign_payload(self, request):
        return True

    def payload(self, request):
        return "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

    def framed(self, request):
        """The body of a request whose head is signed: each chunk's signature follows from it."""
        last = request.headers["Authorization"].rpartition("Signature=")[2]
        framed = b""
        for chunk in [*self._chunks, b""]:
            text = "\n".join([
                "AWS4-HMAC-SHA256-PAYLOAD",
                request.context["timestamp"],
                self.credential_scope(request),
                last,
                hashlib.sha256(b"").hexdigest(),
                hashlib.sha256(chunk).hexdigest(),
            ])
            last = self.signature(text, request)
            framed += f"{len(chunk):x};chunk-signature={last}\r\n".encode() + chunk + b"\r\n"
        return framed


def chunked(host, path, chunks, change=lambda body: body):
    """Puts what is signed chunk by chunk."""
    signer = Chunks(host, chunks)
    headers = {"x-amz-decoded-content-length": str(sum(map(len, chunks)))}
    url = commands.ENDPOINT + path
    request = botocore.awsrequest.AWSRequest("PUT", url, headers)
    signer.add_auth(request)
    body = change(signer.framed(request))
    return host.http(url, "PUT", headers=request.headers.items(), body=body)


def said(answer):
    """Code and message of an answer's XML."""
    text = answer.body.decode()

    def inner(name):
        return text.partition(f"<{name}>")[2].partition(f"</{name}>")[0]

    return f"{inner('Code')}: {inner('Message')}"
