"""The command line: what it prints, what it refuses, and what it leaves in files."""

import os
import re
import socket
import stat

import pytest

from harness import binaries, clients, commands


def longshore(host, *arguments, data_dir=None):
    """Any command line at all, whatever comes of it."""
    command = [binaries.longshore(), *arguments, "--data-dir", data_dir or host.state_dir]
    return host.run(command, check=False)


def refusal(host, *arguments):
    done = longshore(host, *arguments)
    assert done.returncode != 0, done.stdout
    assert done.stdout == ""
    return done.stderr


# -- env, configure


def test_env_is_what_a_shell_takes(shared):
    script = f'eval "$({binaries.longshore()} env --data-dir {shared.state_dir})"; env'
    printed = shared.run(["sh", "-c", script]).stdout
    exported = dict(line.split("=", 1) for line in printed.splitlines() if line.startswith("AWS_"))
    assert exported == {
        "AWS_ENDPOINT_URL": commands.ENDPOINT,
        "AWS_DEFAULT_REGION": "us-east-1",
        **shared.credentials(),
    }
    assert re.fullmatch(r"[A-Z0-9]{20}", exported["AWS_ACCESS_KEY_ID"])
    assert len(exported["AWS_SECRET_ACCESS_KEY"]) == 40


def test_the_keys_are_the_owners_alone(shared):
    for path in shared.state_dir.rglob("credentials*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(shared.state_dir.stat().st_mode) == 0o700


def test_configure_writes_a_profile_that_the_cli_uses(shared, tmp_path):
    file = tmp_path / "aws" / "config"
    file.parent.mkdir()
    file.write_text("[profile other]\nregion = eu-west-1\n")
    for _twice in range(2):
        longshore(shared, "configure", "--profile", "here", "--config-file", str(file))
    text = file.read_text()
    assert text.count("[profile here]") == 1
    assert text.startswith("[profile other]\nregion = eu-west-1\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    env = {"AWS_CONFIG_FILE": str(file), "HOME": str(tmp_path), "AWS_MAX_ATTEMPTS": "1"}
    arguments = ["sts", "get-caller-identity", "--profile", "here"]
    told = clients.aws(shared.namespace, arguments, env)
    assert told["Arn"] == "arn:aws:iam::000000000000:root"


def test_configure_writes_where_the_cli_reads(shared):
    done = longshore(shared, "configure")
    assert "aws --profile longshore" in done.stdout
    assert "[profile longshore]" in (shared.data_dir / "home" / ".aws" / "config").read_text()


# -- images


def test_images_are_imported_listed_and_removed(shared, images):
    imported = shared.import_image(images["busybox:1"])
    digest = re.search(r"sha256:[0-9a-f]{64}", imported)[0]
    assert "busybox:1" in imported
    listed = shared.longshore(commands.image_list)
    [line] = [line for line in listed.splitlines() if "busybox:1" in line]
    assert digest[:19] in line
    # The same archive again is the same image.
    assert digest in shared.import_image(images["busybox:1"])
    assert shared.longshore(commands.image_list) == listed
    assert longshore(shared, "image", "remove", "busybox:1").stdout == "removed\n"
    assert "busybox:1" not in shared.longshore(commands.image_list)
    assert "there is no such image" in refusal(shared, "image", "remove", "busybox:1")


def test_an_image_is_imported_under_a_further_name(shared, images):
    tagged = longshore(shared, "image", "import", "--tag", "my/web:9", str(images["web:1"]))
    assert tagged.returncode == 0, tagged.stderr
    assert "my/web:9" in shared.longshore(commands.image_list)


def test_what_is_no_archive_is_not_imported(shared, tmp_path):
    before = shared.longshore(commands.image_list)
    rubbish = tmp_path / "rubbish.tar"
    rubbish.write_bytes(os.urandom(4096))
    empty = tmp_path / "empty.tar"
    empty.write_bytes(b"")
    assert "cannot be read" in refusal(shared, "image", "import", str(tmp_path / "none.tar"))
    for path in (rubbish, empty, tmp_path):
        assert refusal(shared, "image", "import", str(path)).strip()
    assert shared.longshore(commands.image_list) == before


def test_a_pull_without_a_registry_says_why(shared):
    told = refusal(shared, "image", "pull", "127.0.0.1:9/no/such:1")
    assert "127.0.0.1:9" in told


# -- status, doctor, help


def test_status_shows_the_node(shared):
    status = shared.longshore(commands.status)
    assert re.search(r"NODE\s+CPU UNITS\s+MEMORY MIB\s+CONNECTED", status)
    assert re.search(r"\b\d+\s+\d+\s+yes\b", status)


def test_doctor_finds_nothing_missing_here(shared):
    done = longshore(shared, "doctor")
    assert done.returncode == 0, done.stdout
    assert all(line.startswith("ok ") for line in done.stdout.splitlines())
    assert "runc" in done.stdout


def test_doctor_names_what_is_missing_and_the_remedy(host):
    # Its own root file system hides the programs; nothing outside changes.
    # On the path alone: where root's programs are it looks as well, so those are covered.
    script = 'mount -t tmpfs none /usr/sbin; PATH=/nowhere exec "$0" doctor'
    done = host.run(["unshare", "--mount", "sh", "-c", script, binaries.longshore()], check=False)
    assert done.returncode == 1, done.stdout
    missing = [line for line in done.stdout.splitlines() if line.startswith("missing")]
    assert [line for line in missing if "apt-get install runc" in line], done.stdout
    assert [line for line in missing if "apt-get install nftables" in line], done.stdout


def test_up_refuses_a_host_that_lacks_something(host):
    script = 'mount -t tmpfs none /usr/sbin; PATH=/nowhere exec "$0" up --data-dir "$1"'
    arguments = ["sh", "-c", script, binaries.longshore(), host.state_dir]
    done = host.run(["unshare", "--mount", *arguments], check=False)
    assert done.returncode != 0
    assert "apt-get install" in done.stderr


def test_logs_of_a_service_that_is_not_there(shared):
    assert "none" in refusal(shared, "logs", "none")


# -- up


def test_up_is_refused_a_second_time(shared):
    told = refusal(shared, "up", "--listen", "127.0.0.1:4999")
    assert "it is up already, as process " in told
    assert "longshore down" in told
    # The first one goes on.
    assert shared.http(f"{commands.ENDPOINT}/_longshore/status").status == 200


def test_up_is_refused_beside_another_instance(shared, tmp_path):
    other = tmp_path / "other"
    done = longshore(shared, "up", "--listen", "127.0.0.1:4999", data_dir=other)
    assert done.returncode != 0
    assert "Longshore is up" not in done.stdout
    assert "another instance" in done.stderr
    assert not os.path.exists(commands.run_dir(other))
    assert shared.http(f"{commands.ENDPOINT}/_longshore/status").status == 200


def test_up_is_refused_a_taken_port(host):
    with host.inside():
        taken = socket.create_server(("127.0.0.1", 4566))
    with taken:
        told = refusal(host, "up", "--listen", commands.LISTEN)
    assert commands.LISTEN in told
    assert "in use" in told
    assert host.processes() == []


BAD_SETTINGS = {
    "anybody from anywhere": (["--auth", "any", "--listen", "0.0.0.0:4566"], "loopback only"),
    "anybody from an address": (["--auth", "any", "--listen", "192.0.2.1:4566"], "loopback only"),
    "an account of letters": (["--account", "mine"], "`--account mine` is not 12 digits"),
    "a short account": (["--account", "123"], "`--account 123` is not 12 digits"),
    "no range": (["--vpc-cidr", "here"], "here"),
    "a range too small": (["--vpc-cidr", "10.0.0.0/28"], "not between /16 and /24"),
    "a range too large": (["--vpc-cidr", "10.0.0.0/8"], "not between /16 and /24"),
    "too few public addresses": (["--public-cidr", "10.0.0.0/30"], "not between /16 and /28"),
    "public addresses of a VPC": (["--public-cidr", "172.31.8.0/24"], "overlaps `--vpc-cidr"),
    "no address": (["--listen", "localhost"], "--listen"),
    "another way to trust": (["--auth", "some"], "--auth"),
    "no runtime": (["--runtime", "no-such-runtime"], "`no-such-runtime` is not installed"),
    "an unknown option": (["--no-such-option"], "--no-such-option"),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_up_refuses_settings_that_are_wrong(host, case):
    options, words = BAD_SETTINGS[case]
    assert words in refusal(host, "up", *options)
    assert host.processes() == []


def test_up_refuses_a_range_that_the_host_routes(host):
    host.run(["ip", "link", "add", "wan", "type", "veth", "peer", "name", "far"])
    host.run(["ip", "address", "add", "172.31.5.1/24", "dev", "wan"])
    host.run(["ip", "link", "set", "wan", "up"])
    host.run(["ip", "link", "set", "far", "up"])
    told = refusal(host, "up")
    assert "172.31.5.0/24" in told
    assert "--vpc-cidr" in told
    # Another range is free, and the default VPC has it.
    host.up("--vpc-cidr", "10.99.0.0/16")
    vpcs = host.boto("ec2").describe_vpcs()["Vpcs"]
    assert [vpc["CidrBlock"] for vpc in vpcs] == ["10.99.0.0/16"]


@pytest.mark.parametrize("command", [["status"], ["env"], ["configure"], ["image", "list"]])
def test_a_command_without_an_instance_says_so(host, command):
    assert "Longshore is not up here; `longshore up` starts it" in refusal(host, *command)


def test_up_detached_returns_when_it_serves(host):
    done = longshore(host, "up", "--detach", "--listen", commands.LISTEN)
    assert done.returncode == 0, done.stderr
    assert f"Longshore is up: {commands.ENDPOINT}" in done.stdout
    assert host.boto("sts").get_caller_identity()["Account"] == "000000000000"
    assert longshore(host, "down").returncode == 0
    assert host.processes() == []


def test_keys_and_records_outlive_a_restart(host):
    host.up()
    before = dict(host.credentials())
    host.boto("ecs").create_cluster(clusterName="kept")
    host.down()
    host.up()
    assert host.credentials() == before
    arns = host.boto("ecs").list_clusters()["clusterArns"]
    assert arns == ["arn:aws:ecs:us-east-1:000000000000:cluster/kept"]


def test_the_account_and_region_of_up(host):
    host.up("--account", "111122223333", "--region", "eu-central-1")
    assert host.boto("sts").get_caller_identity()["Account"] == "111122223333"
    assert "AWS_DEFAULT_REGION=eu-central-1" in host.longshore(commands.env)


# -- anybody's keys


def keys(access_key):
    return {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": "whatever"}


def test_with_auth_any_a_key_names_its_account(host):
    host.up("--auth", "any")
    identity = host.aws("sts", "get-caller-identity", credentials=keys("test"))
    assert identity["Account"] == "000000000000"
    assert identity["Arn"] == "arn:aws:iam::000000000000:root"
    own = host.boto("sts", credentials=keys("123456789012")).get_caller_identity()
    assert (own["Account"], own["Arn"]) == ("123456789012", "arn:aws:iam::123456789012:root")
    # And each account sees its own records only.
    one = host.boto("ecs", credentials=keys("123456789012"))
    other = host.boto("ecs", credentials=keys("210987654321"))
    arn = one.create_cluster(clusterName="mine")["cluster"]["clusterArn"]
    assert arn == "arn:aws:ecs:us-east-1:123456789012:cluster/mine"
    assert other.list_clusters()["clusterArns"] == []
    assert one.list_clusters()["clusterArns"] == [arn]


def test_a_reset_empties_everything(host):
    host.up("--auth", "any")
    ecs = host.boto("ecs", credentials=keys("test"))
    ecs.create_cluster(clusterName="gone")
    assert host.http(f"{commands.ENDPOINT}/_longshore/reset", "POST").status == 200
    assert ecs.list_clusters()["clusterArns"] == []
    assert ecs.describe_clusters(clusters=["gone"])["failures"][0]["reason"] == "MISSING"
    ecs.create_cluster(clusterName="gone")


def test_a_reset_is_refused_where_keys_count(shared):
    shared.boto("ecs").create_cluster(clusterName="stays")
    answer = shared.http(f"{commands.ENDPOINT}/_longshore/reset", "POST")
    assert answer.status == 403
    assert b"--auth any" in answer.body
    listed = shared.boto("ecs").list_clusters()["clusterArns"]
    assert "arn:aws:ecs:us-east-1:000000000000:cluster/stays" in listed


def test_up_listens_everywhere_when_told_so(host):
    options = ["--data-dir", host.state_dir, "--listen", "0.0.0.0:4566"]
    started = host.start([binaries.longshore(), "up", *options], log=host.data_dir / "up.log")
    assert started.wait_for_line(commands.READY.search, 30), started.lines
    assert host.boto("ecs").list_clusters()["clusterArns"] == []
