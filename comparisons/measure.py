"""Races between living processes, so that nobody can call a speed unfair.

Blocks alternate A B B A, then B A A B, so that a drift of the machine's speed
falls on both; a block during which other processes held the cores is thrown
away: on two cores contention does not only add noise, it reverses rankings.
What a process is given when it starts, such as where its memory lies, decides
a few percent of its speed for as long as it lives. So both halves are started
several times, and these starts, not the blocks, are what an interval is made
of.
"""

import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import psutil

from comparisons.results import Compared, Latency, Ratio, Speed, Throughput
from comparisons.side import Half, Split
from comparisons.statistics import interval_of
from comparisons.worker import Name, Side

# Each is a work that both sides know: see `bench/works.py`.
KINDS = ("step", "train", "predict", "predict_one")
LONG_S = 1.0  # of a call, where less than an epoch may be timed
NARROW = 0.05  # of a ratio's interval, relative: then there is enough
# Cores that others may hold during a block. Of a single letter it could not be
# told: the kernel counts in hundredths of a second, for every process.
FOREIGN = 0.05
LETTERS = 16  # of a block, at least: 0.8 s of them


@dataclass(frozen=True)
class Budget:
    """How long to measure, for each kind of work.

    Letters are short: the machine's speed swings by a tenth from one second
    to the next, and what falls on A has to fall on B too. With letters of
    0.2 s the interval was ±5 % where it is ±2 % with those of 0.05 s.
    """

    letter_s: float = 0.05  # at least one round, however long that takes
    blocks: int = 4  # kept ones, at least
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


Blocks = list[list[float]]  # by start, block by block


@dataclass
class Race:
    """What the kept blocks of a race showed, by group."""

    starts: int
    speeds: dict[str, list[float]]  # samples a second, by letter
    per_cpu: dict[str, list[float]]
    latencies: dict[str, list[float]]  # seconds of single calls
    logs: dict[str, Blocks]  # of a block's speed
    within: dict[str, list[float]]  # of its letters that play A over B
    rejected: int = 0
    foreign_cores: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, groups: Sequence[str], starts: int) -> "Race":
        """Return a race in which nothing was timed yet."""
        return cls(
            starts,
            {group: [] for group in groups},
            {group: [] for group in groups},
            {group: [] for group in groups},
            {group: [[] for _ in range(starts)] for group in groups},
            {group: [] for group in groups},
        )

    @property
    def blocks(self) -> int:
        return len(next(iter(self.logs.values()))[0])

    def gaps(self, over: str, under: str) -> Blocks:
        """Return the logarithm of a ratio of speeds, block by block."""
        pairs = zip(self.logs[over], self.logs[under], strict=True)
        return [list(np.subtract(a, b)) for a, b in pairs]

    def controls(self, groups: Sequence[str]) -> Blocks:
        """Return what the same protocol makes of each group against itself.

        The first start plays A and the second one B, the third A and the
        fourth B: other processes of one half. Of a single start the letters
        of each group play A B B A.
        """
        if self.starts == 1:
            return [[gap for group in groups for gap in self.within[group]]]
        return [
            list(np.subtract(a, b))
            for group in groups
            for a, b in zip(
                self.logs[group][::2], self.logs[group][1::2], strict=False
            )
        ]


def race(
    starts: Sequence[Sequence[Contender]],
    what: str,
    samples: int,
    budget: Budget,
) -> Race:
    """Time one kind of work of all contenders, block by block.

    `starts` are contenders of the same groups whose processes were started
    anew; all take turns. Ends when the interval of every group's ratio to the
    first is narrower than `NARROW`, or when the budget is spent.
    """
    groups = [contender.group for contender in starts[0]]
    found = Race.of(groups, len(starts))
    for start in starts:
        for contender in start:
            contender.calibrate(what, samples, budget.letter_s)
    began = time.perf_counter()
    for attempt in range(budget.attempts):
        late = (time.perf_counter() - began) / budget.most_s
        if late > 1 and found.blocks >= 2:
            break
        if late > 4 and found.rejected > 1:
            break  # the machine is not ours
        block(found, starts, attempt, what, samples)
        if found.blocks >= budget.blocks and narrow(found, groups):
            break
    found.seconds = time.perf_counter() - began
    return found


def turns(everyone: Sequence[Contender], attempt: int) -> list[Contender]:
    """Return who is timed, letter by letter: A B B A, then B A A B.

    Of few contenders so often that a block has `LETTERS` letters at least.
    """
    order: list[Contender] = []
    while len(order) < LETTERS:
        done = len(order) // (2 * len(everyone))
        turn = (attempt + done) % len(everyone)
        once = [*everyone[turn:], *everyone[:turn]]
        order += [*once, *reversed(once)]
    return order


