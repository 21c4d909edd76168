"""How cost grows with samples and with the size of a batch.

Samples lie on disk, those of the task repeated, and stream from there: each
half trains one epoch of them. What its process then holds is read as memory
that belongs to no file, so that pages of the samples themselves do not count.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from comparisons.common import SIDES, TITLES, Name, RequestError
from comparisons.console import Say
from comparisons.records import Axis, Grown, Growth
from comparisons.sides.process import Side
from comparisons.sides.wire import Split
from comparisons.task import Task

SAMPLES = (1_000, 4_000, 16_000, 64_000)
BATCHES = (1, 8, 64, 512)
STEPS = 8  # of a batch size, at least
# Memory that grows by less is that of lists of numbers and of chance.
SHARE, CHANCE_MIB = 0.1, 16.0
MIB = 2**20


@contextmanager
def repeated(split: Split, samples: int, folder: Path) -> Iterator[Split]:
    """Yield the split's samples, repeated on disk up to so many.

    Raises:
        RequestError: the disk has no room for them.
    """
    made = []
    try:
        for path in sorted(split.folder.glob(f"{split.name}_*.npy")):
            source = np.load(path, mmap_mode="r", allow_pickle=False)
            target = folder / path.name
            made.append(target)
            out = np.lib.format.open_memmap(
                target, "w+", source.dtype, (samples, *source.shape[1:])
            )
            for start in range(0, samples, len(source)):
                out[start : start + len(source)] = source[: samples - start]
            out.flush()
            del out
        yield Split(folder, split.name, samples)
    except OSError as error:
        raise RequestError(
            f"received {error.strerror} at {folder}; expected room for "
            f"{samples:,} samples; free some or set TMPDIR"
        ) from None
    finally:
        for path in made:
            path.unlink(missing_ok=True)


def size_mib(split: Split) -> float:
    files = split.folder.glob(f"{split.name}_*.npy")
    return sum(path.stat().st_size for path in files) / MIB


def scale(
    task: Task,
    config: Any,
    sides: dict[Name, Side],
    train: Split,
    folder: Path,
    say: Say,
) -> list[Grown]:
    """Train one epoch of more and more samples, then in larger batches.

    Smaller ones first: what a pool keeps must not hide what grows.
    """
    asked: list[tuple[Axis, int, int]] = [
        ("samples", count, config.batch_size) for count in SAMPLES
    ]
    asked += [
        ("batch", max(SAMPLES[0], STEPS * batch), batch) for batch in BATCHES
    ]
    found = []
    for axis, samples, batch in asked:
        with repeated(train, samples, folder) as split:
            for name, side in sides.items():
                say(f"{TITLES[name]}: {samples:,} in batches of {batch}")
                half = task.half(name)
                some = replace(config, batch_size=batch, epochs=1)
                told = side.call("stream", half, some, split, axis)
                found.append(
                    Grown(
                        half=name,
                        axis=axis,
                        samples=samples,
                        batch=batch,
                        data_mib=size_mib(split),
                        **told,
                    )  # fmt: skip
                )
    return found


def growth(rows: Sequence[Grown]) -> list[Growth]:
    """Fit, for each half, how time and memory grow with the samples."""
    found = []
    for half in SIDES:
        mine = [r for r in rows if r.half == half and r.axis == "samples"]
        if len(mine) < 2:
            continue
        small, large = mine[0], mine[-1]
        slope = np.polyfit(
            [math.log(r.samples) for r in mine],
            [math.log(r.seconds) for r in mine],
            1,
        )[0]
        grown = max(r.peak_mib for r in mine) - small.peak_mib
        added = large.data_mib - small.data_mib
        found.append(
            Growth(
                half=half,
                slope=float(slope),
                per_sample_us=(
                    1e6 * small.seconds / small.samples,
                    1e6 * large.seconds / large.samples,
                ),
                grown_mib=grown,
                added_mib=added,
                streams=grown <= max(SHARE * added, CHANCE_MIB),
            )
        )
    return found
