"""Rotation: a task is run that puts a new value, and its end says what came of it."""

import datetime

import pytest

from harness.ecs import Cluster, address, web
from harness.refusals import refused
from harness.waiting import wait_until

TOKEN = "11111111-0123456789-0123456789-0123456789"
OTHER = "22222222-0123456789-0123456789-0123456789"
FIRST = "00000000-0123456789-0123456789-0123456789"
DEFINITION = "arn:aws:ecs:us-east-1:000000000000:task-definition/{}"
SECONDS = 30
UNDER_WAY = (
    "InvalidRequestException: A previous rotation isn't complete. That rotation will be "
    "reattempted."
)


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["web:1"])
    return Cluster(shared, "default")


@pytest.fixture(scope="module")
def definition(cluster):
    """The ARN of a definition whose task does what a test has it do."""
    return DEFINITION.format(cluster.define("rotate", web(1)))


def make(secrets, name):
    secrets.create_secret(Name=name, ClientRequestToken=FIRST, SecretString="first")


def rotate(secrets, name, definition, token=TOKEN, **given):
    return secrets.rotate_secret(
        SecretId=name, ClientRequestToken=token, RotationLambdaARN=definition, **given
    )


def described(secrets, name):
    return secrets.describe_secret(SecretId=name)


def stages(secrets, name):
    shown = described(secrets, name)["VersionIdsToStages"]
    return {version: set(found) for version, found in shown.items()}


def started(cluster, secret):
    """The task that rotates a secret, once it runs, and its environment."""

    def look():
        for one in cluster.tasks():
            task = cluster.task(one)
            if task["startedBy"] == "secretsmanager" and task["lastStatus"] == "RUNNING":
                try:
                    told = cluster.host.http(f"http://{address(task)}:8080/env").json()
                except ConnectionRefusedError:
                    continue  # It runs, and does not listen yet.
                if told["SECRET_ID"] == secret:
                    return one, told
        return None

    return wait_until(look, SECONDS, "a task that rotates")


def end(cluster, task, code):
    """Has the task end itself."""
    url = f"http://{address(cluster.task(task))}:8080/crash?code={code}"
    try:
        cluster.host.http(url)
    except OSError:
        pass  # It ends before it answers.
    return cluster.wait_stopped(task)


def promote(secrets, name, token):
    """What a task does that rotates a secret."""
    secrets.put_secret_value(
        SecretId=name, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
    )
    [current] = [key for key, found in stages(secrets, name).items() if "AWSCURRENT" in found]
    secrets.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=current,
        MoveToVersionId=token,
    )


def test_a_task_rotates_a_secret(secrets, cluster, definition):
    make(secrets, "rotated")
    rules = {"AutomaticallyAfterDays": 30, "Duration": "3h"}
    told = rotate(secrets, "rotated", definition, RotationRules=rules)
    assert told["VersionId"] == TOKEN
    assert stages(secrets, "rotated") == {FIRST: {"AWSCURRENT"}, TOKEN: {"AWSPENDING"}}
    lost = refused(secrets.get_secret_value, SecretId="rotated", VersionStage="AWSPENDING")
    assert lost.startswith("ResourceNotFoundException: "), lost
    assert rotate(secrets, "rotated", definition)["VersionId"] == TOKEN, "it is sent again"
    assert refused(rotate, secrets, "rotated", definition, OTHER) == UNDER_WAY
    [version] = secrets.list_secret_version_ids(SecretId="rotated")["Versions"]
    assert version["VersionId"] == FIRST

    task, environment = started(cluster, told["ARN"])
    assert environment["CLIENT_REQUEST_TOKEN"] == TOKEN
    promote(secrets, "rotated", TOKEN)
    assert "LastRotatedDate" not in described(secrets, "rotated")
    end(cluster, task, 0)
    shown = wait_until(
        lambda: (it := described(secrets, "rotated")).get("LastRotatedDate") and it,
        SECONDS,
        "the end of the rotation",
    )
    assert stages(secrets, "rotated") == {FIRST: {"AWSPREVIOUS"}, TOKEN: {"AWSCURRENT"}}
    assert (shown["RotationEnabled"], shown["RotationRules"]) == (True, rules)
    assert shown["RotationLambdaARN"] == definition
    wait = shown["NextRotationDate"] - shown["LastRotatedDate"]
    assert datetime.timedelta(days=29) < wait < datetime.timedelta(days=31)
    assert secrets.get_secret_value(SecretId="rotated")["SecretString"] == "new"
    # Its settings are kept for the next.
    assert secrets.rotate_secret(SecretId="rotated", ClientRequestToken=OTHER)["VersionId"] == OTHER
    task, _ = started(cluster, told["ARN"])
    promote(secrets, "rotated", OTHER)
    end(cluster, task, 0)
    before = shown["LastRotatedDate"]
    wait_until(
        lambda: described(secrets, "rotated")["LastRotatedDate"] > before, SECONDS, "another end"
    )


