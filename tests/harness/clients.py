"""The real clients: the AWS CLI as a program, boto3 in the test's own thread."""

import json
import re
import subprocess

import botocore.config
import botocore.session

from harness import binaries, commands

REGION = "us-east-1"
_CLI_TIMEOUT = 120
_CLI_ERROR = re.compile(
    r"An error occurred \((?P<code>[^)]*)\) when calling the (?P<operation>\w+) operation"
    r"(?: \(reached max retries: \d+\))?: (?P<message>.*)",
    re.DOTALL,
)


class AwsError(Exception):
    """A call of the AWS CLI that failed; `code` is None where no answer of a service caused it."""

    def __init__(self, status, stderr):
        super().__init__(stderr.strip())
        found = _CLI_ERROR.search(stderr)
        self.status = status
        self.code = found["code"] if found else None
        self.operation = found["operation"] if found else None
        self.message = found["message"].strip() if found else stderr.strip()


def variables(credentials, home, region=REGION):
    """All that the clients are told: nothing of the developer's own configuration is seen."""
    return {
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(home),
        "AWS_ENDPOINT_URL": commands.ENDPOINT,
        "AWS_PAGER": "",
        "AWS_EC2_METADATA_DISABLED": "true",
        # A client that tries again would hide what a test is there to see.
        "AWS_MAX_ATTEMPTS": "1",
        **credentials,
        # What `longshore env` printed names a region too.
        "AWS_DEFAULT_REGION": region,
    }


def aws(namespace, arguments, env):
    """Runs the CLI inside; the parsed JSON it prints, `{}` if it prints nothing."""
    printed = aws_text(namespace, [*arguments, "--output", "json"], env)
    return json.loads(printed) if printed.strip() else {}


def aws_text(namespace, arguments, env):
    """Runs the CLI inside; what it prints."""
    command = [binaries.aws(), *arguments]
    done = subprocess.run(
        namespace.command(command),
        env=env,
        capture_output=True,
        text=True,
        timeout=_CLI_TIMEOUT,
        check=False,
    )
    if done.returncode != 0:
        raise AwsError(done.returncode, done.stderr)
    return done.stdout


def options(named):
    """`cluster_name="web"` as `--cluster-name web`; JSON for what is not text."""
    arguments = []
    for name, value in named.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(flag)
        elif value is False:
            arguments.append(flag.replace("--", "--no-", 1))
        elif isinstance(value, str | int):
            arguments += [flag, str(value)]
        else:
            arguments += [flag, json.dumps(value)]
    return arguments


def boto(namespace, service, credentials, region=REGION, protocol=None):
    """A client whose every request is sent inside the namespace, by the thread that calls.

    Of a service's protocols it speaks the one that botocore likes best, or the one given.
    """
    session = botocore.session.Session()
    if protocol:
        _speak_only(session, protocol)
    config = botocore.config.Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        # A name in front of the endpoint's address would be no address.
        inject_host_prefix=False,
    )
    return inside(namespace, session, service, {**keys(credentials, region), "config": config})


def keys(credentials, region=REGION):
    """What a client of botocore is told of whom it is of, and where it is."""
    return {
        "region_name": region,
        "endpoint_url": commands.ENDPOINT,
        "aws_access_key_id": credentials["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": credentials["AWS_SECRET_ACCESS_KEY"],
        "aws_session_token": credentials.get("AWS_SESSION_TOKEN"),
    }


def inside(namespace, session, service, options):
    """A client of botocore whose requests are sent inside the namespace."""
    client = session.create_client(service, **options)
    # Not public, but the one spot that waiters and paginators pass as well; the release is pinned.
    connections = client._endpoint.http_session
    send = connections.send

    def send_inside(request):
        with namespace.inside():
            return send(request)

    connections.send = send_inside
    return client


def _speak_only(session, protocol):
    """As another SDK does, which likes another protocol best than botocore."""
    loader = session.get_component("data_loader")
    load = loader.load_service_model

    def load_for(service, kind, *rest, **named):
        model = load(service, kind, *rest, **named)
        if kind != "service-2":
            return model
        assert protocol in model["metadata"]["protocols"], model["metadata"]
        return {**model, "metadata": {**model["metadata"], "protocols": [protocol]}}

    loader.load_service_model = load_for
