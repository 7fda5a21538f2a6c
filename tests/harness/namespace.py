"""Network namespaces: made without an uplink, entered by a thread, removed.

A program joins by `nsenter --net`, which changes nothing else; `ip netns exec` would also hide
the host's cgroups by mounting a fresh /sys.
"""

import contextlib
import ctypes
import json
import os
import subprocess

DIRECTORY = "/run/netns"
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Namespace:
    """A named network namespace with nothing in it but the loopback interface."""

    def __init__(self, name):
        self.name = name
        self.path = f"{DIRECTORY}/{name}"
        _ip("netns", "add", name)
        try:
            _ip("-n", name, "link", "set", "lo", "up")
            self.inode = os.stat(self.path).st_ino
        except BaseException:
            self.delete()
            raise

    def command(self, arguments):
        """The arguments of a program that is to run inside."""
        return command(self.path, arguments)

    def inside(self):
        """The calling thread is inside for the time of the block, and only this thread."""
        return entered(self.path)

    def neighbours(self):
        """The named namespaces that an interface of this one leads to."""
        listed = _ip("-json", "netns", "list-id", namespace=self)
        names = [one.get("name", "") for one in json.loads(listed or "[]")]
        return [name for name in names if name not in ("", self.name)]

    def delete(self):
        delete(self.name)


@contextlib.contextmanager
def entered(path):
    """The calling thread is in the namespace at `path` for the time of the block, and only it.

    A socket that was made inside stays there.
    """
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        target = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(target)
        finally:
            os.close(target)
        try:
            yield
        finally:
            _enter(outside)
    finally:
        os.close(outside)


def command(path, arguments):
    """The arguments of a program that is to run in the namespace at `path`."""
    return ["nsenter", f"--net={path}", "--", *map(str, arguments)]


def delete(name):
    """Removes the name; the kernel removes the namespace when its last process ends."""
    subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def _enter(descriptor):
    if _libc.setns(descriptor, _CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"setns: {os.strerror(error)}")


def _ip(*arguments, namespace=None):
    command = ["ip", *arguments]
    command = namespace.command(command) if namespace else command
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
