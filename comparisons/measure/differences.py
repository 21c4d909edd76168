"""Runs the atlas: how far apart the defaults are, and what a fix leaves.

Each function of an entry runs in its framework's own living process.
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
    """A distance, and what there is to say where it is no number."""

    distance: float
    told: str = ""


@dataclass(frozen=True)
class Measured:
    """An entry's figures.

    gap: of the defaults. residual: by fix and type.
    """

    entry: Difference
    gap: Apart
    residual: dict[tuple[str, str], Apart]

    @property
    def faults(self) -> list[str]:
        """Return what the entry says and is not so."""
        found = []
        if not self.gap.distance >= self.entry.gap:
            found.append(
                f"{self.entry.name}: the defaults are {self.gap.distance:.1e} "
                f"apart; expected {self.entry.gap:.0e} at least"
            )
        for (way, dtype), apart in self.residual.items():
            if not apart.distance <= self.entry.closed[dtype]:
                found.append(
                    f"{self.entry.name}: {way} in {dtype} leaves "
                    f"{apart.distance:.1e} {apart.told}".rstrip()
                    + f"; expected {self.entry.closed[dtype]:.0e} at most"
                )
        return found


def apart(one: Answer, other: Answer) -> Apart:
    """Return the largest absolute difference of two answers.

    Infinite where only one raised an error, where shapes differ, and where
    one is not a number and the other is.
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
        equal = (a == b) | np.isnan(a)  # infinities of one sign too
        with np.errstate(invalid="ignore"):
            worst = max(
                worst, float(np.where(equal, 0, abs(a - b)).max(initial=0.0))
            )
    return Apart(worst)


def measured(entry: Difference, keras: Side, torch: Side) -> Measured:
    """Run all functions of an entry, both sides at once."""
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
