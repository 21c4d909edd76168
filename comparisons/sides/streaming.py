"""Trains a half on samples that stay on disk; runs in the half's process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from comparisons.sides import memory
from comparisons.sides.wire import Split
from shared_data import Arrays


def on_disk(split: Split) -> Arrays:
    """Return arrays that are read when they are looked at.

    Their pages are the process' own once written to, which no half does.
    """
    parts: dict[str, Any] = {}
    for path in sorted(split.folder.glob(f"{split.name}_*.npy")):
        array = np.load(path, mmap_mode="c", allow_pickle=False)
        part, _, name = path.stem.removeprefix(f"{split.name}_").partition(".")
        if name:
            parts.setdefault(part, {})[name] = array
        else:
            parts[part] = array
    return Arrays(**parts)


def anonymous_mib() -> float:
    """Return the memory of this process that belongs to no file."""
    return memory.status_mib("RssAnon")


@contextmanager
def watched(every_s: float = 0.005) -> Iterator[dict[str, float]]:
    """Yield a dict that holds the peak of anonymous memory after the block.

    The kernel keeps no high-water mark of it: it is looked at, and a peak of
    a few milliseconds can be missed.
    """
    found = {"peak_mib": anonymous_mib()}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(every_s):
            found["peak_mib"] = max(found["peak_mib"], anonymous_mib())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        found["peak_mib"] = max(found["peak_mib"], anonymous_mib())