def block(
    found: Race,
    starts: Sequence[Sequence[Contender]],
    attempt: int,
    what: str,
    samples: int,
) -> None:
    """Let all contenders take turns; keep it if others were quiet."""
    everyone = [contender for start in starts for contender in start]
    speeds: list[list[float]] = [[] for _ in everyone]
    per_cpu: list[list[float]] = [[] for _ in everyone]
    calls: list[list[float]] = [[] for _ in everyone]
    guard = Guard([contender.side for contender in everyone])
    places = {id(contender): at for at, contender in enumerate(everyone)}
    for contender in turns(everyone, attempt):
        place = places[id(contender)]
        spent = contender.run(what, samples)
        done = contender.rounds * samples
        speeds[place].append(done / spent["wall_s"])
        per_cpu[place].append(done / spent["cpu_s"])
        calls[place] += spent.get("calls_s", [])
    foreign = guard.foreign_cores()
    if foreign > FOREIGN:
        found.rejected += 1
        found.foreign_cores = max(found.foreign_cores, foreign)
        return
    for place, contender in enumerate(everyone):
        group, start = contender.group, place // len(starts[0])
        found.speeds[group] += speeds[place]
        found.per_cpu[group] += per_cpu[place]
        found.latencies[group] += calls[place]
        logs = np.log(speeds[place])
        found.logs[group][start].append(float(logs.mean()))
        roles = np.resize([1.0, -1.0, -1.0, 1.0], len(logs))
        found.within[group].append(float(roles @ logs) / (len(logs) / 2))


def narrow(found: Race, groups: Sequence[str]) -> bool:
    """Whether all ratios to the first group are known well enough."""
    for group in groups[1:]:
        low, high = interval_of(found.gaps(group, groups[0]))
        if not high / low - 1 < NARROW:
            return False
    return True


def compared(found: Race) -> Compared:
    """Return the result of a race between the two halves."""
    result = Compared(
        starts=found.starts,
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
    cores = f"{found.foreign_cores:.2f}"
    return f"not measurable here: others held up to {cores} cores"


def ratio_of(found: Race, over: str, under: str) -> Ratio:
    """Return how many times faster a group is, and what A/A makes of it."""
    gaps = found.gaps(over, under)
    return Ratio(
        median=float(np.exp(np.median(np.concatenate(gaps)))),
        ci95=interval_of(gaps),
        control_ci95=interval_of(found.controls([over, under])),
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
    starts: Sequence[dict[Name, Side]],
    halves: dict[Name, Half],
    config: Any,
    train: Split,
    test: Split,
    budget: Budget,
    import_s: dict[Name, float],
    kinds: Sequence[str] = ("train", "predict"),
) -> Throughput:
    """Measure both halves, warmed up, in turn; `starts` are their processes.

    `import_s` is told on, beside what warming up took. Of an epoch that would
    fill several blocks only a part is measured, where that is fair to both.
    """
    names = list(starts[0])
    warm: dict[Name, list[Any]] = {name: [] for name in names}
    for sides in starts:
        for name, side in sides.items():
            warm[name].append(
                side.call("warm_up", halves[name], config, train, test, kinds)
            )
    teams = [
        [Contender(name, side) for name, side in sides.items()]
        for sides in starts
    ]
    firsts = [warm[name][0] for name in names]
    found: dict[str, Compared] = {}
    latencies: dict[str, Latency] = {}
    for what in kinds:
        offers = [w["works"].get(what) for w in firsts]
        if None in offers:
            found[what] = Compared(
                blocks=0, rejected=0, foreign_cores=0.0,
                note=next(w["lacks"][what] for w in firsts
                          if what in w["lacks"]),
            )  # fmt: skip
            continue
        samples = min(offer["samples"] for offer in offers)
        if all(offer["parts"] for offer in offers):
            samples = sized(teams[0], what, samples, config.batch_size, budget)
        shown = race(teams, what, samples, budget)
        found[what] = compared(shown)
        for name in names:
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
                "build": median(w["build_s"] for w in warm[name]),
                "first_step": median(w["first_step_s"] for w in warm[name]),
            }
            for name in names
        },
        mode={name: warm[name][0]["mode"] for name in names},
    )


def sized(
    contenders: Sequence[Contender],
    what: str,
    samples: int,
    batch: int,
    budget: Budget,
) -> int:
    """Return how many samples to time; all, if that is done in `LONG_S`.

    If not, as many as take most of that: what a call costs, however few it
    gets, must not weigh much. A few batches are timed to know it.
    """
    few = part_of(samples, 0.0, batch)
    for contender in contenders:
        contender.rounds = 1
    spent = min(c.run(what, few)["wall_s"] for c in contenders)
    all_s = spent * samples / few
    if all_s <= LONG_S:
        return samples
    return part_of(samples, 0.7 * LONG_S / all_s, batch)


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
