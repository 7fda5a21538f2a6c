"""The master key: another one is added while tasks run, and the older ones go."""

import json
import os
import shutil
import sqlite3
import stat

from harness import binaries, commands
from harness.ecs import Cluster, container
from harness.iam import ROOT, allow, trust
from harness.refusals import refused
from harness.roles import kill, wait_api
from test_api_access import make_user, session_of

FOLLOW = """
number=0
trap 'exit 0' TERM
while :; do
  number=$((number + 1))
  answer=$(wget -q -O - 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
  case "$answer" in *SecretAccessKey*) echo given $number;; *) echo refused $number;; esac
  sleep 1
done
"""


class Kept:
    """One of each that is sealed, and what it has to give."""

    # The roots of three KMS keys, and the secret of an access key.
    RECORDS = 4

    def __init__(self, host):
        self.host = host
        secrets, ssm, kms = (host.boto(name) for name in ("secretsmanager", "ssm", "kms"))
        key = kms.create_key()["KeyMetadata"]["Arn"]
        secrets.create_secret(Name="own", SecretString="own value")
        secrets.create_secret(Name="keyed", SecretString="keyed value", KmsKeyId=key)
        secure = {"Type": "SecureString"}
        ssm.put_parameter(Name="/own", Value="own parameter", **secure)
        ssm.put_parameter(Name="/keyed", Value="keyed parameter", KeyId=key, **secure)
        self.blob = kms.encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
        may = allow(["secretsmanager:GetSecretValue", "sts:AssumeRole"])
        self.user, _arn = make_user(host, "ann", may)

    def check(self):
        host = self.host
        secrets, ssm, kms = (host.boto(name) for name in ("secretsmanager", "ssm", "kms"))
        for name in ("own", "keyed"):
            assert secrets.get_secret_value(SecretId=name)["SecretString"] == f"{name} value"
            got = ssm.get_parameter(Name=f"/{name}", WithDecryption=True)["Parameter"]
            assert got["Value"] == f"{name} parameter"
        assert kms.decrypt(CiphertextBlob=self.blob)["Plaintext"] == b"plain"
        theirs = host.boto("secretsmanager", credentials=self.user)
        assert theirs.get_secret_value(SecretId="own")["SecretString"] == "own value"


def ids(path):
    """The master keys of a file, which is its owner's alone."""
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert not path.with_suffix(".draft").exists()
    return [one["id"] for one in json.loads(path.read_text())]


def under(host, keys):
    """How many records name each of the master keys."""
    copy = host.data_dir / "copy"
    copy.mkdir(exist_ok=True)
    # With its log, of which the copy is the only reader.
    for file in host.state_dir.glob("store.sqlite*"):
        shutil.copy(file, copy)
    with sqlite3.connect(copy / "store.sqlite") as store:
        values = [bytes(value) for (value,) in store.execute("select value from records")]
    counts = {key: sum(key.encode() in value for value in values) for key in keys}
    return {key: count for key, count in counts.items() if count}


def fails(host, command, *more):
    done = host.run(command(binaries.longshore(), host.state_dir, *more), check=False)
    assert done.returncode == 1
    return done.stderr


def follower(cluster, role):
    """A definition whose container asks for its credentials again and again."""
    following = container("busybox:1", FOLLOW, stopTimeout=2)
    return cluster.define("follower", following, taskRoleArn=role)


def test_a_master_key_is_added_while_tasks_run_and_the_older_goes(running, images):
    running.import_image(images["busybox:1"])
    cluster, iam = Cluster(running), running.boto("iam")
    file = running.state_dir / "master-key.json"
    kept = Kept(running)
    [first] = ids(file)
    assert under(running, [first]) == {first: Kept.RECORDS}
    role = iam.create_role(RoleName="task", AssumeRolePolicyDocument=trust())["Role"]["Arn"]
    other = trust({"AWS": ROOT})
    other = iam.create_role(RoleName="other", AssumeRolePolicyDocument=other)["Role"]["Arn"]
    sts = running.boto("sts", credentials=kept.user)
    answered = sts.assume_role(RoleArn=other, RoleSessionName="one")
    session = running.boto("sts", credentials=session_of(answered))
    task = cluster.run(follower(cluster, role))
    cluster.wait_line(task, "given 1")

    printed = running.longshore(commands.master_key_rotate).splitlines()
    _first, second = ids(file)
    assert printed[:2] == [
        f"Added master key {second} to `{file}`, which holds 2.",
        f"Sealed under it: the data keys of {Kept.RECORDS} records.",
    ]
    assert under(running, [first, second]) == {second: Kept.RECORDS}
    kept.check()
    running.boto("secretsmanager").create_secret(Name="later", SecretString="later value")
    # What was given out before is good still.
    session.get_caller_identity()
    seen = len(cluster.lines(task))
    assert not [line for line in cluster.wait_line(task, f"given {seen + 2}") if "refused" in line]
    kill(running, "control")
    wait_api(cluster)
    kept.check()
    session.get_caller_identity()
    assert cluster.task(task)["lastStatus"] == "RUNNING"
    assert "`longshore down` first" in fails(running, commands.master_key_forget)
    assert ids(file) == [first, second]

    running.down()
    printed = running.longshore(commands.master_key_forget).splitlines()
    assert printed[-1] == f"Took 1 older keys out of `{file}`."
    assert ids(file) == [second]
    assert not os.path.exists(commands.run_dir(running.state_dir))
    running.up()
    kept.check()
    later = running.boto("secretsmanager").get_secret_value(SecretId="later")
    assert later["SecretString"] == "later value"
    ended = running.boto("sts", credentials=session_of(answered))
    assert refused(ended.get_caller_identity).startswith("InvalidClientTokenId: ")


def test_a_master_key_that_was_given_is_changed_where_it_is(host):
    host.up()
    host.down()
    file = host.data_dir / "given.json"
    shutil.move(host.state_dir / "master-key.json", file)
    host.up("--master-key", file)
    kept = Kept(host)
    [first] = ids(file)
    told = fails(host, commands.master_key_rotate, "--master-key", "/dev/null")
    assert f"`longshore up` was given the master key `{file}`" in told
    host.longshore(commands.master_key_rotate)
    host.down()

    missing = host.state_dir / "master-key.json"
    told = fails(host, commands.master_key_rotate)
    assert f"there is no master key at `{missing}`" in told
    host.longshore(commands.master_key_rotate, "--master-key", file)
    [_first, second, third] = ids(file)
    # As Longshore is down, nothing is sealed anew before it is up.
    assert under(host, [first, second, third]) == {second: Kept.RECORDS}
    os.chmod(file, 0o640)
    assert "can be read by others" in fails(
        host, commands.master_key_rotate, "--master-key", file
    )
    os.chmod(file, 0o600)
    host.up("--master-key", file)
    kept.check()
    assert under(host, [first, second, third]) == {third: Kept.RECORDS}
    # A file that lost a key is not taken.
    whole = file.read_text()
    file.write_text(json.dumps(json.loads(whole)[:1]))
    told = fails(host, commands.master_key_rotate)
    assert "the file lacks a master key that is in use" in told
    file.write_text(whole)
    kept.check()
