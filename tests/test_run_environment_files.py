"""Environment files: objects whose variables a container gets, read as the execution role."""


import pytest

from harness.ecs import Cluster, container, environment
from harness.iam import ACCOUNT, ROOT, allow, deny, document, make_role
from harness.refusals import refused
from harness.secrecy import assert_hidden

CANARY = "canary-41c9a0f2"
FAILED = (
    "ResourceInitializationError: failed to download env files: file download command: non empty "
    "error stream: failed to download file "
)
NOT_WRITTEN = "failed to write to a temporary file"
NAMES = ("A", "B", "C", "D", "E", "F", "EMPTY")


@pytest.fixture(scope="module")
def cluster(shared, images):
    shared.import_image(images["busybox:1"])
    return Cluster(shared)


@pytest.fixture(scope="module")
def s3(shared):
    client = shared.boto("s3")
    client.create_bucket(Bucket="files")
    return client


@pytest.fixture(scope="module")
def reader(shared):
    """The ARN of an execution role that may read the files as ECS's documentation has it."""
    return make_role(shared,
        "reader",
        allow("s3:GetObject", "arn:aws:s3:::files/*"),
        allow("s3:GetBucketLocation", "arn:aws:s3:::files"),
    )


def put(s3, key, text):
    """The file as a container definition names it."""
    s3.put_object(Bucket="files", Key=key, Body=text.encode())
    return {"type": "s3", "value": f"arn:aws:s3:::files/{key}"}


def define(cluster, family, files, role, script="env; echo --end--", **more):
    """A definition whose container prints its environment."""
    main = container("busybox:1", script, environmentFiles=files, **more)
    roles = {"executionRoleArn": role} if role else {}
    return cluster.define(family, main, **roles)


def said(cluster, task):
    """Of the environment that a task prints, what these tests set."""
    lines = cluster.wait_line(task, "--end--")
    found = dict(line.split("=", 1) for line in lines if "=" in line)
    return {name: found[name] for name in NAMES if name in found}


def stopped(cluster, definition, **options):
    """Why a task that does not start is stopped."""
    task = cluster.wait_stopped(cluster.run(definition, **options))
    assert task["stopCode"] == "TaskFailedToStart"
    return task["stoppedReason"]


def test_a_container_gets_the_variables_of_its_files(cluster, s3, reader):
    text = '# first\n\nA=one\nB="two words" \nC=x=y\nEMPTY=\nD=file\n#E=comment\n'
    files = [put(s3, "path/to/one.env", text), put(s3, "two.env", "A=other\r\nE=five\r\nF=six")]
    definition = define(
        cluster, "files", files, reader, environment=environment(D="own", F="own too")
    )
    shown = cluster.ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
    assert shown["containerDefinitions"][0]["environmentFiles"] == files
    assert said(cluster, cluster.run(definition)) == {
        "A": "one",
        "B": '"two words" ',
        "C": "x=y",
        "D": "own",
        "E": "five",
        "F": "own too",
    }


def test_each_container_gets_its_own_files_and_secrets_come_over_them(
    shared, cluster, s3, reader
):
    shared.boto("ssm").put_parameter(Name="b", Value="secret", Type="String")
    policy = document(allow("ssm:GetParameters", f"arn:aws:ssm:*:{ACCOUNT}:parameter/b"))
    shared.boto("iam").put_role_policy(
        RoleName="reader", PolicyName="parameter", PolicyDocument=policy
    )
    script = "env; echo --end--"
    main = container(
        "busybox:1",
        script,
        environmentFiles=[put(s3, "main.env", "A=main\nB=file")],
        secrets=[{"name": "B", "valueFrom": "b"}],
    )
    side = container(
        "busybox:1",
        script,
        name="side",
        essential=False,
        environmentFiles=[put(s3, "side.env", "C=side")],
    )
    task = cluster.run(cluster.define("two", main, side, executionRoleArn=reader))
    assert said(cluster, task) == {"A": "main", "B": "secret"}
    lines = cluster.wait_line(task, "--end--", "side")
    assert "C=side" in lines and "A=main" not in lines


def test_an_overrides_files_are_used_instead(cluster, s3, reader):
    files = [put(s3, "defined.env", "A=defined\nB=defined")]
    definition = define(cluster, "overridden", files, reader)
    instead = [put(s3, "instead.env", "A=instead\nC=instead")]
    change = {"name": "main", "environmentFiles": instead, "environment": environment(C="own")}
    task = cluster.run(definition, overrides={"containerOverrides": [change]})
    assert said(cluster, task) == {"A": "instead", "C": "own"}
    [shown] = cluster.task(task)["overrides"]["containerOverrides"]
    assert shown["environmentFiles"] == instead
    task = cluster.run(definition, overrides={"containerOverrides": [{"name": "main"}]})
    assert said(cluster, task) == {"A": "defined", "B": "defined"}


def test_an_override_needs_an_execution_role_too(cluster, s3, reader):
    definition = define(cluster, "plain", [], None)
    change = {"name": "main", "environmentFiles": [put(s3, "role.env", "A=1")]}
    overrides = {"containerOverrides": [change]}
    assert refused(cluster.run, definition, overrides=overrides) == (
        "ClientException: When you are specifying environment files, you must also specify a value "
        "for 'executionRoleArn'."
    )
    overrides["executionRoleArn"] = reader
    assert said(cluster, cluster.run(definition, overrides=overrides)) == {"A": "1"}


