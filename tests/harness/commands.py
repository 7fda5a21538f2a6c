"""Longshore's command lines, as tests call them: the one place that knows the flags."""

import hashlib
import os
import re

# Every test host is a network namespace of its own, so a fixed port collides with nothing.
LISTEN = "127.0.0.1:4566"
ENDPOINT = f"http://{LISTEN}"

# The line by which `up` says that it is ready.
READY = re.compile(r"^Longshore is up\b")

# The exit status of `explain` where what it was asked about is denied.
DENIED = 3

# The roles that `up` runs as processes of their own.
ROLES = ("control", "node", "balancer")


def role(arguments):
    """Which role a process with these arguments is; None for any other process."""
    return arguments[2] if len(arguments) > 2 and arguments[1] == "role" else None


def is_shim(arguments):
    """Whether a process with these arguments holds a task."""
    return len(arguments) > 1 and arguments[1] == "shim"


def instance(data_dir):
    """What the instance's run directory and cgroup are named by."""
    return hashlib.sha256(os.path.realpath(data_dir).encode()).hexdigest()[:12]


def run_dir(data_dir):
    return f"/run/longshore/{instance(data_dir)}"


def cgroup(data_dir):
    """From the root of each hierarchy."""
    return f"/longshore/{instance(data_dir)}"


def up(binary, data_dir, options=()):
    return [binary, "up", "--data-dir", data_dir, "--listen", LISTEN, *options]


def down(binary, data_dir):
    return [binary, "down", "--data-dir", data_dir]


def env(binary, data_dir):
    return [binary, "env", "--data-dir", data_dir]


def image_import(binary, data_dir, archive, tag=None):
    named = ["--tag", tag] if tag else []
    return [binary, "image", "import", "--data-dir", data_dir, *named, archive]


def image_pull(binary, data_dir, name):
    return [binary, "image", "pull", "--data-dir", data_dir, name]


def image_list(binary, data_dir):
    return [binary, "image", "list", "--data-dir", data_dir]


def logs(binary, data_dir, service):
    return [binary, "logs", "--data-dir", data_dir, service]


def deployments_watch(binary, data_dir, service, cluster):
    words = ["deployments", "watch", "--data-dir", data_dir, service, "--cluster", cluster]
    return [binary, *words]


def preview_update(binary, data_dir, cluster, service, definition, *more):
    words = ["preview", "update-service", "--data-dir", data_dir]
    named = ["--cluster", cluster, "--service", service, "--task-definition", definition]
    return [binary, *words, *named, *more]


def explain_connection(binary, data_dir, source, destination, port):
    words = ["explain", "connection", "--data-dir", data_dir]
    return [binary, *words, source, destination, port]


def explain_access(binary, data_dir, *question):
    return [binary, "explain", "access", "--data-dir", data_dir, *question]


def status(binary, data_dir, *more):
    return [binary, "status", "--data-dir", data_dir, *more]


def master_key_rotate(binary, data_dir, *more):
    return [binary, "master-key", "rotate", "--data-dir", data_dir, *more]


def master_key_forget(binary, data_dir, *more):
    return [binary, "master-key", "forget", "--data-dir", data_dir, *more]
