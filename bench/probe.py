"""Opens connections to an address and port at a steady pace, until its input ends.

Says `probed` now and then, and at the end, as one line of JSON, when each connection was opened
and whether it was answered. A program of its own, so that nothing else holds it up.
"""

import collections
import json
import selectors
import socket
import struct
import sys
import time

PAUSE = 0.0005
# Shorter than the second after which an unanswered packet is sent again.
PATIENCE = 0.2
PROGRESS = 20
# Reset at the end: a closed one would keep its port for a while.
_RESET = struct.pack("ii", 1, 0)


def main(address, port):
    attempts = []
    waiting = collections.deque()
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    due = time.monotonic()
    while True:
        for key, _ready in selector.select(max(0, due - time.monotonic())):
            if key.fileobj is sys.stdin:
                print(json.dumps(attempts), flush=True)
                return
            failed = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            attempts[key.data][1] = failed == 0
            _close(selector, key.fileobj)
        now = time.monotonic()
        while waiting and waiting[0][0] < now - PATIENCE:
            _close(selector, waiting.popleft()[1])
        if now >= due:
            opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            attempts.append([time.monotonic(), False])
            opened.connect_ex((address, port))
            selector.register(opened, selectors.EVENT_WRITE, len(attempts) - 1)
            waiting.append((now, opened))
            due = now + PAUSE
            if len(attempts) % PROGRESS == 0:
                print("probed", flush=True)


def _close(selector, opened):
    if opened.fileno() >= 0:
        selector.unregister(opened)
        opened.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
