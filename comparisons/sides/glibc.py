"""Sets whether the C library keeps the memory that a framework frees.

PyTorch gets the memory of CPU tensors from the C library; TensorFlow has a
pool of its own. Memory that glibc returns to the kernel must be mapped again,
page by page. Whether glibc returns it depends on what was freed before. A
training step of the digits' convnet took 0.009 s or 0.016 s, with 24,000 or
330,000 page faults a second, and changed from one second to the next. So both
sides are timed with freed memory kept, as guides to PyTorch on CPUs advise.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # names of options in malloc.h
MOST_MMAP = 32 * 2**20  # the largest that glibc accepts on 64 bits
NEVER = 2**31 - 1
FIRST = 128 * 2**10  # glibc's initial value of both thresholds


def set_thresholds(trim: int, mmap: int) -> bool:
    """Set both thresholds, in bytes; False if there is no `mallopt`."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(TRIM_THRESHOLD, trim) and mallopt(MMAP_THRESHOLD, mmap))


def keep_freed() -> bool:
    """Keep freed memory in the process; False if that cannot be set."""
    return set_thresholds(NEVER, MOST_MMAP)


@contextmanager
def given_back(_: Any) -> Iterator[None]:
    """Return freed memory to the kernel at once, as glibc initially does."""
    set_thresholds(FIRST, FIRST)
    try:
        yield
    finally:
        keep_freed()
