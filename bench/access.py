"""What proving and deciding costs a call: signatures, policies, a secret read.

The peer of a signed call by a user of ten policies is the same call to the same server without
either, as emulators serve it.
"""

import http.client
import json
import os
import statistics
import subprocess
import time

import world
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from harness import commands
from harness.host import Host
from report import AtLeast, Row, Target

TITLE = "access"
CALLS = 2_000
POLICIES = 10
LISTED = {
    "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.ListClusters",
    "Content-Type": "application/x-amz-json-1.1",
}
READ = {
    "X-Amz-Target": "secretsmanager.GetSecretValue",
    "Content-Type": "application/x-amz-json-1.1",
}


def measure(host):
    user = _user(host)
    host.boto("secretsmanager").create_secret(Name="bench", SecretString="x" * 100)
    signed, _waits = _cost(host, _signed("ecs", LISTED, "{}", user))
    plain, _waits = _beside()
    root = host.credentials()
    _cost_of_read, waits = _cost(
        host, _signed("secretsmanager", READ, json.dumps({"SecretId": "bench"}), root)
    )
    ratio = plain / signed
    median = statistics.median(waits) * 1000
    rows = [
        Row(
            "calls a second and core, signed and decided on",
            f"{1 / signed:,.0f}",
            peer=f"{1 / plain:,.0f} without",
            ratio=f"{ratio:.2f} x",
            target=AtLeast(0.9, "x without"),
            measured=ratio,
        ),
        Row(
            "GetSecretValue",
            f"{median:.2f} ms",
            target=Target(1, "ms"),
            measured=median,
            note="median over HTTP",
        ),
    ]
    return rows + _programs()


def _programs():
    rows = []
    decided = os.environ.get("LONGSHORE_DECISIONS_BIN")
    if decided:
        told = json.loads(subprocess.run([decided], capture_output=True, check=True).stdout)
        for name, most in (("p50", 2), ("p99", 10)):
            rows.append(
                Row(
                    f"a decision by ten policies of ten statements, {name}",
                    f"{told[name]:.1f} us",
                    target=Target(most, "us"),
                    measured=told[name],
                )
            )
    verified = os.environ.get("LONGSHORE_VERIFY_BIN")
    if verified:
        done = subprocess.run([verified], capture_output=True, text=True, check=True)
        rows.append(Row("a signature over 1 kB", done.stdout.strip().splitlines()[0]))
    return rows


def _beside():
    """The same call to a server that asks for no signature."""
    host = Host()
    try:
        host.up("--auth", "any")
        anyone = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        return _cost(host, _signed("ecs", LISTED, "{}", anyone))
    finally:
        host.close()


def _user(host):
    iam = host.boto("iam")
    iam.create_user(UserName="bench")
    for number in range(POLICIES):
        statements = [
            {"Effect": "Allow", "Action": f"{service}:List*", "Resource": "*"}
            for service in ("s3", "dynamodb", "logs", "ec2", "ssm", "kms", "iam", "sts", "ecs")
        ]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        made = iam.create_policy(PolicyName=f"bench-{number}", PolicyDocument=document)
        iam.attach_user_policy(UserName="bench", PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName="bench")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


def _signed(service, headers, body, keys):
    """A request that is signed once: the same one is good for a quarter of an hour."""
    request = AWSRequest("POST", commands.ENDPOINT, data=body, headers=headers)
    given = Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(given, service, "us-east-1").add_auth(request)
    return dict(request.headers), body


def _cost(host, request):
    """Control's processor time a call, and how long each call took."""
    headers, body = request
    place = commands.ENDPOINT.removeprefix("http://")
    control = host.pid_of("control")
    with host.inside():
        connection = http.client.HTTPConnection(place)
        waits = []

        def call():
            began = time.monotonic()
            connection.request("POST", "/", body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            waits.append(time.monotonic() - began)

        for _warm in range(100):
            call()
        waits.clear()
        before = world.cpu_seconds(control)
        for _call in range(CALLS):
            call()
        spent = world.cpu_seconds(control) - before
        connection.close()
    return spent / CALLS, waits
