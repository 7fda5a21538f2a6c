"""The one place where a test may look again: for what nothing announces.

Prefer what announces itself: a waiter of the AWS client, a line of a program's output, a
process's end. There is no other sleep in the tests.
"""

import time

# Short enough to be no part of what a test measures.
_INTERVAL = 0.02


def wait_until(condition, seconds, what):
    """The first true value of `condition()`; an AssertionError after `seconds` without one."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what} (last seen: {value!r})")
        time.sleep(_INTERVAL)
