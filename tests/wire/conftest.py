"""The echo program, built once and driven over its pipes."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


class Echo:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
        )

    def ask(self, **command):
        # Surrogates and all: JSON's escapes carry any text in one line.
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the echo program died on {command}"
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


@pytest.fixture(scope="session")
def echo():
    program = os.environ.get("LONGSHORE_WIRE_ECHO") or build()
    running = Echo(program)
    yield running
    running.close()


def build():
    command = [
        "cargo", "build", "--quiet", "--package", "aws-api", "--example", "wire_echo",
        "--message-format", "json",
    ]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    for line in output.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "wire_echo":
            return message["executable"]
    raise AssertionError("cargo built no wire_echo")
