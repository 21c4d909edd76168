"""Where the time of a run goes: into the halves' processes, or elsewhere.

A side tells when each piece of its work began and ended, by the clock that
all processes of a machine share. At every moment a run is in one of three:

- halves: at least one side is at work. What records a half for the ladder
  runs in its process, so that it counts here too.
- imports: no side is at work, and at least one starts and imports its
  framework. What overlaps with work cost nobody time.
- harness: neither. Data are loaded, arrays travel, evidence is compared,
  reports are written, a dead side's unfinished work is lost.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path

Span = tuple[float, float]

# Of all sides that this process has had. Sets, for a span may be told twice.
WORK: set[Span] = set()
IMPORTS: set[Span] = set()


def union(spans: Iterable[Span]) -> list[Span]:
    """Return spans that do not touch and cover what the given ones cover."""
    found: list[Span] = []
    for began, ended in sorted(spans):
        if found and began <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ended)
        else:
            found.append((began, ended))
    return found


def length(spans: Iterable[Span]) -> float:
    return sum(ended - began for began, ended in union(spans))


def spent(began: float, ended: float) -> dict[str, float]:
    """Return the seconds between two moments, and what they went into."""

    def within(spans: set[Span]) -> list[Span]:
        cut = [(max(a, began), min(b, ended)) for a, b in spans.copy()]
        return [(a, b) for a, b in cut if a < b]

    work, imports = within(WORK), within(IMPORTS)
    halves_s = length(work)
    imports_s = length([*work, *imports]) - halves_s
    return {
        "wall_s": ended - began,
        "halves_s": halves_s,
        "imports_s": imports_s,
        "harness_s": ended - began - halves_s - imports_s,
    }


def program_began() -> float:
    """Return when this process was started, by `time.monotonic`.

    Python's own start and the harness' imports are time that a user waits.
    """
    now = time.monotonic()
    try:
        # Behind the name, which may hold blanks: ticks since the machine's.
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        started = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return now - (time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    except (OSError, AttributeError):  # not Linux
        return now
