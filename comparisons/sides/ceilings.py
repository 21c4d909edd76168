"""What a machine can do at most, by the framework that asks.

Best of several: a ceiling is what nothing disturbed.
"""

import time
from collections.abc import Callable
from typing import Any

SIZES = (256, 512, 1024, 2048)  # of the square matrices
LONG_S = 0.3  # a product that takes so long is large enough
COUNT = 2**25  # float32 of each of the triad's vectors: 128 MiB
TRIES = 6


def measured(
    matrices: Callable[[int, str], Callable[[], Any]],
    triad: Callable[[int], Callable[[], Any]],
) -> dict[str, float]:
    """Return GFLOP/s of matrix products by type, and the triad's GB/s.

    Both makers return what does the work once and waits for it.

    Two operations for each of size³ products and sums. The triad reads two
    vectors and writes one; that a write may first read is not counted, as
    STREAM does not.
    """
    found = {
        f"matmul_{dtype}_gflops": products(matrices, dtype)
        for dtype in ("float32", "bfloat16")
    }
    found["triad_gbs"] = 12e-9 * COUNT / best(triad(COUNT))
    return found


def products(
    matrices: Callable[[int, str], Callable[[], Any]], dtype: str
) -> float:
    """Return GFLOP/s of the largest product that does not take long.

    Without instructions for bfloat16 PyTorch needs 35 s for the largest.
    """
    for size in SIZES:
        seconds = best(matrices(size, dtype))
        if 8 * seconds > LONG_S:  # the next is twice as large on each side
            break
    return 2e-9 * size**3 / seconds


def best(work: Callable[[], Any]) -> float:
    """Return the shortest of several runs, in seconds, after one unkept."""
    work()
    spent = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)
