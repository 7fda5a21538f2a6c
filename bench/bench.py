"""Measures Longshore beside its peers, interleaved in one run, and prints one table.

Each measurement is a module of this folder with `TITLE` and `measure(host) -> list[Row]`. A peer
that is not installed is left out with a word. The target stands beside a figure, and whether it
is met; a missed one is no failure of the run.
"""

import os
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import access
import api_rate
import deploy
import memory
import network
import proxy
import rules
import shift
import start
from harness.host import Host
from images.build import all_images
from report import Row, print_table

MEASUREMENTS = [memory, start, network, rules, deploy, shift, api_rate, access, proxy]


def main(names):
    chosen = [one for one in MEASUREMENTS if not names or one.__name__ in names]
    rows = []
    for module in chosen:
        print(f"measuring: {module.TITLE}", file=sys.stderr, flush=True)
        host = Host()
        try:
            # Room for 256 tasks of a quarter of a processor, however few there are.
            host.up("--cpu-units", "65536", "--memory-mib", "131072")
            for image in ("web:1", "web:2", "busybox:1"):
                host.import_image(all_images()[image])
            rows += module.measure(host)
            host.down()
        # One measurement that fails must not take the others with it.
        except Exception:
            traceback.print_exc()
            rows.append(Row(module.TITLE, "failed", note="see above"))
        finally:
            host.close()
    print_table(rows)
    return 1 if any(row.value == "failed" for row in rows) else 0


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parents[1])
    sys.exit(main(sys.argv[1:]))
