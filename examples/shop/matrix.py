"""What reaches what in the shop: expected, and measured by connections of every tier's own.

`matrix.py TIER=ADDRESS=[TASK]… [SOURCE:DESTINATION]…`, with the pairs that are to be closed.
A tier without a task is the load balancer: its address is the host's. Every tier listens on every
port while this measures, so that nothing but the rules decides.
"""

import contextlib
import sys

from harness import packets
from harness.waiting import wait_until

# The port that each tier serves. All are tried on all.
SERVED = {"balancer": 8001, "frontend": 8080, "backend": 8080, "database": 5432}
_PORTS = sorted(set(SERVED.values()))
RULED = [("balancer", "frontend"), ("frontend", "backend"), ("backend", "database")]
_OWN_NAMESPACE = "/proc/self/ns/net"
# A packet that a changed rule was just too late for is sent again after a second.
_SECONDS = 5


def place(text):
    name, address, task = text.split("=")
    if task:
        return packets.task_place(name, task, address)
    return packets.Place(name, address, _OWN_NAMESPACE)


def main(arguments):
    closed = {tuple(text.split(":")) for text in arguments if ":" in text}
    places = [place(text) for text in arguments if ":" not in text]
    expected = {
        (source, destination, "tcp", SERVED[destination])
        for source, destination in RULED
        if (source, destination) not in closed
    }
    measured = _measure(places, expected)
    names = [one.name for one in places]
    print("expected/measured".ljust(20) + "".join(f"{f'{to}:{SERVED[to]}':<16}" for to in names))
    for source in names:
        row = [_cell(source, to, expected, measured) for to in names]
        print(source.ljust(20) + "".join(f"{cell:<16}" for cell in row))
    others = len(names) * (len(names) - 1) * (len(_PORTS) - 1)
    stray = {one for one in measured if one[3] != SERVED[one[1]]}
    print(f"of {others} other pairs and ports, expected 0 and measured {len(stray)} to connect")
    if measured != expected:
        sys.exit(f"otherwise than expected: {sorted(measured ^ expected)}")


def _measure(places, expected):
    """What connects: the first time that it is as expected, or the last."""
    seen = []

    def look():
        seen[:] = [packets.matrix(places, places, [("tcp", port) for port in _PORTS])]
        return seen[0] == expected

    with contextlib.ExitStack() as stack:
        for one in places:
            others = [port for port in _PORTS if port != SERVED[one.name]]
            stack.enter_context(one.listen(tcp=others))
        with contextlib.suppress(AssertionError):
            wait_until(look, _SECONDS, "what is expected")
    return seen[0]


def _cell(source, to, expected, measured):
    if source == to:
        return "-"
    asked = (source, to, "tcp", SERVED[to])
    return "/".join("yes" if asked in answers else "no" for answers in (expected, measured))


if __name__ == "__main__":
    main(sys.argv[1:])
