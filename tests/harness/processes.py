"""Which processes belong to a test host, and how to end them.

A process belongs if it carries the host's mark in its environment, is inside the host's network
namespace, or has a root file system made of layers below the host's data directory. Nothing is
ever ended by its name.
"""

import contextlib
import dataclasses
import os
import select
import signal
from pathlib import Path

MARK = "LONGSHORE_TEST_HOST"
# A killed process that is still there after this is stuck in the kernel.
_END_TIMEOUT = 10


@dataclasses.dataclass(frozen=True)
class Process:
    """A process as it was when it was looked at."""

    pid: int
    parent: int
    started: int
    command: tuple

    def kill(self, number=signal.SIGKILL):
        """Sends the signal, and only to this process, even if its id was taken over since."""
        with _pidfd(self.pid) as descriptor:
            if descriptor is not None and self.is_there():
                # Between the look and the signal it may have ended.
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(descriptor, number)

    def wait(self, seconds=_END_TIMEOUT):
        """Waits for the end; False if it does not come in time."""
        with _pidfd(self.pid) as descriptor:
            if descriptor is None or not self.is_there():
                return True
            return bool(select.select([descriptor], [], [], seconds)[0])

    def is_there(self):
        """Whether the process still runs; its parent and its program may have changed."""
        now = _look(self.pid)
        return now is not None and now.started == self.started


def of_host(name, inode, data_dir):
    """The host's processes, oldest first."""
    mark = f"{MARK}={name}".encode()
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        if _belongs(Path("/proc", entry), mark, inode, data_dir):
            process = _look(int(entry))
            if process:
                found.append(process)
    return sorted(found, key=lambda process: (process.started, process.pid))


def end_all(find):
    """Kills what `find()` finds until it finds nothing: the killed may have had children."""
    for _round in range(10):
        processes = find()
        if not processes:
            return
        for process in processes:
            process.kill()
        stuck = [process for process in processes if not process.wait()]
        if stuck:
            raise RuntimeError(f"killed and still there: {stuck}")
    raise RuntimeError(f"killed, and others came: {find()}")


def _belongs(directory, mark, inode, data_dir):
    try:
        if mark in (directory / "environ").read_bytes().split(b"\0"):
            return True
        if (directory / "ns" / "net").stat().st_ino == inode:
            return True
        lines = (directory / "mountinfo").read_text().splitlines()
        roots = [line for line in lines if line.split()[4] == "/"]
        return any(f"{data_dir}/" in line for line in roots)
    except OSError:
        # It ended while it was looked at.
        return False


def _look(pid):
    try:
        status = Path("/proc", str(pid), "stat").read_text()
        command = Path("/proc", str(pid), "cmdline").read_bytes()
    except OSError:
        return None
    # The name in brackets may hold anything, so the fields are counted from its end.
    fields = status[status.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        return None
    arguments = tuple(part.decode(errors="replace") for part in command.split(b"\0")[:-1])
    return Process(pid, int(fields[1]), int(fields[19]), arguments)


class _pidfd:
    """A descriptor that means this process for as long as it is open, or None."""

    def __init__(self, pid):
        try:
            self.descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self.descriptor = None

    def __enter__(self):
        return self.descriptor

    def __exit__(self, *_error):
        if self.descriptor is not None:
            os.close(self.descriptor)
