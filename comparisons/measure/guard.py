"""Detects other work on the machine while something is timed."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from comparisons.sides.process import Side

CPUACCT = Path("/sys/fs/cgroup/cpuacct")


def told_exactly() -> bool:
    """Whether the kernel counts all processes' CPU time in nanoseconds.

    Only the root of the `cpuacct` controller counts all of them, and only the
    root has the file that is looked for. In a container the same counter holds
    the container's own use.
    """
    root = (CPUACCT / "cgroup.sane_behavior").exists()
    return root and os.access(CPUACCT / "cpuacct.usage", os.R_OK)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process in seconds, exact to a nanosecond.

    Linux has a clock for each process; its id is computed from the process'
    id: see MAKE_PROCESS_CPUCLOCK and CPUCLOCK_SCHED in the kernel's sources.
    """
    return time.clock_gettime((~pid << 3) | 2)


class Guard:
    """Measures how many cores are used by processes that are not ours.

    The kernel's ticks are only a sample: with threads that sleep and wake a
    thousand times a second, they were up to 0.16 cores too low. The exact
    counters agreed within 0.02 cores (both measured).
    """

    def __init__(self, sides: Sequence[Side]) -> None:
        pids = {side.process.pid for side in sides} | {os.getpid()}
        self.own = [psutil.Process(pid) for pid in pids]
        # Exact counters can judge 50 ms; ticks need a second.
        self.exact = told_exactly()
        self.began = self.read()

    def read(self) -> tuple[float, float, float]:
        """Return three times in seconds: the clock, all CPU use and ours."""
        total = psutil.cpu_times()
        if self.exact:
            used = int((CPUACCT / "cpuacct.usage").read_text()) / 1e9
            own = sum(cpu_seconds(process.pid) for process in self.own)
            stolen = getattr(total, "steal", 0.0)
            return time.perf_counter(), used + stolen, own
        idle = total.idle + getattr(total, "iowait", 0.0)
        own = sum(sum(p.cpu_times()[:2]) for p in self.own)
        # The kernel counts `guest` in `user` as well.
        guest = getattr(total, "guest", 0.0) + getattr(total, "guest_nice", 0.0)
        return time.perf_counter(), sum(total) - guest - idle, own

    def foreign_cores(self) -> float:
        """Return how many cores others have used since the guard began."""
        now = self.read()
        wall, busy, own = (b - a for a, b in zip(self.began, now, strict=True))
        return max(0.0, (busy - own) / wall)
