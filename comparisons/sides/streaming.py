"""Samples that stay on disk during a training, and the memory it takes.

Runs in the half's process.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from comparisons.sides import memory
from comparisons.sides.wire import Split
from shared_data import Arrays


def on_disk(split: Split) -> Arrays:
    """Return memory-mapped arrays: a page is read at its first access.

    A write would copy the page into the process' memory; no half writes.
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
    """Return this process' memory that is not mapped from a file, in MiB."""
    return memory.status_mib("RssAnon")


@contextmanager
def watched(every_s: float = 0.005) -> Iterator[dict[str, float]]:
    """Yield a dict; after the block it holds `peak_mib` of anonymous memory.

    The kernel keeps no high-water mark of anonymous memory. A thread reads
    the level every `every_s` seconds and can miss a shorter peak.
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
