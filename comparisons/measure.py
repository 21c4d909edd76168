"""Races between living processes, so that nobody can call a speed unfair.

Blocks alternate A B B A, then B A A B, so that a drift of the machine's speed
falls on both; a block during which other processes held the cores is thrown
away: on two cores contention does not only add noise, it reverses rankings.
"""

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import psutil

from comparisons.results import Compared, Latency, Ratio, Speed, Throughput
from comparisons.side import Half, Split
from comparisons.statistics import block_interval
from comparisons.worker import Name, Side

# Each is a work that both sides know: see `bench/works.py`.
KINDS = ("step", "train", "predict", "predict_one")
NARROW = 0.05  # of a ratio's interval, relative: then there is enough
# Cores that others may hold during a block. Of a single letter it could not be
# told: the kernel counts in hundredths of a second, for every process.
FOREIGN = 0.05


@dataclass(frozen=True)
class Budget:
    """How long to measure, for each kind of work."""

    block_s: float = 0.3  # of one timed letter, at least
    longest_s: float = 2.0  # of one that noise has made longer
    blocks: int = 3  # kept ones, at least
    attempts: int = 60
    most_s: float = 6.0  # after which two kept blocks are enough


@dataclass
class Contender:
    """A work on a living side.

    `group` says whose speed it shows, `name` under what the side warmed it
    up, `work` what it does, where not all contenders do the same.
    """

    group: str
    side: Side
    name: str = "default"
    work: str = ""
    rounds: int = 1

    def run(self, what: str, samples: int) -> dict[str, Any]:
        return self.side.call(
            "time_block", self.name, self.work or what, self.rounds, samples
        )

    def calibrate(self, what: str, samples: int, seconds: float) -> None:
        """Set the rounds that fill a letter, by one round that is not kept."""
        self.rounds = 1
        once = self.run(what, samples)["wall_s"]
        self.rounds = max(1, math.ceil(seconds / once))


