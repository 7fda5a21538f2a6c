"""Task roles: each task has the credentials of its own role, and nobody has another's."""

import json

import pytest

from harness.ecs import Cluster, address, container
from harness.iam import ACCOUNT, allow, make_role, trust
from harness.refusals import refused
from harness.waiting import wait_until
from images import python

CREDENTIALS = "http://169.254.170.2"
WHO = """
import boto3
print("who", boto3.client("sts").get_caller_identity()["Arn"], flush=True)
"""


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    shared.import_image(python.image())
    return Cluster(shared)


def define(cluster, family, script, image="boto:1", **roles):
    """A definition whose one container runs a script of the shell or of Python."""
    command = ["python3", "-c", script] if image == "boto:1" else script
    one = container(image, command, stopTimeout=2)
    return cluster.define(family, one, **roles)


def said(cluster, definition, word):
    """The line that a task says which begins with the word, and the task."""
    task = cluster.run(definition)
    lines = cluster.wait_line(task, lambda line: line.startswith(word))
    return next(line for line in lines if line.startswith(word)), task


def test_the_sdk_in_a_container_finds_its_role_and_us(shared, cluster):
    role = make_role(shared, "who")
    definition = define(cluster, "who", WHO, taskRoleArn=role)
    line, task = said(cluster, definition, "who ")
    assert line == f"who arn:aws:sts::{ACCOUNT}:assumed-role/who/{task}"
    shown = cluster.task(task)
    assert cluster.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"][
        "taskRoleArn"
    ] == role
    assert "taskRoleArn" not in shown["overrides"]


def test_a_task_without_a_role_has_no_credentials_at_all(shared, cluster):
    script = f"""
env | grep -c AWS_CONTAINER_CREDENTIALS; wget -T 2 -q -O - {CREDENTIALS}/v2/credentials/x
echo "code $?"
"""
    line, _task = said(cluster, define(cluster, "none", script, "busybox:1"), "code ")
    assert line != "code 0"
    script = """
import boto3, botocore.exceptions
try:
    boto3.client("sts").get_caller_identity()
except botocore.exceptions.NoCredentialsError:
    print("none", flush=True)
"""
    assert said(cluster, define(cluster, "none", script), "none")[0] == "none"


def test_a_role_that_is_not_there_or_does_not_trust_tasks_is_refused(shared, cluster):
    def register(**roles):
        return refused(define, cluster, "untrusted", "true", "busybox:1", **roles)

    told = "ClientException: Role is not valid"
    absent = f"arn:aws:iam::{ACCOUNT}:role/absent"
    assert register(taskRoleArn=absent) == told
    assert register(executionRoleArn=absent) == told
    other = make_role(shared, "for-ec2", principal={"Service": "ec2.amazonaws.com"})
    assert register(taskRoleArn=other) == told
    definition = define(cluster, "untrusted", "true", "busybox:1")
    answer = refused(cluster.run, definition, overrides={"taskRoleArn": other})
    assert answer == (
        f"ClientException: ECS was unable to assume the role '{other}' that was provided for this "
        "task. Please verify that the role being passed has the proper trust relationship and "
        "permissions and that your IAM user has permissions to pass this role."
    )


def test_a_task_whose_role_went_away_does_not_start(shared, cluster):
    role = make_role(shared, "going")
    definition = define(cluster, "going", "sleep 60", "busybox:1", taskRoleArn=role)
    cluster.ecs.create_service(
        cluster="main",
        serviceName="going",
        taskDefinition=definition,
        desiredCount=0,
        launchType="FARGATE",
        networkConfiguration=cluster.network,
    )
    shared.boto("iam").delete_role(RoleName="going")
    cluster.ecs.update_service(cluster="main", service="going", desiredCount=1)
    [task] = wait_until(lambda: cluster.stopped_tasks("going")[:1], 30, "a stopped task")
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith(f"ECS was unable to assume the role '{role}'")
    cluster.ecs.delete_service(cluster="main", service="going", force=True)


# -- what leaks nothing


