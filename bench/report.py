"""The table that the measurements end in."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure, the peer's beside it where there is one, and the target."""

    what: str
    value: str
    peer: str = ""
    ratio: str = ""
    target: str = ""
    note: str = ""


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def median(values):
    return statistics.median(values)


def print_table(rows):
    names = ["what", "value", "peer", "ratio", "target", "note"]
    cells = [[getattr(row, name) for name in names] for row in rows]
    widths = [max(len(line[i]) for line in [names, *cells]) for i in range(len(names))]
    for line in [[name.upper() for name in names], *cells]:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
