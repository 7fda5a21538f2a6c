"""Secrets in containers: read as the execution role, when the task starts, and nowhere else."""

import json

import pytest

from harness.ecs import Cluster, container
from harness.iam import ACCOUNT, allow, document, make_role, trust
from harness.refusals import refused
from harness.secrecy import assert_hidden
from harness.waiting import wait_until

CANARY = "canary-7f3b1d9e"
FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: "
)
FROM_SECRETS = "unable to retrieve secret from asm: service call has been retried 0 time(s): "
FROM_PARAMETERS = "unable to retrieve secrets from ssm: service call has been retried 0 time(s): "


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    return Cluster(shared)


@pytest.fixture(scope="module")
def secrets(shared):
    return shared.boto("secretsmanager")


@pytest.fixture(scope="module")
def reader(shared):
    """The ARN of an execution role that may read everything that these tests make."""
    return make_role(
        shared,
        "reader",
        allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:*"),
        allow("ssm:GetParameters", f"arn:aws:ssm:*:{ACCOUNT}:parameter/*"),
    )


def define(cluster, family, given, role, script="env; echo --end--", **more):
    """A definition whose container prints its environment."""
    given = [{"name": name, "valueFrom": source} for name, source in given.items()]
    main = container("busybox:1", script, secrets=given, **more)
    roles = {"executionRoleArn": role} if role else {}
    return cluster.define(family, main, **roles)


def said(cluster, definition):
    """The environment that a task prints."""
    lines = cluster.wait_line(cluster.run(definition), "--end--")
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_a_container_gets_its_secrets_and_parameters(shared, cluster, secrets, reader):
    whole = secrets.create_secret(Name="whole", SecretString="s3cret")["ARN"]
    first = secrets.create_secret(
        Name="keys", SecretString=json.dumps({"user": "ann", "port": 5432})
    )
    put = secrets.put_secret_value(SecretId="keys", SecretString=json.dumps({"user": "bob"}))
    ssm = shared.boto("ssm")
    ssm.put_parameter(Name="/app/plain", Value="plain", Type="String")
    ssm.put_parameter(Name="sealed", Value="sealed", Type="SecureString")
    keys = first["ARN"]
    given = {
        "WHOLE": whole,
        "USER": f"{keys}:user::",
        "BEFORE": f"{keys}:port:AWSPREVIOUS:",
        "BY_ID": f"{keys}:user::{put['VersionId']}",
        "PLAIN": "/app/plain",
        "SEALED": f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/sealed",
    }
    definition = define(cluster, "given", given, reader)
    shown = cluster.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    of_container = shown["containerDefinitions"][0]["secrets"]
    assert {one["name"]: one["valueFrom"] for one in of_container} == given
    found = said(cluster, definition)
    assert {name: found.get(name) for name in given} == {
        "WHOLE": "s3cret",
        "USER": "bob",
        "BEFORE": "5432",
        "BY_ID": "bob",
        "PLAIN": "plain",
        "SEALED": "sealed",
    }


def stopped(cluster, definition):
    """Why a task that does not start is stopped."""
    task = cluster.wait_stopped(cluster.run(definition))
    assert task["stopCode"] == "TaskFailedToStart"
    return task["stoppedReason"]


