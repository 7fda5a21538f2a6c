"""Whether a secret is anywhere that it must not be."""

import json
import os
import subprocess


def assert_hidden(host, hidden, *described, holder=None):
    """It is in no file of the host's state, in nothing printed or described, on no command line.

    `holder` is a part of the path of the files that have to have it.
    """
    found = files_with(host, hidden)
    if holder is None:
        assert found == []
    else:
        assert found and all(holder in path for path in found), found
    assert hidden not in host.printed()
    assert [line for line in _command_lines() if hidden.encode() in line] == []
    assert hidden not in json.dumps(described, default=str)


def files_with(host, text):
    command = ["grep", "-r", "-l", "-F", text, host.state_dir]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode in (0, 1), found.stderr
    return found.stdout.splitlines()


def _command_lines():
    lines = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                lines.append(file.read())
        # It ended meanwhile.
        except OSError:
            continue
    return lines
