"""Images of private registries, pulled with a secret that the execution role reads."""

import base64
import json

import pytest

from harness import registry
from harness.ecs import Cluster, container, of_container
from harness.iam import ACCOUNT, allow, make_role
from harness.refusals import refused
from harness.secrecy import assert_hidden

FAILED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: unable to get registry auth from asm: service call has been retried 0 "
    "time(s): "
)


@pytest.fixture
def cluster(host):
    """On a host with a registry, which Longshore itself has no password for."""
    registry.start(host)
    host.up("--insecure-registry", registry.LISTEN)
    return Cluster(host)


@pytest.fixture
def reader(cluster):
    """The ARN of an execution role that may read every secret."""
    every = f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:*"
    return make_role(cluster.host, "reader", allow("secretsmanager:GetSecretValue", every))


def secret(host, name, password=registry.PASSWORD, **more):
    """The ARN of a secret in the form that ECS's documentation gives."""
    text = json.dumps({"username": registry.USER, "password": password, **more})
    return host.boto("secretsmanager").create_secret(Name=name, SecretString=text)["ARN"]


def push(host, images, tag):
    """An image that only the registry has, by its name there."""
    registry.push(host, images["busybox:1"], "team/private", tag)
    return f"{registry.LISTEN}/team/private:{tag}"


def define(cluster, image, credentials, role, script="echo here; exit 3"):
    main = container(
        image, script, repositoryCredentials={"credentialsParameter": credentials}
    )
    roles = {"executionRoleArn": role} if role else {}
    return cluster.define("private", main, **roles)


def stopped(cluster, definition):
    """Why a task that does not start is stopped."""
    task = cluster.wait_stopped(cluster.run(definition))
    assert task["stopCode"] == "TaskFailedToStart"
    return task["stoppedReason"]


def test_a_private_image_is_pulled_with_its_secret(host, cluster, images, reader):
    image = push(host, images, "1")
    definition = define(cluster, image, secret(host, "registry"), reader)
    task = cluster.run(definition)
    ended = cluster.wait_stopped(task)
    assert of_container(ended)["exitCode"] == 3
    assert "here" in cluster.lines(task)
    shown = cluster.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    given = shown["containerDefinitions"][0]["repositoryCredentials"]
    arn = host.boto("secretsmanager").describe_secret(SecretId="registry")["ARN"]
    assert given == {"credentialsParameter": arn}


def test_a_secret_may_be_named(host, cluster, images, reader):
    image = push(host, images, "1")
    secret(host, "team/registry")
    ended = cluster.wait_stopped(cluster.run(define(cluster, image, "team/registry", reader)))
    assert of_container(ended)["exitCode"] == 3


def test_who_has_no_password_does_not_pull(host, cluster, images, reader):
    image = push(host, images, "1")
    told = stopped(cluster, cluster.define("plain", container(image, "true")))
    assert told.startswith(f"CannotPullContainerError: failed to resolve ref {image}: "), told
    wrong = secret(host, "wrong", password="wrong-5e0b7a91")
    told = stopped(cluster, define(cluster, image, wrong, reader))
    assert told.startswith(
        f"CannotPullContainerError: failed to resolve ref {image}: pull access denied, repository "
        "does not exist or may require authorization: "
    ), told
    assert "wrong-5e0b7a91" not in told + host.printed()
    # The right one is taken with the next task.
    text = json.dumps({"username": registry.USER, "password": registry.PASSWORD})
    host.boto("secretsmanager").put_secret_value(SecretId=wrong, SecretString=text)
    ended = cluster.wait_stopped(cluster.run("private"))
    assert of_container(ended)["exitCode"] == 3


def test_a_secret_that_cannot_be_read_stops_the_task_in_ecs_words(host, cluster, images, reader):
    image = push(host, images, "1")
    gone = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:gone-AbCdEf"
    for credentials in (gone, "gone"):
        assert stopped(cluster, define(cluster, image, credentials, reader)) == (
            f"{FAILED}failed to fetch secret {credentials} from secrets manager: "
            "ResourceNotFoundException: Secrets Manager can't find the specified secret."
        )
    arn = secret(host, "kept")
    for credentials in (arn, "kept"):
        blind = make_role(host, f"blind-{len(credentials)}")
        told = stopped(cluster, define(cluster, image, credentials, blind))
        assert told.startswith(
            f"{FAILED}failed to fetch secret {credentials} from secrets manager: "
            f"AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/blind-"
        ), told
        assert told.endswith(
            f" is not authorized to perform: secretsmanager:GetSecretValue on resource: {arn} "
            "because no identity-based policy allows the secretsmanager:GetSecretValue action"
        ), told
    secrets = host.boto("secretsmanager")
    half = secrets.create_secret(Name="half", SecretString='{"username": "ann"}')["ARN"]
    told = stopped(cluster, define(cluster, image, half, reader))
    assert told == f"{FAILED}the secret {half} has no `password` in its JSON"


def test_credentials_need_an_execution_role_and_a_secret(cluster, reader):
    told = refused(define, cluster, "private:1", "registry", None)
    assert told == (
        "ClientException: When you are specifying container secrets, you must also specify a "
        "value for 'executionRoleArn'."
    )
    for wrong in ("arn:aws:s3:::secret", "no secret", ""):
        told = refused(define, cluster, "private:1", wrong, reader)
        assert told.startswith("ClientException: Invalid setting for container 'main'. 'reposit")


def test_the_password_is_on_no_disk_in_no_log_and_on_no_command_line(
    host, cluster, images, reader
):
    image = push(host, images, "1")
    script = "echo here; trap 'exit 0' TERM; while :; do sleep 1; done"
    task = cluster.run(define(cluster, image, secret(host, "canary"), reader, script))
    cluster.wait_line(task, "here")
    sent = base64.b64encode(f"{registry.USER}:{registry.PASSWORD}".encode()).decode()
    for hidden in (registry.PASSWORD, sent):
        assert_hidden(host, hidden, cluster.task(task))
    cluster.stop(task)