def keys_of(cluster, definition):
    """A task that tells its own credentials, as one does that was broken into."""
    task = cluster.run(definition)
    lines = cluster.wait_line(task, lambda line: line.startswith("{"))
    told = json.loads(next(line for line in lines if line.startswith("{")))
    credentials = {
        "AWS_ACCESS_KEY_ID": told["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": told["SecretAccessKey"],
        "AWS_SESSION_TOKEN": told["Token"],
    }
    path = next(line for line in lines if line.startswith("/v2/credentials/"))
    return task, credentials, path


TELL = f"""
echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
wget -q -O - {CREDENTIALS}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; echo
trap 'exit 0' TERM; while :; do sleep 1; done
"""


@pytest.fixture(scope="module")
def victim(shared, cluster):
    role = make_role(shared, "victim", allow("ecs:ListClusters"))
    return keys_of(cluster, define(cluster, "victim", TELL, "busybox:1", taskRoleArn=role))


def test_credentials_end_with_their_task(shared, cluster):
    role = make_role(shared, "ending", allow("ecs:ListClusters"))
    definition = define(cluster, "ending", TELL, "busybox:1", taskRoleArn=role)
    task, credentials, _path = keys_of(cluster, definition)
    ecs = shared.boto("ecs", credentials=credentials)
    assert ecs.list_clusters()["clusterArns"]
    cluster.ecs.stop_task(cluster="main", task=task)
    cluster.wait_stopped(task)
    told = refused(ecs.list_clusters)
    assert told.startswith("UnrecognizedClientException: "), told


def test_a_token_that_was_tampered_with_or_belongs_to_another_key_is_refused(shared, victim):
    _task, credentials, _path = victim
    token = credentials["AWS_SESSION_TOKEN"]
    sts = shared.boto("sts", credentials=credentials)
    assert "assumed-role/victim" in sts.get_caller_identity()["Arn"]
    for place in (0, 1, len(token) // 3, len(token) // 2, len(token) - 3):
        letter = "A" if token[place] != "A" else "B"
        changed = {**credentials, "AWS_SESSION_TOKEN": token[:place] + letter + token[place + 1 :]}
        told = refused(shared.boto("sts", credentials=changed).get_caller_identity)
        assert told.startswith("InvalidClientTokenId: "), (place, told)
    without = {key: value for key, value in credentials.items() if key != "AWS_SESSION_TOKEN"}
    told = refused(shared.boto("sts", credentials=without).get_caller_identity)
    assert told.startswith("InvalidClientTokenId: "), told
    mixed = {**shared.credentials(), "AWS_SESSION_TOKEN": token}
    told = refused(shared.boto("sts", credentials=mixed).get_caller_identity)
    assert told.startswith("InvalidClientTokenId: "), told


def test_no_other_task_reaches_a_tasks_credentials(shared, cluster, victim):
    task, _credentials, path = victim
    at = address(cluster.task(task))
    role = make_role(shared, "thief")
    script = f"""
get() {{ wget -T 2 -q -O - "$1" 2>/dev/null | grep -q AccessKeyId && echo "leaked $1"; }}
get {CREDENTIALS}{path}
get {CREDENTIALS}/v2/credentials/
get {CREDENTIALS}/v2/credentials/{task}
get {CREDENTIALS}/
get http://{at}{path}
get http://{at}:80{path}
get http://169.254.169.253{path}
get http://169.254.169.253:4566{path}
get http://169.254.169.254/latest/meta-data/iam/security-credentials/
ip route add 169.254.170.2/32 via {at} 2>/dev/null
ip addr add {at}/32 dev eth0 2>/dev/null
get {CREDENTIALS}{path}
echo done
"""
    for roles in ({}, {"taskRoleArn": role}):
        definition = define(cluster, "thief", script, "busybox:1", **roles)
        lines = cluster.wait_line(cluster.run(definition), "done")
        assert [line for line in lines if line.startswith("leaked")] == []


def test_a_task_reaches_no_socket_and_no_page_of_ours(shared, cluster):
    host = "169.254.169.253"
    script = f"""
for page in status denied explain reset health; do
  wget -T 2 -q -O - http://{host}:4566/_longshore/$page >/dev/null 2>&1 && echo "leaked $page"
done
ls /run/longshore 2>/dev/null && echo "leaked sockets"
for port in 22 80 443 2375 4567 8080; do
  nc -w 1 {host} $port </dev/null >/dev/null 2>&1 && echo "leaked port $port"
done
wget -T 2 -q -O - --post-data 'Action=GetCallerIdentity&Version=2011-06-15' \\
  http://{host}:4566/ 2>/dev/null && echo "leaked unsigned"
echo done
"""
    lines = cluster.wait_line(cluster.run(define(cluster, "prober", script, "busybox:1")), "done")
    assert [line for line in lines if line.startswith("leaked")] == []


def test_the_execution_roles_credentials_are_not_in_the_task(shared, cluster):
    execution = make_role(shared, "execution", allow("ecs:*"))
    script = f"""
env | grep -i -E 'execution|ASIA' && echo "leaked env"
wget -T 2 -q -O - {CREDENTIALS}/v2/credentials/ | grep AccessKeyId && echo "leaked"
echo done
"""
    definition = define(cluster, "executed", script, "busybox:1", executionRoleArn=execution)
    lines = cluster.wait_line(cluster.run(definition), "done")
    assert [line for line in lines if line.startswith("leaked")] == []
