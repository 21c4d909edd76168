"""Runs the atlas: how much defaults differ, and what remains after a fix.

Each function of an entry runs in the process of its own framework.
"""

import math
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from comparisons.differences import FIXES, Difference
from comparisons.sides.process import Side
from comparisons.sides.wire import Answer

TYPES = ("float32", "float64")


@dataclass(frozen=True)
class Apart:
    """The distance of two answers; `told` says why it is not a finite one."""

    distance: float
    told: str = ""


@dataclass(frozen=True)
class Measured:
    """An entry's figures.

    Attributes:
        entry: of the atlas.
        gap: between both frameworks' defaults.
        residual: what remains after a fix, by the fix and the type.
    """

    entry: Difference
    gap: Apart
    residual: dict[tuple[str, str], Apart]

    @property
    def faults(self) -> list[str]:
        """Return a line for each claim of the entry that does not hold."""
        found = []
        if not self.gap.distance >= self.entry.gap:
            found.append(
                f"{self.entry.name}: the defaults differ by "
                f"{self.gap.distance:.1e}; expected at least "
                f"{self.entry.gap:.0e}"
            )
        for (way, dtype), apart in self.residual.items():
            if not apart.distance <= self.entry.closed[dtype]:
                found.append(
                    f"{self.entry.name}: {way} in {dtype} leaves "
                    f"{apart.distance:.1e} {apart.told}".rstrip()
                    + f"; expected at most {self.entry.closed[dtype]:.0e}"
                )
        return found


def apart(one: Answer, other: Answer) -> Apart:
    """Return the largest absolute difference between two answers.

    It is infinite if only one of them raised an error, if both raised other
    errors, if names or shapes differ, or if only one is nan at some place.
    """
    if one.error or other.error:
        said = one.error or other.error
        same = one.error == other.error
        return Apart(0.0 if same else math.inf, said)
    if one.arrays.keys() != other.arrays.keys():
        return Apart(math.inf, f"{set(one.arrays)}, {set(other.arrays)}")
    worst = 0.0
    for name, array in one.arrays.items():
        twin = other.arrays[name]
        if array.shape != twin.shape:
            told = f"{name} {array.shape}, {twin.shape}".strip()
            return Apart(math.inf, told)
        a, b = array.astype("float64"), twin.astype("float64")
        if (np.isnan(a) != np.isnan(b)).any():
            return Apart(math.inf, f"{name} is nan on one side".strip())
        equal = (a == b) | np.isnan(a)  # also infinities of one sign
        with np.errstate(invalid="ignore"):
            worst = max(
                worst, float(np.where(equal, 0, abs(a - b)).max(initial=0.0))
            )
    return Apart(worst)


def measured(entry: Difference, keras: Side, torch: Side) -> Measured:
    """Run all functions of an entry, on both sides at the same time."""
    asked: dict[tuple[str, str], Future[Any]] = {}
    for way in entry.code:
        side = keras if way.startswith("keras") else torch
        side.doing = f"running {entry.name}"
        for dtype in TYPES:
            asked[way, dtype] = side.submit("answer", entry.name, way, dtype)
    found = {
        (way, dtype): (keras if way.startswith("keras") else torch).result(one)
        for (way, dtype), one in asked.items()
    }
    gap = apart(
        found["keras_default", entry.gap_type],
        found["torch_default", entry.gap_type],
    )
    goals = {
        "torch_as_keras": "keras_default",
        "keras_as_torch": "torch_default",
    }
    return Measured(
        entry,
        gap,
        {
            (way, dtype): apart(found[way, dtype], found[goals[way], dtype])
            for way in FIXES
            if way in entry.code
            for dtype in TYPES
        },
    )