def test_what_cannot_be_read_stops_the_task_in_ecs_words(shared, cluster, secrets, reader):
    arn = secrets.create_secret(Name="parts", SecretString='{"a": "b"}')["ARN"]
    gone = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:gone-AbCdEf"
    for given, reason in {
        f"{arn}:c::": f"{FROM_SECRETS}retrieved secret from Secrets Manager did not contain json "
        "key c",
        gone: f"{FROM_SECRETS}failed to fetch secret {gone} from secrets manager: "
        "ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        "none": f"{FROM_PARAMETERS}invalid ssm parameters: none",
    }.items():
        assert stopped(cluster, define(cluster, "failing", {"A": given}, reader)) == FAILED + reason
    iam = shared.boto("iam")
    blind = iam.create_role(RoleName="blind", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    told = stopped(cluster, define(cluster, "failing", {"A": arn}, blind))
    assert told.startswith(
        f"{FAILED}{FROM_SECRETS}failed to fetch secret {arn} from secrets manager: "
        f"AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/blind/"
    ), told
    assert told.endswith(
        f" is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} because "
        "no identity-based policy allows the secretsmanager:GetSecretValue action"
    ), told


def test_what_is_under_a_key_of_ones_own_needs_the_key(shared, cluster, secrets, reader):
    kms, iam = shared.boto("kms"), shared.boto("iam")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    arn = secrets.create_secret(Name="guarded", SecretString="s3cret", KmsKeyId=key)["ARN"]
    shared.boto("ssm").put_parameter(Name="guarded", Value="p", Type="SecureString", KeyId=key)
    secret = define(cluster, "guarded", {"A": arn}, reader)
    parameter = define(cluster, "guarded", {"A": "guarded"}, reader)
    failed = f"{FAILED}{FROM_SECRETS}failed to fetch secret {arn} from secrets manager: "
    assert stopped(cluster, secret) == (
        f"{failed}AccessDeniedException: Access to KMS is not allowed"
    )
    told = stopped(cluster, parameter)
    assert told.startswith(f"{FAILED}{FROM_PARAMETERS}AccessDeniedException: User: "), told
    assert "is not authorized to perform: kms:Decrypt" in told
    policy = document(allow("kms:Decrypt", key))
    iam.put_role_policy(RoleName="reader", PolicyName="key", PolicyDocument=policy)
    both = define(cluster, "guarded", {"A": arn, "B": "guarded"}, reader)
    found = said(cluster, both)
    assert (found["A"], found["B"]) == ("s3cret", "p")
    kms.disable_key(KeyId=key)
    assert stopped(cluster, secret) == (
        f"{failed}DecryptionFailure: Secrets Manager can't decrypt the secret value: {key} is "
        "disabled."
    )
    assert stopped(cluster, parameter) == (
        f"{FAILED}{FROM_PARAMETERS}InvalidKeyId: {key} is disabled."
    )


def test_secrets_need_an_execution_role_and_names_of_their_own(cluster, reader):
    told = refused(define, cluster, "wrong", {"A": "x"}, None)
    assert told == (
        "ClientException: When you are specifying container secrets, you must also specify a "
        "value for 'executionRoleArn'."
    )
    variable = [{"name": "A", "value": "1"}]
    told = refused(define, cluster, "wrong", {"A": "x"}, reader, environment=variable)
    assert told.startswith("ClientException: The secret name must be unique"), told
    told = refused(define, cluster, "wrong", {"A": "arn:aws:s3:::x"}, reader)
    assert told.startswith("ClientException: Invalid 'valueFrom' of secret 'A'"), told


def test_a_service_gets_a_changed_secret_with_its_next_deployment(cluster, secrets, reader):
    arn = secrets.create_secret(Name="rolled", SecretString="one")["ARN"]
    script = "echo value $VALUE; trap 'exit 0' TERM; while :; do sleep 1; done"
    definition = define(cluster, "rolled", {"VALUE": arn}, reader, script, stopTimeout=2)
    cluster.ecs.create_service(
        cluster="main",
        serviceName="rolled",
        taskDefinition=definition,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration=cluster.network,
    )
    cluster.wait_steady("rolled")
    [before] = cluster.tasks("rolled")
    cluster.wait_line(before, "value one")
    secrets.put_secret_value(SecretId=arn, SecretString="two")
    cluster.ecs.update_service(cluster="main", service="rolled", forceNewDeployment=True)
    wait_until(lambda: cluster.tasks("rolled") not in ([], [before]), 30, "another task")
    cluster.wait_steady("rolled")
    [after] = cluster.tasks("rolled")
    cluster.wait_line(after, "value two")
    assert "value one" in cluster.lines(before)
    cluster.ecs.delete_service(cluster="main", service="rolled", force=True)


def test_no_value_is_on_the_disk_in_a_log_or_on_a_command_line(shared, cluster, secrets, reader):
    arn = secrets.create_secret(Name="canary", SecretString=CANARY)["ARN"]
    shared.boto("ssm").put_parameter(Name="canary", Value=CANARY, Type="SecureString")
    script = """
[ -n "$SECRET" ] && [ -n "$PARAMETER" ] && echo both
trap 'exit 0' TERM; while :; do sleep 1; done
"""
    given = {"SECRET": arn, "PARAMETER": "canary"}
    definition = define(cluster, "canary", given, reader, script, stopTimeout=2)
    task = cluster.run(definition)
    cluster.wait_line(task, "both")
    described = cluster.ecs.describe_task_definition(taskDefinition=definition)
    assert_hidden(shared, CANARY, cluster.task(task), described)
    cluster.ecs.stop_task(cluster="main", task=task)
    cluster.wait_stopped(task)