@dataclass
class Race:
    """What the kept blocks of a race showed, by group."""

    speeds: dict[str, list[float]]  # samples a second, by letter
    per_cpu: dict[str, list[float]]
    latencies: dict[str, list[float]]  # seconds of single calls
    rejected: int = 0
    foreign_cores: float = 0.0
    seconds: float = 0.0
    logs: dict[str, list[float]] = field(default_factory=dict)  # by block

    @property
    def blocks(self) -> int:
        return min(len(values) for values in self.logs.values())

    def gaps(self, over: str, under: str) -> list[float]:
        """Return the logarithm of a ratio of speeds, block by block."""
        return list(np.subtract(self.logs[over], self.logs[under]))

    def controls(self, group: str) -> list[float]:
        """Return what the same protocol makes of a group against itself.

        Of its four letters in two blocks the outer ones play A and the inner
        ones B; every second time the other way round, for in each of these
        places a letter follows another process.
        """
        logs = np.log(self.speeds[group])
        fours = logs[: len(logs) // 4 * 4].reshape(-1, 4)
        gaps = fours @ np.array([0.5, -0.5, -0.5, 0.5])
        return list(gaps * np.resize([1.0, -1.0], len(gaps)))


def race(
    contenders: Sequence[Contender],
    what: str,
    samples: int,
    budget: Budget,
) -> Race:
    """Time one kind of work of all contenders, block by block.

    Ends when the interval of every group's ratio to the first is narrower
    than `NARROW`, or when the budget is spent. Letters grow by half after
    every third block that has not sufficed: longer ones are less noisy.
    """
    groups = [contender.group for contender in contenders]
    found = Race(
        {group: [] for group in groups},
        {group: [] for group in groups},
        {group: [] for group in groups},
        logs={group: [] for group in groups},
    )
    length = budget.block_s
    for contender in contenders:
        contender.calibrate(what, samples, length)
    began = time.perf_counter()
    for attempt in range(budget.attempts):
        late = (time.perf_counter() - began) / budget.most_s
        if late > 4 or (late > 1 and found.blocks >= 2):
            break
        turn = attempt % len(contenders)
        order = [*contenders[turn:], *contenders[:turn]]
        letters: dict[str, list[float]] = {group: [] for group in groups}
        per_cpu: dict[str, list[float]] = {group: [] for group in groups}
        calls: dict[str, list[float]] = {group: [] for group in groups}
        guard = Guard([contender.side for contender in contenders])
        for contender in [*order, *reversed(order)]:
            spent = contender.run(what, samples)
            done = contender.rounds * samples
            letters[contender.group].append(done / spent["wall_s"])
            per_cpu[contender.group].append(done / spent["cpu_s"])
            calls[contender.group] += spent.get("calls_s", [])
        foreign = guard.foreign_cores()
        if foreign > FOREIGN:
            found.rejected += 1
            found.foreign_cores = max(found.foreign_cores, foreign)
            continue
        for group in groups:
            found.speeds[group] += letters[group]
            found.per_cpu[group] += per_cpu[group]
            found.latencies[group] += calls[group]
            found.logs[group].append(float(np.log(letters[group]).mean()))
        if found.blocks >= budget.blocks and narrow(found, groups):
            break
        if found.blocks % 3 == 0 and length < budget.longest_s:
            length *= 1.5
            for contender in contenders:
                contender.rounds = math.ceil(contender.rounds * 1.5)
    found.seconds = time.perf_counter() - began
    return found


def narrow(found: Race, groups: Sequence[str]) -> bool:
    """Whether all ratios to the first group are known well enough."""
    for group in groups[1:]:
        low, high = block_interval(found.gaps(group, groups[0]))
        if not high / low - 1 < NARROW:
            return False
    return True


def compared(found: Race) -> Compared:
    """Return the result of a race between the two halves."""
    result = Compared(
        blocks=found.blocks,
        rejected=found.rejected,
        foreign_cores=found.foreign_cores,
        note=unmeasured(found),
    )
    if not result.note:
        result.keras = summary(found, "keras")
        result.torch = summary(found, "torch")
        result.ratio = ratio_of(found, "torch", "keras")
    return result


def unmeasured(found: Race) -> str:
    """Return why a race has no figures; empty if it has."""
    if found.blocks >= 2:
        return ""
    cores = f"{found.foreign_cores:.1f}"
    return f"not measurable here: others held up to {cores} cores"


def ratio_of(found: Race, over: str, under: str) -> Ratio:
    """Return how many times faster a group is, and what A/A makes of it."""
    gaps = found.gaps(over, under)
    return Ratio(
        median=float(np.exp(np.median(gaps))),
        ci95=block_interval(gaps),
        control_ci95=block_interval(
            found.controls(over) + found.controls(under)
        ),
    )


def summary(found: Race, group: str) -> Speed:
    low, median, high = np.percentile(found.speeds[group], (25, 50, 75))
    return Speed(
        median=float(median),
        iqr=(float(low), float(high)),
        per_cpu_second=float(np.median(found.per_cpu[group])),
    )


def latency(found: Race, group: str) -> Latency | None:
    """Return percentiles over all calls of the kept blocks, in ms."""
    calls = found.latencies[group]
    if not calls:
        return None
    p50, p95, p99 = np.percentile(np.multiply(calls, 1000), (50, 95, 99))
    return Latency(
        p50_ms=float(p50), p95_ms=float(p95), p99_ms=float(p99),
        calls=len(calls),
    )  # fmt: skip


def throughput(
    sides: dict[Name, Side],
    halves: dict[Name, Half],
    config: Any,
    train: Split,
    test: Split,
    budget: Budget,
    import_s: dict[Name, float],
    kinds: Sequence[str] = ("train", "predict"),
) -> Throughput:
    """Measure both halves, warmed up, in turn.

    `import_s` is told on, beside what warming up took. Of an epoch that would
    fill several blocks only a part is measured, where that is fair to both.
    """
    warm = {
        name: side.call("warm_up", halves[name], config, train, test, kinds)
        for name, side in sides.items()
    }
    contenders = [Contender(name, side) for name, side in sides.items()]
    found: dict[str, Compared] = {}
    latencies: dict[str, Latency] = {}
    for what in kinds:
        offers = [w["works"].get(what) for w in warm.values()]
        if None in offers:
            found[what] = Compared(
                blocks=0, rejected=0, foreign_cores=0.0,
                note=next(w["lacks"][what] for w in warm.values()
                          if what in w["lacks"]),
            )  # fmt: skip
            continue
        samples = min(offer["samples"] for offer in offers)
        if all(offer["parts"] for offer in offers):
            samples = sized(
                contenders, what, samples, config.batch_size, budget
            )
        shown = race(contenders, what, samples, budget)
        found[what] = compared(shown)
        for name in sides:
            told = latency(shown, name)
            if told and found[what].ratio:
                latencies[name] = told
    return Throughput(
        train=found["train"],
        predict=found["predict"],
        step=found.get("step"),
        predict_one=found.get("predict_one"),
        latency=latencies or None,
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
    contenders: Sequence[Contender],
    what: str,
    samples: int,
    batch: int,
    budget: Budget,
) -> int:
    """Return how many samples to time; all, if three blocks hold them.

    If not, as many as fill two: what a call costs, however few it gets, must
    not weigh much. A few batches are timed to know it.
    """
    few = part_of(samples, 0.0, batch)
    for contender in contenders:
        contender.rounds = 1
    spent = min(c.run(what, few)["wall_s"] for c in contenders)
    all_s = spent * samples / few
    if all_s <= 3 * budget.block_s:
        return samples
    return part_of(samples, 2 * budget.block_s / all_s, batch)


def part_of(samples: int, share: float, batch: int) -> int:
    """Return a share of the samples: whole batches, no fewer than four."""
    batches = max(4, math.ceil(samples * share / batch))
    return min(samples, batches * batch)


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
