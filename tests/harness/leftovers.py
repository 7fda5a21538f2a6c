"""What a run of Longshore could leave on a machine, looked at as a whole and compared.

The picture is of the whole machine, not of one host's part of it: what is left is exactly what
nobody finds any more by a name. So a test that compares two pictures has the machine to itself
(the marker `alone`).
"""

import contextlib
import dataclasses
import os
import subprocess
from pathlib import Path

# The machine's own service manager makes and removes these as it likes.
_OTHERS_CGROUPS = ("system.slice", "user.slice", "init.scope")


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Sets of lines; two of them are compared kind by kind."""

    namespaces: frozenset
    mounts: frozenset
    cgroups: frozenset
    tables: frozenset
    interfaces: frozenset
    routes: frozenset
    run_files: frozenset
    processes: frozenset

    def changes(self, later):
        """What `later` has and this has not (`+`), and the reverse (`-`); `{}` if nothing."""
        found = {}
        for field in dataclasses.fields(self):
            before, after = getattr(self, field.name), getattr(later, field.name)
            lines = [f"+ {line}" for line in sorted(after - before)]
            lines += [f"- {line}" for line in sorted(before - after)]
            if lines:
                found[field.name] = lines
        return found

    def left_behind(self, later):
        """What `later` has and this has not; `{}` if nothing. A folder that went is no harm."""
        changes = self.changes(later).items()
        found = {kind: [line for line in lines if line[0] == "+"] for kind, lines in changes}
        return {kind: lines for kind, lines in found.items() if lines}


def snapshot(namespace, processes):
    """The machine and the inside of `namespace`; `processes` are those of the test host."""
    return Snapshot(
        namespaces=frozenset(_names("/run/netns")),
        mounts=frozenset(_mounts()),
        cgroups=frozenset(_cgroups()),
        tables=frozenset(_both(namespace, ["nft", "list", "tables"])),
        interfaces=frozenset(_both(namespace, ["ip", "-o", "-br", "link"], words=1)),
        routes=frozenset(
            _both(namespace, ["ip", "route", "show", "table", "all"])
            | _both(namespace, ["ip", "rule"])
        ),
        run_files=frozenset(_run_files()),
        processes=frozenset(f"{process.pid} {' '.join(process.command)}" for process in processes),
    )


def unmount(directories):
    """Unmounts everything below the directories, the last mounted first."""
    for point in reversed(_points_below(directories)):
        subprocess.run(["umount", "--lazy", point], capture_output=True, check=False)
    # What is mounted below would be deleted with the directory, wherever it really lives.
    left = _points_below(directories)
    assert not left, f"still mounted: {left}"


def _points_below(directories):
    points = [line.split()[0] for line in _mounts()]
    return [point for point in points if any(point.startswith(f"{one}/") for one in directories)]


def remove_cgroups(path):
    """Removes the cgroup and all below, in every hierarchy; one that is in use stays."""
    roots = [line.split()[0] for line in _mounts() if line.split()[1] in ("cgroup", "cgroup2")]
    for root in roots:
        for directory, _folders, _files in os.walk(root + path, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(directory)


def _names(directory):
    return os.listdir(directory) if os.path.isdir(directory) else []


def _mounts():
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _dash, after = line.partition(" - ")
        yield f"{before.split()[4]} {after.split()[0]}"


def _cgroups():
    for directory, names, _files in os.walk("/sys/fs/cgroup"):
        names[:] = [name for name in names if name not in _OTHERS_CGROUPS]
        yield from (os.path.join(directory, name) for name in names)


def _run_files():
    """The top of /run, and everything that is Longshore's own there."""
    for name in _names("/run"):
        yield f"/run/{name}"
        if "longshore" in name:
            for directory, folders, files in os.walk(f"/run/{name}"):
                yield from (os.path.join(directory, entry) for entry in folders + files)


def _both(namespace, command, words=None):
    """Lines of the command's output, from outside and inside, each saying where."""
    return _lines("outside", command, words) | _lines("inside", namespace.command(command), words)


def _lines(where, command, words):
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    lines = [line.split()[:words] for line in done.stdout.splitlines()]
    return {" ".join([where, *line]) for line in lines}
