"""Whether the machine is ours while something is timed."""

import os
import time
from collections.abc import Sequence

import psutil

from comparisons.worker import Side


class Guard:
    """Watches how much of the machine is used by processes not our own."""

    def __init__(self, sides: Sequence[Side]) -> None:
        pids = {side.process.pid for side in sides} | {os.getpid()}
        self.own = [psutil.Process(pid) for pid in pids]
        self.began = self.read()

    def read(self) -> tuple[float, float, float]:
        """Return the clock, the machine's busy seconds and our own."""
        total = psutil.cpu_times()
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
