"""What the network of a task costs at its start: its interface and its place in its group."""

import json
import os
import subprocess

from report import Row, Target

TITLE = "network of a task"


def measure(_host):
    # A host of its own, for it is the kernel and the filter alone that are measured.
    program = os.environ["LONGSHORE_NETWORK_BIN"]
    done = subprocess.run(
        ["unshare", "--net", program], capture_output=True, text=True, check=True
    )
    took = json.loads(done.stdout)
    second, after = took["second_member"], took["member_after_200"]
    return [
        Row(
            "network of a task's start, p50",
            f"{took['start_p50']:.1f} ms",
            target=Target(10, "ms"),
            measured=took["start_p50"],
            note=f"200 tasks one after the other, in one group; p90 {took['start_p90']:.1f} ms",
        ),
        Row(
            "the 201st member of a group, beside a second member",
            f"{after:.2f} ms",
            f"{second:.2f} ms",
            f"{after / second:.2f}",
            # Medians of the same thing differ by so much.
            Target(1.1, "x the second"),
            after / second,
            "medians of 100 rounds, in turns",
        ),
    ]
