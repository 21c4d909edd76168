"""Races of a half with itself: in other modes, by the loop written first.

Each races contenders on living sides; see race.py. `starts`
are the processes of one study: the same pair of sides, several times.
"""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

from comparisons.common import TITLES, HalfFailed, Name
from comparisons.console import Say
from comparisons.measure.race import Budget, Contender, Race, race
from comparisons.measure.throughput import ratio_of, sized, summary, unmeasured
from comparisons.proof.distance import FLOORS, difference
from comparisons.proof.evidence import one_ulp_away
from comparisons.records import Timed
from comparisons.sides.process import Side
from comparisons.sides.wire import Split, State
from comparisons.task import Task

# Relative differences from the default mode that are still rounding. Ten steps
# carry it on: 7e-4 at most was measured in float32 (chapter 8, eager), 4e-2 in
# bfloat16, of which each number has eight bits. Through many layers it grows
# further: so much as `FLOOR` times what the default mode makes of weights that
# are moved by one unit in the last place, or cut to bfloat16, is rounding too.
FLOOR = 5.0
TOLERANCES = {
    "float32": {
        "predictions": 1e-5, "losses": 1e-4, "predictions after": 5e-3,
    },
    "bfloat16": {
        "predictions": 0.05, "losses": 0.05, "predictions after": 0.2,
    },
}  # fmt: skip
Halves = dict[Name, Side]


def modes(
    task: Task,
    config: Any,
    starts: Sequence[Halves],
    train: Split,
    test: Split,
    budget: Budget,
    chosen: Sequence[str],
    say: Say,
) -> list[Timed]:
    """Race the modes of each half against its default, and check each.

    `chosen` are names of modes, or "all".
    """
    found: list[Timed] = []
    for name in starts[0]:
        half = task.half(name)
        several = [sides[name] for sides in starts]
        side = several[0]
        told = side.call("mode_names")
        names = [
            mode
            for mode in told
            if mode == "default" or mode in chosen or "all" in chosen
        ]
        rows, evidence = {}, {}
        weights = side.call("initial", half, config, "float32", config.seed)
        ask = "evidence", half, config, train, test
        floors: dict[str, State] = {}
        for mode in names:
            say(f"warming up {TITLES[name]}: {mode}")
            row = Timed(half=name, name=mode, label=told[mode][0])
            row.precision = told[mode][1]
            rows[mode] = row
            try:
                evidence[mode] = side.call(*ask, mode, weights)
                warm_up(
                    row, several, half, config, train, test, ["train"], mode
                )
            except HalfFailed as error:
                row.note = f"not run: {error}"
                continue
            if row.precision not in floors:
                moved = MOVED[row.precision](weights)
                floors[row.precision] = side.call(*ask, "default", moved)
            floor = floors[row.precision]
            check(row, evidence["default"], evidence[mode], floor)
        able = [mode for mode, row in rows.items() if not row.note]
        if able:
            say(f"racing the modes of {TITLES[name]}")
            teams = [
                [Contender(mode, one, mode) for mode in able] for one in several
            ]
            samples = sized(
                teams[0], "train", train.samples or 0,
                config.batch_size, budget,
            )  # fmt: skip
            fill(rows, race(teams, "train", samples, budget), "default")
        found += rows.values()
    return found


def check(row: Timed, default: State, evidence: State, moved: State) -> None:
    """Write down whether a mode gives what the default one gives.

    `moved` is what the default one gives of weights that were moved.
    """

    def apart(other: State) -> dict[str, float]:
        return {
            what: difference(default[what], other[what], FLOORS["float32"])
            for what in TOLERANCES[row.precision]
            if default[what].size
        }

    row.differs, floors = apart(evidence), apart(moved)
    row.tolerances = {
        what: max(TOLERANCES[row.precision][what], FLOOR * floor)
        for what, floor in floors.items()
    }
    row.agrees = all(
        found <= row.tolerances[what] for what, found in row.differs.items()
    )


def cut(weights: State) -> State:
    """Return weights of which each number keeps the bits of a bfloat16."""
    return {
        name: (array.view("uint32") & np.uint32(0xFFFF0000)).view("float32")
        if array.dtype == np.float32
        else array
        for name, array in weights.items()
    }


MOVED: dict[str, Callable[[State], State]] = {
    "float32": partial(one_ulp_away, seed=1),
    "bfloat16": cut,
}


def idioms(
    task: Task,
    config: Any,
    starts: Sequence[Halves],
    train: Split,
    test: Split,
    budget: Budget,
    say: Say,
) -> list[Timed]:
    """Race each half against the loop that its people write first.

    Ratios are those of the half over that loop: above 1 the half is faster.
    Its steps on batches in memory race too: no loop can be faster than they.
    """
    loops = {
        "keras": "the textbook's feeding",
        "torch": "DataLoader(TensorDataset)",
    }
    found: list[Timed] = []
    for name in starts[0]:
        half = task.half(name)
        several = [sides[name] for sides in starts]
        say(f"warming up {TITLES[name]}")
        rows = {
            "idiom": Timed(half=name, name="idiom", label=loops[name]),
            "half": Timed(half=name, name="half", label="this project's half"),
            "steps": Timed(
                half=name, name="steps", label="its steps, without feeding"
            ),
        }
        found += rows.values()
        # A model each: one may not train what the other is timed with.
        one_batch = min(config.batch_size, train.samples or 0)
        teams = [
            [
                Contender("idiom", side, "idiom", "idiom"),
                Contender("half", side, "half", "again"),
                Contender("steps", side, "steps", "step", one_batch),
            ]
            for side in several
        ]
        for one in teams[0]:
            warm_up(
                rows[one.group], several, half, config, train, test,
                [one.work], "default", one.name,
            )  # fmt: skip
        lacks = {row.note for row in rows.values()} - {""}
        if lacks:
            for row in rows.values():
                row.note = "; ".join(sorted(lacks))
            continue
        say(f"racing {TITLES[name]}")
        loops_only = teams[0][:2]
        samples = sized(
            loops_only, "", train.samples or 0, config.batch_size, budget
        )
        fill(rows, race(teams, "", samples, budget), "idiom")
    return found


def warm_up(row: Timed, several: Sequence[Side], *asked: Any) -> None:
    """Warm a contender up in all its processes; note what it took or lacks."""
    told = [side.call("warm_up", *asked) for side in several]
    row.first_step_s = median(one["first_step_s"] for one in told)
    row.note = "; ".join(told[0]["lacks"].values())


def fill(rows: dict[str, Timed], found: Race, under: str) -> None:
    """Write speeds and their ratios to the row `under` into the rows."""
    for group, row in rows.items():
        if group not in found.logs:
            continue
        row.starts, row.blocks = found.starts, found.blocks
        row.rejected, row.repeated = found.rejected, found.repeated
        row.note = unmeasured(found)
        if row.note:
            continue
        row.speed = summary(found, group)
        if group != under:
            row.ratio = ratio_of(found, group, under)
