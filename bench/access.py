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
# Calls of a round, and rounds: with signatures and without them in turn.
CALLS = 250
ROUNDS = 61
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
    signed = Client(host, _signed("ecs", LISTED, "{}", user))
    beside = Host()
    try:
        beside.up("--auth", "any")
        anyone = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        plain = Client(beside, _signed("ecs", LISTED, "{}", anyone))
        costs = [(plain.cost(), signed.cost()) for _round in range(ROUNDS)]
    finally:
        beside.close()
    read = json.dumps({"SecretId": "bench"})
    reader = Client(host, _signed("secretsmanager", READ, read, host.credentials()))
    reader.cost()
    ratio = statistics.median(without / with_both for without, with_both in costs)
    without, with_both = (statistics.median(one) for one in zip(*costs, strict=True))
    median = statistics.median(reader.waits) * 1000
    rows = [
        Row(
            "calls a second and core, signed and decided on",
            f"{1 / with_both:,.0f}",
            peer=f"{1 / without:,.0f} without",
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


class Client:
    """One connection that sends one request again and again."""

    def __init__(self, host, request):
        self.host = host
        self.headers, self.body = request
        self.control = host.pid_of("control")
        self.waits = []
        with host.inside():
            self.connection = http.client.HTTPConnection(
                commands.ENDPOINT.removeprefix("http://")
            )
            self.connection.connect()

    def cost(self):
        """Control's processor time a call, in seconds."""
        for _warm in range(10):
            self._call()
        self.waits.clear()
        before = world.cpu_seconds_precisely(self.control)
        for _call in range(CALLS):
            self._call()
        return (world.cpu_seconds_precisely(self.control) - before) / CALLS

    def _call(self):
        began = time.monotonic()
        self.connection.request("POST", "/", body=self.body, headers=self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        self.waits.append(time.monotonic() - began)
