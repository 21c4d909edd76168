"""Whether the machine is ours while something is timed."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from comparisons.sides.process import Side

CPUACCT = Path("/sys/fs/cgroup/cpuacct")


def told_exactly() -> bool:
    """Whether the kernel tells what all processes used, in nanoseconds.

    It does in the root of this controller alone, which has that file; what a
    container finds there is its own share.
    """
    root = (CPUACCT / "cgroup.sane_behavior").exists()
    return root and os.access(CPUACCT / "cpuacct.usage", os.R_OK)


def cpu_seconds(pid: int) -> float:
    """Return what a process used, exactly: Linux makes a clock's id of it.

    See MAKE_PROCESS_CPUCLOCK and CPUCLOCK_SCHED in the kernel's sources.
    """
    return time.clock_gettime((~pid << 3) | 2)


class Guard:
    """Watches how much of the machine is used by processes not our own.

    What the kernel counts in ticks is a sample: beside threads that sleep and
    wake a thousand times a second it was up to 0.16 cores too low, where its
    exact counter and ours were less than 0.02 apart (measured).
    """

    def __init__(self, sides: Sequence[Side]) -> None:
        pids = {side.process.pid for side in sides} | {os.getpid()}
        self.own = [psutil.Process(pid) for pid in pids]
        # Then even 50 ms can be judged; ticks need a second.
        self.exact = told_exactly()
        self.began = self.read()

    def read(self) -> tuple[float, float, float]:
        """Return the clock, the machine's busy seconds and our own."""
        total = psutil.cpu_times()
        if self.exact:
            used = int((CPUACCT / "cpuacct.usage").read_text()) / 1e9
            own = sum(cpu_seconds(process.pid) for process in self.own)
            stolen = getattr(total, "steal", 0.0)
            return time.perf_counter(), used + stolen, own
        idle = total.idle + getattr(total, "iowait", 0.0)
        own = sum(sum(p.cpu_times()[:2]) for p in self.own)
        # `guest` is counted in `user` too, as the kernel does.
        guest = getattr(total, "guest", 0.0) + getattr(total, "guest_nice", 0.0)
        return time.perf_counter(), sum(total) - guest - idle, own

    def foreign_cores(self) -> float:
        """Return the cores that others held since the guard was set up."""
        now = self.read()
        wall, busy, own = (b - a for a, b in zip(self.began, now, strict=True))
        return max(0.0, (busy - own) / wall)
