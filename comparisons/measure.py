"""Throughput of two living sides, so that nobody can call it unfair.

Blocks alternate A B B A, then B A A B, so that a drift of the machine's speed
falls on both; a block during which other processes held the cores is thrown
away: on two cores contention does not only add noise, it reverses rankings.
"""

import math
import os
import time
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import psutil

from comparisons.results import Compared, Ratio, Speed, Throughput
from comparisons.side import Half, Split
from comparisons.statistics import log_interval
from comparisons.worker import Name, Side

What = Literal["train", "predict"]
WHAT: tuple[What, What] = ("train", "predict")
FOREIGN = 0.10  # cores that others may hold during a block


@dataclass(frozen=True)
class Budget:
    """How long to measure."""

    block_s: float = 0.5  # of one timed letter
    blocks: int = 5  # of four letters each
    attempts: int = 8
    most_s: float = 6.0  # after which two good blocks are enough


def throughput(
    sides: dict[Name, Side],
    halves: dict[Name, Half],
    config: Any,
    train: Split,
    test: Split,
    budget: Budget,
) -> Throughput:
    """Measure training and prediction of both halves, warmed up, in turn.

    A few batches are timed first: of an epoch, or a prediction, that would
    fill several blocks only a part is measured, where that is fair to both.
    """

    def warm_up(*splits: Split) -> dict[Name, dict[str, Any]]:
        return {
            name: side.call("warm_up", halves[name], config, *splits)
            for name, side in sides.items()
        }

    batch = config.batch_size
    few = (part_of(train, 0.0, batch), part_of(test, 0.0, batch))
    first = warm_up(*few)
    train, test = (
        sized(sides, what, part, whole, batch, budget.block_s)
        if all(what in side["in_parts"] for side in first.values())
        else whole
        for what, part, whole in zip(WHAT, few, (train, test), strict=True)
    )
    warm = warm_up(train, test)
    counts: dict[What, dict[Name, int]] = {
        what: {
            name: w["samples"][what]
            for name, w in warm.items()
            if what in w["samples"]
        }
        for what in WHAT
    }
    compared = {
        what: compare(sides, what, counts[what], budget)
        if counts[what]
        else Compared(
            blocks=0, rejected=0, foreign_cores=0.0, note="does not train"
        )
        for what in WHAT
    }
    return Throughput(
        train=compared["train"],
        predict=compared["predict"],
        warmup_s={
            name: {
                "import": side.facts()["import_s"],
                "build": first[name]["build_s"],
                "first_step": first[name]["first_step_s"],
            }
            for name, side in sides.items()
        },
        mode={name: w["mode"] for name, w in warm.items()},
    )


def sized(
    sides: dict[Name, Side],
    what: What,
    part: Split,
    whole: Split,
    batch: int,
    seconds: float,
) -> Split:
    """Return the share of `whole` that fills a block; all, if three do."""
    assert part.samples is not None and whole.samples is not None
    spent = min(
        side.call("time_block", what, 1)["wall_s"] for side in sides.values()
    )
    all_s = spent * whole.samples / part.samples
    if all_s <= 3 * seconds:
        return whole
    return part_of(whole, seconds / all_s, batch)


def part_of(split: Split, share: float, batch: int) -> Split:
    """Return the first samples, in whole batches and no fewer than four."""
    assert split.samples is not None
    batches = max(4, math.ceil(split.samples * share / batch))
    return replace(split, samples=min(split.samples, batches * batch))


def compare(
    sides: dict[Name, Side],
    what: What,
    samples: dict[Name, int],
    budget: Budget,
) -> Compared:
    """Time one kind of work on both sides, block by block."""
    rounds = {
        name: calibrate(side, what, budget.block_s)
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
        foreign = 0.0
        for name in orders[attempt % 2]:
            guard = Guard(sides)
            spent = sides[name].call("time_block", what, rounds[name])
            foreign = max(foreign, guard.foreign_cores())
            done = rounds[name] * samples[name]
            block[name].append(done / spent["wall_s"])
            cpu[name].append(done / spent["cpu_s"])
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


def calibrate(side: Side, what: What, seconds: float) -> int:
    """Return how many rounds fill a block, from one round that is not kept."""
    once = side.call("time_block", what, 1)["wall_s"]
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
