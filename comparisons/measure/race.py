"""Races between living processes, so that nobody can call a speed unfair.

Blocks alternate A B B A, then B A A B, so that a drift of the machine's speed
falls on both. What is timed while other processes hold the cores is thrown
away: on two cores contention does not only add noise, it reverses rankings. A
single letter is timed again where the kernel tells so short a time exactly; if
not, the whole block is left out.
What a process is given when it starts, such as where its memory lies, decides
a few percent of its speed for as long as it lives. So both halves are started
several times, and these starts, not the blocks, are what an interval is made
of.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from comparisons.measure.guard import Guard
from comparisons.measure.intervals import interval_of
from comparisons.sides.process import Side

NARROW = 0.05  # of a ratio's interval, relative: then there is enough
# A bound of the interval further than this from the median, as a factor, is
# no measurement: then the budget is extended, up to so many times.
WIDE, EXTENDED = 1.25, 3.0
FOREIGN = 0.05  # cores that others may hold
CALIBRATIONS = 20  # at most
NEARLY = 1.25  # a letter is full that wants no more than so often its rounds
TRIES = 3  # of a letter; then its block is given up
# After a letter OpenMP's threads may spin for 6 ms until they sleep: 300,000
# turns, by libgomp's default.
SETTLE_S = 0.01
ROLES = (1.0, -1.0, -1.0, 1.0)  # that letters of a start play, against itself
# Of a block, at least: if the kernel counts in hundredths of a second, for
# every process, nothing can be told of less.
BLOCK_S = 0.8


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
    up, `work` what it does and `samples` how many a round of it gets, where
    not all contenders do the same.
    """

    group: str
    side: Side
    name: str = "default"
    work: str = ""
    samples: int = 0
    rounds: int = 1
    letter_s: float = 0.0  # what one is expected to take

    def run(self, what: str, samples: int) -> dict[str, Any]:
        return self.side.call(
            "time_block", self.name, self.work or what, self.rounds,
            self.samples or samples,
        )  # fmt: skip

    def calibrate(self, what: str, samples: int, seconds: float) -> None:
        """Set the rounds that fill a letter, by some that are not kept.

        The first is never believed: another work may have made the model
        compile anew. Nor are few, as caches are cold and threads asleep: how
        long a round takes is told by a letter that is nearly full.
        """
        self.rounds = 1
        self.run(what, samples)
        for _ in range(CALIBRATIONS):
            self.letter_s = self.run(what, samples)["wall_s"]
            wanted = math.ceil(self.rounds * seconds / self.letter_s)
            if wanted <= NEARLY * self.rounds:
                break
            self.rounds = wanted


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
    rejected: int = 0  # blocks
    repeated: int = 0  # letters that were thrown away
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
    first is narrower than `NARROW`, or when the budget is spent. While an
    interval is wider than `WIDE`, the budget is `EXTENDED` times as long.
    """
    groups = [contender.group for contender in starts[0]]
    found = Race.of(groups, len(starts))
    for start in starts:
        for contender in start:
            contender.calibrate(what, samples, budget.letter_s)
    began = time.perf_counter()
    for attempt in range(budget.attempts):
        late = (time.perf_counter() - began) / budget.most_s
        if (
            late > 1
            and found.blocks >= 2
            and (late > EXTENDED or not wide(found, groups))
        ):
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

    Of short letters so often that a block is long enough to be watched.
    """
    once = 2 * sum(contender.letter_s for contender in everyone)
    order: list[Contender] = []
    for done in range(max(1, math.ceil(BLOCK_S / once))):
        turn = (attempt + done) % len(everyone)
        there = [*everyone[turn:], *everyone[:turn]]
        order += [*there, *reversed(there)]
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
        spent = letter(found, contender, what, samples)
        if spent is None:
            return
        done = contender.rounds * (contender.samples or samples)
        speeds[place].append(done / spent["wall_s"])
        per_cpu[place].append(done / spent["cpu_s"])
        calls[place] += spent.get("calls_s", [])
    if not guard.exact and disturbed(found, guard):
        found.rejected += 1
        return
    for place, contender in enumerate(everyone):
        group, start = contender.group, place // len(starts[0])
        found.speeds[group] += speeds[place]
        found.per_cpu[group] += per_cpu[place]
        found.latencies[group] += calls[place]
        logs = np.log(speeds[place])
        found.logs[group][start].append(float(logs.mean()))
        # They go on from block to block, so that a drift does not matter.
        roles = np.resize(ROLES, (attempt + 1) * len(logs))[-len(logs) :]
        found.within[group].append(float(roles @ logs) / (len(logs) / 2))


def letter(
    found: Race, contender: Contender, what: str, samples: int
) -> dict[str, Any] | None:
    """Time a letter until others are quiet; None if they never are.

    Others are our own sides as well, which sleep while it is not their turn.
    """
    for _ in range(TRIES):
        time.sleep(SETTLE_S)
        guard = Guard([contender.side])
        spent = contender.run(what, samples)
        if not guard.exact or not disturbed(found, guard):
            return spent
        found.repeated += 1
    found.rejected += 1
    return None


def disturbed(found: Race, guard: Guard) -> bool:
    """Whether others held the cores; keeps how many, if they did."""
    foreign = guard.foreign_cores()
    if foreign <= FOREIGN:
        return False
    found.foreign_cores = max(found.foreign_cores, foreign)
    return True


def wide(found: Race, groups: Sequence[str]) -> bool:
    """Whether an interval is too wide to tell two groups apart."""
    for group in groups[1:]:
        gaps = found.gaps(group, groups[0])
        low, high = interval_of(gaps)
        median = math.exp(float(np.median(np.concatenate(gaps))))
        # Not `>`: an interval of one block alone is nan.
        if not (high / median <= WIDE and median / low <= WIDE):
            return True
    return False


def narrow(found: Race, groups: Sequence[str]) -> bool:
    """Whether all ratios to the first group are known well enough."""
    for group in groups[1:]:
        low, high = interval_of(found.gaps(group, groups[0]))
        if not high / low - 1 < NARROW:
            return False
    return True
