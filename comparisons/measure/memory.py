"""Memory of both halves, over fresh processes, as a result holds it.

A process can be measured once: what it did before stays in its pools. So each
repeat is a new pair of sides.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from statistics import median
from typing import Any

from comparisons.common import TITLES, HalfFailed
from comparisons.records import Arithmetic, Inventory, Memory, Peaks, Repeat
from comparisons.sides.memory import MIB, empty_peaks, said_once
from comparisons.sides.memory_work import Bytes
from comparisons.sides.process import Side
from comparisons.sides.wire import Split
from comparisons.task import Task

Begun = list[tuple[Side, "Future[Any]"]]
Told = dict[str, dict[str, Any]]  # by side: peaks, and bytes where known
COUNTED = ("weights", "frozen", "gradients", "slots", "batch")


def begin(
    sides: tuple[Side, Side], task: Task, config: Any, train: Split
) -> Begun:
    """Ask two sides that did nothing before; returns at once."""
    halves = task.keras, task.torch
    return [
        (side, side.submit("measure_memory", half, config, train))
        for side, half in zip(sides, halves, strict=True)
    ]


def memory_of(begun: Sequence[Begun]) -> Memory:
    """Wait for every fresh pair of sides that was asked, and combine."""
    return combined([told(one) for one in begun])


def told(begun: Begun) -> Told:
    """Wait for both; a half that fails says why, the scores are worth it."""
    found: Told = {}
    for side, future in begun:
        side.doing = "measuring memory"
        try:
            found[side.name] = side.result(future)
        except HalfFailed as error:
            peaks = empty_peaks(f"not measured: {error}")
            found[side.name] = {"peaks": peaks | {"host_peak_mib": None}}
    return found


def combined(found: list[Told]) -> Memory:
    """Return the median of each figure, and what each repeat measured."""
    counted = [
        compare_bytes(one["keras"]["bytes"], one["torch"]["bytes"])
        for one in found
        if all("bytes" in side for side in one.values())
    ]
    return Memory(
        keras=peaks_of([one["keras"]["peaks"] for one in found]),
        torch=peaks_of([one["torch"]["peaks"] for one in found]),
        arithmetic=counted[0] if counted else None,
    )


def peaks_of(measured: list[dict[str, Any]]) -> Peaks:
    peaks = Peaks(**measured[0])
    peaks.repeats = [
        Repeat(**{field: one.get(field) for field in Repeat.model_fields})
        for one in measured
    ]
    for field in Repeat.model_fields:
        values = [getattr(repeat, field) for repeat in peaks.repeats]
        known = [value for value in values if value is not None]
        setattr(peaks, field, median(known) if known else None)
    resets = {one.get("peak_reset") for one in measured} - {None}
    peaks.peak_reset = all(resets) if resets else None
    peaks.note = "; ".join(said_once(one["note"] for one in measured))
    return peaks


# === Arithmetic =============================================================


def compare_bytes(keras: Bytes, torch: Bytes) -> Arithmetic:
    """Compare what follows from shapes and types alone: it must be equal.

    What a named difference adds on one side is taken off first, to the byte,
    and named.
    """
    unequal, explained = [], []
    for field in COUNTED:
        ours, theirs = (
            getattr(one, field)
            - sum(getattr(more, field) for more in one.explained.values())
            for one in (keras, torch)
        )
        if ours != theirs:
            unequal.append(f"{field}: Keras {ours:,}, PyTorch {theirs:,} bytes")
    for name, one in (("keras", keras), ("torch", torch)):
        for why, more in one.explained.items():
            parts = [
                f"{getattr(more, field):,} bytes of {field}"
                for field in COUNTED
                if getattr(more, field)
            ]
            explained.append(f"{why}: {TITLES[name]} has {', '.join(parts)}")
    return Arithmetic(
        keras=inventory(keras),
        torch=inventory(torch),
        equal=not unequal,
        explained=explained,
        detail="; ".join(unequal),
    )


def inventory(counted: Bytes) -> Inventory:
    return Inventory(
        **{f"{field}_mib": getattr(counted, field) / MIB for field in COUNTED}
    )
