"""A load that runs while a test does something, and its exact account afterwards."""

import dataclasses
import json

from harness import binaries
from harness.programs import Program

_ANSWER_TIMEOUT = 60


@dataclasses.dataclass(frozen=True)
class Summary:
    """Every request sent is in `ok` or in `failed`: another status, a reset, a timeout."""

    sent: int
    ok: int
    failed: int
    failures: dict
    examples: list
    values: dict
    p50_ms: float | None
    p99_ms: float | None


class Load:
    """Requests to `url` until stopped; also a context manager that stops at the block's end."""

    def __init__(self, namespace, url, options):
        command = [binaries.load(), url]
        for name, value in options.items():
            if value is not None:
                command += [f"--{name}", value]
        self._program = Program(namespace.command(command))
        self._summary = None
        self._answered = 0

    def wait_answered(self, count, seconds=_ANSWER_TIMEOUT):
        """Waits until `count` requests were answered (to the hundred) since the start."""
        if self._answered < count:
            line = self._program.wait_for_line(
                lambda line: _number(line, "answered") >= count or "done" in line, seconds
            )
            assert line is not None and "done" not in line, f"the load ended: {self._tail()}"
            self._answered = _number(line, "answered")

    def wait_more(self, count, seconds=_ANSWER_TIMEOUT):
        """Waits for `count` answers more than those that were last waited for."""
        self.wait_answered(self._answered + count, seconds)

    def stop(self):
        """Sends no more, waits for the answers under way, and tells what became of them all."""
        if self._summary is None:
            self._program.close_input()
            self._summary = self._end()
        return self._summary

    def finish(self, seconds=_ANSWER_TIMEOUT):
        """Waits until a load with a number of `requests` has sent them all."""
        if self._summary is None:
            self._summary = self._end(seconds)
        return self._summary

    def kill(self):
        self._program.kill()

    def _end(self, seconds=_ANSWER_TIMEOUT):
        status = self._program.wait(seconds)
        assert status == 0, f"the load failed: {self._tail()}"
        told = json.loads(self._program.lines[-1])
        return Summary(**{field.name: told[field.name] for field in dataclasses.fields(Summary)})

    def _tail(self):
        return "\n".join(self._program.lines[-5:])

    def __enter__(self):
        return self

    def __exit__(self, kind, _error, _trace):
        if kind is None:
            self.stop()
        else:
            self.kill()


def _number(line, name):
    try:
        return json.loads(line).get(name, -1)
    except ValueError:
        return -1
