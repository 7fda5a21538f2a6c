"""Longshore's command lines, as tests call them: the one place that knows the flags."""

import re

# Every test host is a network namespace of its own, so a fixed port collides with nothing.
LISTEN = "127.0.0.1:4566"
ENDPOINT = f"http://{LISTEN}"

# The line by which `up` says that it is ready.
READY = re.compile(r"\bready\b", re.IGNORECASE)

# The roles that `up` runs as processes of their own: the first argument of each.
ROLES = ("control", "node", "balancer")


def up(binary, data_dir, options=()):
    return [binary, "up", "--data-dir", data_dir, "--listen", LISTEN, *options]


def down(binary, data_dir):
    return [binary, "down", "--data-dir", data_dir]


def env(binary, data_dir):
    return [binary, "env", "--data-dir", data_dir]


def image_import(binary, data_dir, archive):
    return [binary, "image", "import", "--data-dir", data_dir, archive]


def image_list(binary, data_dir):
    return [binary, "image", "list", "--data-dir", data_dir]


def logs(binary, data_dir, service):
    return [binary, "logs", "--data-dir", data_dir, service]


def status(binary, data_dir):
    return [binary, "status", "--data-dir", data_dir]
