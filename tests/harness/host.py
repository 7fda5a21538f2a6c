"""A throw-away test host: a network namespace without an uplink, and a data directory.

Longshore and its clients run inside, so a test reaches nothing beyond, meets no other test, and
can use the product's own ports. `close()` removes everything, whatever state it is in.
"""

import dataclasses
import http.client
import itertools
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import urllib.parse
from pathlib import Path

from harness import binaries, clients, commands, leftovers, namespace, processes
from harness.load import Load
from harness.programs import Program

UP_TIMEOUT = 30
_COMMAND_TIMEOUT = 120
_numbers = itertools.count()


@dataclasses.dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)


class Host:
    """See the module. Everything a test does to its host is a method here."""

    def __init__(self):
        self.name = f"lst-{os.getpid()}-{next(_numbers)}"
        # Short, as the paths of sockets below it have to be.
        self.data_dir = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self._home = self.data_dir / "home"
        self._home.mkdir()
        self.state_dir = self.data_dir / "data"
        self._programs = []
        self._up = None
        self._credentials = None
        self.namespace = namespace.Namespace(self.name)

    # -- Longshore

    def up(self, *options):
        """Starts Longshore and returns when it says that it is ready."""
        self._credentials = None
        command = commands.up(binaries.longshore(), self.state_dir, options)
        self._up = self.start(command, log=self.data_dir / "up.log")
        line = self._up.wait_for_line(commands.READY.search, UP_TIMEOUT)
        # A launcher that leaves Longshore running behind it ends by itself, with success.
        if line is None and self._up.wait() != 0:
            raise AssertionError("up failed:\n" + "\n".join(self._up.lines[-30:]))
        return self._up

    def down(self):
        """Stops everything in order, and waits for the end of what `up` started."""
        output = self.longshore(commands.down)
        self._up.wait()
        return output

    def printed(self):
        """All that Longshore has printed since it was started."""
        return "\n".join(self._up.lines)

    def longshore(self, command, *arguments):
        """Runs one of `harness.commands` and returns what it prints."""
        return self.run(command(binaries.longshore(), self.state_dir, *arguments)).stdout

    def is_allowed(self, source, destination, port):
        """What `longshore explain connection` says, and all that it says."""
        ask = commands.explain_connection
        command = ask(binaries.longshore(), self.state_dir, source, destination, port)
        done = self.run(command, check=False)
        if done.returncode not in (0, commands.DENIED):
            raise AssertionError(f"exit {done.returncode}\n{done.stderr}")
        return done.returncode == 0, done.stdout

    def explain_access(self, *question):
        """What `longshore explain access` says of PRINCIPAL, ACTION, RESOURCE, and all of it."""
        command = commands.explain_access(binaries.longshore(), self.state_dir, *question)
        done = self.run(command, check=False)
        if done.returncode not in (0, commands.DENIED):
            raise AssertionError(f"exit {done.returncode}\n{done.stderr}")
        return done.returncode == 0, done.stdout

    def import_image(self, archive, tag=None):
        return self.longshore(commands.image_import, archive, tag)

    def credentials(self):
        """The variables that `longshore env` exports: the keys of the account's root."""
        if self._credentials is None:
            printed = self.longshore(commands.env)
            words = shlex.split(printed, comments=True)
            pairs = [word.partition("=") for word in words if word.startswith("AWS_")]
            self._credentials = {name: value for name, _equals, value in pairs}
        return self._credentials

    # -- clients

    def aws(self, *arguments, region=clients.REGION, credentials=None, **named):
        """The real AWS CLI: `aws("ecs", "create-cluster", cluster_name="web")`."""
        env = clients.variables(credentials or self.credentials(), self._home, region)
        return clients.aws(self.namespace, [*arguments, *clients.options(named)], env)

    def aws_text(self, *arguments, region=clients.REGION, credentials=None):
        """What the CLI prints that is no JSON: `aws_text("s3", "ls")`."""
        env = clients.variables(credentials or self.credentials(), self._home, region)
        return clients.aws_text(self.namespace, arguments, env)

    def boto(self, service, region=clients.REGION, credentials=None, protocol=None):
        """A boto3 client, far cheaper a call than the CLI."""
        known = credentials or self.credentials()
        return clients.boto(self.namespace, service, known, region, protocol)

    def http(self, url, method="GET", host=None, headers=(), body=None, timeout=30):
        """One request from inside, on a connection of its own. Names below .localhost work."""
        parts = urllib.parse.urlsplit(url)
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"Host": host or parts.netloc, "Connection": "close", **dict(headers)}
        address = "127.0.0.1" if _is_local(parts.hostname) else parts.hostname
        with self.inside():
            connection = http.client.HTTPConnection(address, parts.port or 80, timeout=timeout)
            try:
                connection.request(method, target, body=body, headers=headers)
                answer = connection.getresponse()
                return Answer(answer.status, answer.headers, answer.read())
            finally:
                connection.close()

    def load(self, url, connections=8, **options):
        """A load that begins now. Options: rate, requests, timeout (ms), connect, by, progress."""
        load = Load(self.namespace, url, {"connections": connections, **options})
        self._programs.append(load)
        return load

    # -- the inside

    def inside(self):
        """The calling thread is inside for the time of the block."""
        return self.namespace.inside()

    def run(self, command, check=True, timeout=_COMMAND_TIMEOUT):
        """Runs a program inside to its end."""
        done = subprocess.run(
            self.namespace.command(command),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            words = " ".join(map(str, command))
            raise AssertionError(f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, command, log=None, place=None):
        """Starts a program inside, or in the namespace of a `Place`, that runs beside the test."""
        command = (place or self.namespace).command(command)
        program = Program(command, env=self._environment(), log=log)
        self._programs.append(program)
        return program

    def serve(self, *options):
        """A test server inside, on a free port: the program, and its `host:port`."""
        server = self.start([binaries.testserver(), "--listen", "127.0.0.1:0", *options])
        line = server.wait_for_line(lambda line: line.startswith("listening on "), 10)
        assert line is not None, server.lines
        return server, line.removeprefix("listening on ")

    def processes(self):
        return processes.of_host(self.name, self.namespace.inode, self.data_dir)

    def pid_of(self, role):
        """The process of one of `commands.ROLES`."""
        return self.process_of(role).pid

    def process_of(self, role):
        found = [one for one in self.processes() if commands.role(one.command) == role]
        assert len(found) == 1, f"{len(found)} processes are `{role}`: {found}"
        return found[0]

    def snapshot_leftovers(self):
        return leftovers.snapshot(self.namespace, self.processes())

    # -- the end

    def report(self):
        """The ends of all log files, for a failed test."""
        parts = []
        # Directories of tasks go while this walks, which `os.walk` passes over.
        found = (Path(top) / name for top, _, names in os.walk(self.data_dir) for name in names)
        for path in sorted(path for path in found if path.suffix == ".log"):
            lines = path.read_text(errors="replace").splitlines()[-40:]
            parts.append("\n".join([f"== {path.relative_to(self.data_dir)}", *lines]))
        return "\n".join(parts)

    def close(self):
        """Removes all that there is of this host, in whatever state a test left it."""
        neighbours = self.namespace.neighbours()
        processes.end_all(self.processes)
        for program in self._programs:
            program.kill()
        for name in [*neighbours, self.name]:
            namespace.delete(name)
        directories = [str(self.data_dir), commands.run_dir(self.state_dir)]
        leftovers.unmount(directories)
        leftovers.remove_cgroups(commands.cgroup(self.state_dir))
        for directory in directories:
            shutil.rmtree(directory, ignore_errors=True)

    def _environment(self):
        return {
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin:{binaries.ENGINES}",
            "HOME": str(self._home),
            processes.MARK: self.name,
        }


def _is_local(name):
    return name == "localhost" or name.endswith(".localhost")
