"""Tells the C library what to do with memory that a framework frees.

PyTorch takes its CPU tensors from the C library, TensorFlow keeps a pool of its
own. What glibc gives back to the kernel has to be mapped again, page by page,
and whether it does so hangs on what was freed before: a training step of the
digits' convnet took 0.009 s or 0.016 s, with 24,000 or 330,000 page faults a
second, from one second to the next. Both sides are timed with memory kept, as
guides to PyTorch on CPUs advise, so that chance has no part in it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# malloc.h; the largest threshold that glibc takes on 64 bits.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MOST_MMAP = 32 * 2**20
NEVER = 2**31 - 1
FIRST = 128 * 2**10  # both thresholds of a process that has freed nothing


def set_thresholds(trim: int, mmap: int) -> bool:
    """Set both thresholds; False where the C library has no `mallopt`."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(TRIM_THRESHOLD, trim) and mallopt(MMAP_THRESHOLD, mmap))


def keep_freed() -> bool:
    """Let what is freed stay with the process; whether that could be said."""
    return set_thresholds(NEVER, MOST_MMAP)


@contextmanager
def given_back(_: Any) -> Iterator[None]:
    """Give freed memory back at once, as glibc does at first."""
    set_thresholds(FIRST, FIRST)
    try:
        yield
    finally:
        keep_freed()
