"""The table that the measurements end in."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Target:
    """At most so much, of `unit`: a unit of measure, or a peer's multiple."""

    at_most: float
    unit: str

    def is_met(self, measured):
        return measured <= self.at_most

    def __str__(self):
        return f"<= {self.at_most:g} {self.unit}"


@dataclasses.dataclass(frozen=True)
class AtLeast:
    """The same from below."""

    at_least: float
    unit: str

    def is_met(self, measured):
        return measured >= self.at_least

    def __str__(self):
        return f">= {self.at_least:g} {self.unit}"


@dataclasses.dataclass(frozen=True)
class Row:
    """One figure, the peer's beside it where there is one, and the target.

    `measured` is what the target bounds, in its unit; None if there is nothing to compare with.
    """

    what: str
    value: str
    peer: str = ""
    ratio: str = ""
    target: Target | AtLeast | None = None
    measured: float | None = None
    note: str = ""

    @property
    def verdict(self):
        """Whether the target is met. The figure counts as it is, not as it is rounded."""
        if self.target is None:
            return ""
        if self.measured is None:
            return "NOT MEASURED"
        return "OK" if self.target.is_met(self.measured) else "MISSED"

    def cells(self):
        target = "" if self.target is None else str(self.target)
        return [self.what, self.value, self.peer, self.ratio, target, self.verdict, self.note]


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def median(values):
    return statistics.median(values)


def print_table(rows):
    names = ["WHAT", "VALUE", "PEER", "RATIO", "TARGET", "VERDICT", "NOTE"]
    lines = [names, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    for line in lines:
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
