"""What reaches what in the shop: expected, and measured by connections of every tier's own.

`matrix.py TIER=ADDRESS=[TASK]… [SOURCE:DESTINATION]…`, with the pairs that are to be closed.
A tier without a task is the load balancer: its address is the host's.
"""

import sys

from harness import packets

# The port that each tier serves. All are tried on all.
SERVED = {"balancer": 8001, "frontend": 8080, "backend": 8080, "database": 5432}
RULED = [("balancer", "frontend"), ("frontend", "backend"), ("backend", "database")]
_OWN_NAMESPACE = "/proc/self/ns/net"


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
    ports = [("tcp", port) for port in sorted(set(SERVED.values()))]
    measured = packets.matrix(places, places, ports)
    names = [one.name for one in places]
    print("expected/measured".ljust(20) + "".join(f"{f'{to}:{SERVED[to]}':<16}" for to in names))
    for source in names:
        row = [_cell(source, to, expected, measured) for to in names]
        print(source.ljust(20) + "".join(f"{cell:<16}" for cell in row))
    others = len(names) * (len(names) - 1) * (len(ports) - 1)
    stray = {one for one in measured if one[3] != SERVED[one[1]]}
    print(f"of {others} other pairs and ports, expected 0 and measured {len(stray)} to connect")
    if measured != expected:
        sys.exit(f"otherwise than expected: {sorted(measured ^ expected)}")


def _cell(source, to, expected, measured):
    if source == to:
        return "-"
    asked = (source, to, "tcp", SERVED[to])
    return "/".join("yes" if asked in answers else "no" for answers in (expected, measured))


if __name__ == "__main__":
    main(sys.argv[1:])