def test_a_changed_file_is_read_by_the_next_task(cluster, s3, reader):
    definition = define(cluster, "changed", [put(s3, "changed.env", "A=1")], reader)
    assert said(cluster, cluster.run(definition)) == {"A": "1"}
    put(s3, "changed.env", "A=2")
    assert said(cluster, cluster.run(definition)) == {"A": "2"}


def test_a_file_that_is_not_there_stops_the_task_in_ecs_words(shared, cluster, s3, reader):
    def of(arn):
        return stopped(cluster, define(cluster, "gone", [{"type": "s3", "value": arn}], reader))

    # Who may not list the bucket is not told what is not in it.
    told = of("arn:aws:s3:::files/gone.env")
    assert told.startswith(f"{FAILED}gone.env: {NOT_WRITTEN}: AccessDenied: "), told
    policy = document(allow("s3:ListBucket", "arn:aws:s3:::files"))
    iam = shared.boto("iam")
    iam.put_role_policy(RoleName="reader", PolicyName="list", PolicyDocument=policy)
    reason = "NoSuchKey: The specified key does not exist."
    assert of("arn:aws:s3:::files/gone.env") == f"{FAILED}gone.env: {NOT_WRITTEN}: {reason}"
    iam.delete_role_policy(RoleName="reader", PolicyName="list")
    reason = "NoSuchBucket: The specified bucket does not exist"
    assert of("arn:aws:s3:::no-files/a.env") == f"{FAILED}a.env: {NOT_WRITTEN}: {reason}"


def test_policies_decide_who_reads_a_file(shared, cluster, s3, reader):
    files = [put(s3, "kept.env", "A=kept")]
    location = ("s3:GetBucketLocation", "arn:aws:s3:::files")
    contents = ("s3:GetObject", "arn:aws:s3:::files/kept.env")
    for name, has, lacks in [("half", location, contents), ("other-half", contents, location)]:
        told = stopped(cluster, define(cluster, name, files, make_role(shared, name, allow(*has))))
        assert told.startswith(
            f"{FAILED}kept.env: {NOT_WRITTEN}: AccessDenied: User: "
            f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/"
        ), told
        action, resource = lacks
        assert told.endswith(
            f" is not authorized to perform: {action} on resource: \"{resource}\" because no "
            f"identity-based policy allows the {action} action"
        ), told
    definition = define(cluster, "kept", files, reader)
    everything = ["arn:aws:s3:::files", "arn:aws:s3:::files/*"]
    # As buckets usually forbid what is not sent by TLS; these tests' own client does not use it.
    in_the_clear = {
        "Bool": {"aws:SecureTransport": "false"},
        "ArnNotEquals": {"aws:PrincipalArn": ROOT},
    }
    forbids = deny("s3:*", everything, Principal="*", Condition=in_the_clear)
    s3.put_bucket_policy(Bucket="files", Policy=document(forbids))
    assert said(cluster, cluster.run(definition)) == {"A": "kept"}
    forbids = deny("s3:GetObject", "arn:aws:s3:::files/*", Principal={"AWS": reader})
    s3.put_bucket_policy(Bucket="files", Policy=document(forbids))
    told = stopped(cluster, definition)
    assert told.endswith("with an explicit deny in a resource-based policy"), told
    s3.delete_bucket_policy(Bucket="files")


def test_a_malformed_file_is_told_by_its_line(cluster, s3, reader):
    for key, text, reason in [
        ("name.env", f"A=1\n={CANARY}", "line 2 has no name before its `=`"),
        ("space.env", f"MY {CANARY}=1", "line 1 has white space in the name of its variable"),
    ]:
        told = stopped(cluster, define(cluster, "malformed", [put(s3, key, text)], reader))
        assert told == (
            f"ResourceInitializationError: invalid environment file arn:aws:s3:::files/{key}: "
            f"{reason}"
        )


def test_the_size_of_files_together_has_a_limit(cluster, s3, reader):
    half = put(s3, "half.env", "A=half\n" + "#" * ((1 << 20) - 7))
    assert said(cluster, cluster.run(define(cluster, "large", [half, half], reader))) == {
        "A": "half"
    }
    more = put(s3, "more.env", "B=1")
    told = stopped(cluster, define(cluster, "large", [half, half, more], reader))
    reason = "InvalidRequest: The object has 3 bytes, and at most 0 are read."
    assert told == f"{FAILED}more.env: {NOT_WRITTEN}: {reason}"


def test_no_variable_of_a_file_is_kept_with_the_task(shared, cluster, s3, reader):
    text = f"A={CANARY}"
    script = '[ -n "$A" ] && echo got; trap "exit 0" TERM; while :; do sleep 1; done'
    definition = define(
        cluster, "canary", [put(s3, "canary.env", text)], reader, script, stopTimeout=2
    )
    task = cluster.run(definition)
    cluster.wait_line(task, "got")
    described = cluster.ecs.describe_task_definition(taskDefinition="canary")
    # The object store has the file itself, and nothing else has anything of it.
    assert_hidden(shared, CANARY, cluster.task(task), described, holder="/objects/")
    cluster.stop(task)
    cluster.wait_stopped(task)
