"""Throughput of two living sides, so that nobody can call it unfair.

Blocks alternate A B B A, then B A A B, so that a drift of the machine's speed
falls on both; a block during which other processes held the cores is thrown
away: on two cores contention does not only add noise, it reverses rankings.
"""

import math
import os
import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import psutil

from comparisons.results import Compared, Ratio, Speed, Throughput
from comparisons.side import Half, Split
from comparisons.statistics import log_interval
from comparisons.worker import Name, Side

What = Literal["train", "predict"]
WHAT: tuple[What, What] = ("train", "predict")
# Cores that others may hold during a block. Of a single letter it could not be
# told: the kernel counts in hundredths of a second, for every process.
FOREIGN = 0.05


@dataclass(frozen=True)
class Budget:
    """How long to measure."""

    block_s: float = 0.3  # of one timed letter, at least
    blocks: int = 3  # of four letters each
    attempts: int = 8
    most_s: float = 10.0  # after which two good blocks are enough


def throughput(
    sides: dict[Name, Side],
    halves: dict[Name, Half],
    config: Any,
    train: Split,
    test: Split,
    budget: Budget,
    import_s: dict[Name, float],
) -> Throughput:
    """Measure training and prediction of both halves, warmed up, in turn.

    `import_s` is told on, beside what warming up took. Of an epoch, or of
    predictions, that would fill several blocks only a part is measured, where
    that is fair to both.
    """
    warm = {
        name: side.call("warm_up", halves[name], config, train, test)
        for name, side in sides.items()
    }
    compared = {}
    for what, whole in zip(WHAT, (train, test), strict=True):
        if not all(what in w["timed"] for w in warm.values()):
            compared[what] = Compared(
                blocks=0, rejected=0, foreign_cores=0.0, note="does not train"
            )
            continue
        assert whole.samples is not None
        samples = whole.samples
        if all(w["timed"][what] == "parts" for w in warm.values()):
            samples = sized(sides, what, samples, config.batch_size, budget)
        compared[what] = compare(sides, what, samples, budget)
    return Throughput(
        train=compared["train"],
        predict=compared["predict"],
        warmup_s={
            name: {
                "import": import_s[name],
                "build": warm[name]["build_s"],
                "first_step": warm[name]["first_step_s"],
            }
            for name in sides
        },
        mode={name: w["mode"] for name, w in warm.items()},
    )


def sized(
    sides: dict[Name, Side],
    what: What,
    samples: int,
    batch: int,
    budget: Budget,
) -> int:
    """Return how many samples to time; all, if three blocks hold them.

    If not, as many as fill two: what a call costs, however few it gets, must
    not weigh much. A few batches are timed to know it.
    """
    few = part_of(samples, 0.0, batch)
    spent = min(
        side.call("time_block", what, 1, few)["wall_s"]
        for side in sides.values()
    )
    all_s = spent * samples / few
    if all_s <= 3 * budget.block_s:
        return samples
    return part_of(samples, 2 * budget.block_s / all_s, batch)


def part_of(samples: int, share: float, batch: int) -> int:
    """Return a share of the samples: whole batches, no fewer than four."""
    batches = max(4, math.ceil(samples * share / batch))
    return min(samples, batches * batch)


def compare(
    sides: dict[Name, Side],
    what: What,
    samples: int,
    budget: Budget,
) -> Compared:
    """Time one kind of work on both sides, block by block."""
    rounds = {
        name: calibrate(side, what, samples, budget.block_s)
        for name, side in sides.items()
    }
    speeds: dict[Name, list[float]] = {"keras": [], "torch": []}
    per_cpu: dict[Name, list[float]] = {"keras": [], "torch": []}
    ratios: list[float] = []
    controls: list[float] = []
    rejected, worst = 0, 0.0
    orders: list[tuple[Name, ...]] = [
        ("keras", "torch", "torch", "keras"),
        ("torch", "keras", "keras", "torch"),
    ]
    began = time.perf_counter()
    for attempt in range(budget.attempts):
        late = (time.perf_counter() - began) / budget.most_s
        if late > 4 or (late > 1 and len(ratios) >= 2):
            break
        block: dict[Name, list[float]] = {"keras": [], "torch": []}
        cpu: dict[Name, list[float]] = {"keras": [], "torch": []}
        guard = Guard(sides)
        for name in orders[attempt % 2]:
            spent = sides[name].call("time_block", what, rounds[name], samples)
            done = rounds[name] * samples
            block[name].append(done / spent["wall_s"])
            cpu[name].append(done / spent["cpu_s"])
        foreign = guard.foreign_cores()
        if foreign > FOREIGN:
            rejected, worst = rejected + 1, max(worst, foreign)
            continue
        for name in sides:
            speeds[name] += block[name]
            per_cpu[name] += cpu[name]
            controls.append(block[name][0] / block[name][1])
        ratios.append(
            math.exp(
                np.log(block["torch"]).mean() - np.log(block["keras"]).mean()
            )
        )
        if len(ratios) == budget.blocks:
            break
    if len(ratios) < 2:
        return Compared(
            blocks=len(ratios),
            rejected=rejected,
            foreign_cores=worst,
            note=f"not measurable here: others held up to {worst:.1f} cores",
        )
    return Compared(
        keras=summary(speeds["keras"], per_cpu["keras"]),
        torch=summary(speeds["torch"], per_cpu["torch"]),
        ratio=Ratio(
            median=float(np.median(ratios)),
            ci95=log_interval(ratios),
            control_ci95=log_interval(controls),
        ),
        blocks=len(ratios),
        rejected=rejected,
        foreign_cores=worst,
    )


def calibrate(side: Side, what: What, samples: int, seconds: float) -> int:
    """Return how many rounds fill a block, from one round that is not kept."""
    once = side.call("time_block", what, 1, samples)["wall_s"]
    return max(1, math.ceil(seconds / once))


def summary(speeds: list[float], per_cpu: list[float]) -> Speed:
    low, median, high = np.percentile(speeds, (25, 50, 75))
    return Speed(
        median=float(median),
        iqr=(float(low), float(high)),
        per_cpu_second=float(np.median(per_cpu)),
    )


class Guard:
    """Watches how much of the machine is used by processes not our own."""

    def __init__(self, sides: dict[Name, Side]) -> None:
        self.own = [psutil.Process(side.process.pid) for side in sides.values()]
        self.own.append(psutil.Process(os.getpid()))
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