def test_a_task_that_fails_leaves_what_is_current(secrets, cluster, definition):
    make(secrets, "failed")
    told = rotate(secrets, "failed", definition)
    task, _ = started(cluster, told["ARN"])
    end(cluster, task, 3)
    reason = wait_until(
        lambda: (it := refused(rotate, secrets, "failed", definition, OTHER)) != UNDER_WAY and it,
        SECONDS,
        "the failure",
    )
    assert reason.startswith(UNDER_WAY) and "exited with 3." in reason, reason
    assert stages(secrets, "failed") == {FIRST: {"AWSCURRENT"}, TOKEN: {"AWSPENDING"}}
    assert "LastRotatedDate" not in described(secrets, "failed")
    # Who takes the label away can begin anew.
    secrets.update_secret_version_stage(
        SecretId="failed", VersionStage="AWSPENDING", RemoveFromVersionId=TOKEN
    )
    rotate(secrets, "failed", definition, OTHER)
    secrets.cancel_rotate_secret(SecretId="failed")


def test_a_rotation_is_cancelled_with_its_task(secrets, cluster, definition):
    make(secrets, "cancelled")
    rules = {"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"}
    told = rotate(secrets, "cancelled", definition, RotationRules=rules)
    task, _ = started(cluster, told["ARN"])
    assert secrets.cancel_rotate_secret(SecretId="cancelled")["VersionId"] == TOKEN
    ended = cluster.wait_stopped(task)
    assert ended["stoppedReason"] == "The rotation of its secret was cancelled"
    shown = described(secrets, "cancelled")
    assert (shown["RotationEnabled"], shown["RotationRules"]) == (False, rules)
    assert {"NextRotationDate", "LastRotatedDate"}.isdisjoint(shown)
    assert "VersionId" not in secrets.cancel_rotate_secret(SecretId="cancelled")


def test_a_rotation_waits_for_its_window(secrets, cluster, definition):
    make(secrets, "later")
    rules = {"ScheduleExpression": "rate(10 days)"}
    told = rotate(secrets, "later", definition, RotationRules=rules, RotateImmediately=False)
    assert "VersionId" not in told
    shown = described(secrets, "later")
    assert (shown["RotationEnabled"], shown["RotationRules"]) == (True, rules)
    now = datetime.datetime.now(datetime.timezone.utc)
    wait = shown["NextRotationDate"] - now
    assert datetime.timedelta(days=9) < wait < datetime.timedelta(days=11)
    assert stages(secrets, "later") == {FIRST: {"AWSCURRENT"}}
    [listed] = secrets.list_secrets(Filters=[{"Key": "name", "Values": ["later"]}])["SecretList"]
    assert listed["NextRotationDate"] == shown["NextRotationDate"]


# -- refusals

LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:rotate"
REFUSED = {
    "nothing to rotate by": (
        {"RotationLambdaARN": ""},
        "InvalidRequestException: No Lambda rotation function ARN is associated with this secret.",
    ),
    "a function": (
        {"RotationLambdaARN": LAMBDA},
        f"InvalidParameterException: `RotationLambdaARN` {LAMBDA} is not supported by Longshore",
    ),
    "a definition without a revision": (
        {"RotationLambdaARN": DEFINITION.format("rotate")},
        "InvalidParameterException: `RotationLambdaARN` ",
    ),
    "a definition of nobody's": (
        {"RotationLambdaARN": DEFINITION.format("none:1")},
        "InvalidParameterException: RotationLambdaARN: none:1 is no active task definition.",
    ),
    "two schedules": (
        {"RotationRules": {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 day)"}},
        "InvalidParameterException: RotationRules: AutomaticallyAfterDays and ScheduleExpression",
    ),
    "too often": (
        {"RotationRules": {"ScheduleExpression": "rate(3 hours)"}},
        "InvalidParameterException: RotationRules: a secret is rotated every 4 hours at most.",
    ),
    "a schedule of nobody's": (
        {"RotationRules": {"ScheduleExpression": "cron(0 8 32 * ? *)"}},
        "InvalidParameterException: RotationRules: ScheduleExpression `cron(0 8 32 * ? *)`",
    ),
    "a window that is too long": (
        {"RotationRules": {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"}},
        "InvalidParameterException: RotationRules: Duration `5h` does not end",
    ),
    "no time": (
        {"RotateImmediately": False},
        "InvalidParameterException: RotationRules have to say when to rotate",
    ),
    "a partner's secret": (
        {"ExternalSecretRotationMetadata": [{"Key": "a", "Value": "b"}]},
        "InvalidParameterException: `ExternalSecretRotationMetadata` is not supported",
    ),
}


@pytest.fixture(scope="module")
def refusing(secrets):
    make(secrets, "refused")
    return secrets


@pytest.mark.parametrize("case", REFUSED)
def test_a_rotation_that_is_refused(refusing, definition, case):
    given, words = REFUSED[case]
    given = {"RotationLambdaARN": definition, **given}
    told = refused(refusing.rotate_secret, SecretId="refused", **given)
    assert told.startswith(words), told
    assert "RotationEnabled" not in described(refusing, "refused")


def test_what_has_no_rotation_cannot_be_cancelled(secrets):
    secrets.create_secret(Name="calm")
    assert refused(secrets.cancel_rotate_secret, SecretId="calm") == (
        "InvalidRequestException: You can't cancel the rotation of a secret that has none "
        "configured."
    )
    gone = "ResourceNotFoundException: Secrets Manager can't find the specified secret."
    for operation in (secrets.rotate_secret, secrets.cancel_rotate_secret):
        assert refused(operation, SecretId="never") == gone
