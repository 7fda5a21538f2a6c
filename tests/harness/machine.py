"""Turns on the machine: many test hosts at a time, or one that has it to itself."""

import contextlib
import fcntl
import os
import tempfile

_PATH = os.path.join(tempfile.gettempdir(), "longshore-tests.lock")
_held = 0


@contextlib.contextmanager
def turn(alone):
    """Waits for the turn, among all processes that run tests on this machine."""
    global _held
    if alone and _held:
        raise RuntimeError("a host of this run lives: an `alone` test needs a file of its own")
    with open(_PATH, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        _held += 1
        try:
            yield
        finally:
            _held -= 1
