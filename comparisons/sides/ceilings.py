"""The highest speed that a framework reaches on this machine.

A ceiling is the best of several runs: the run that was disturbed least.
"""

import time
from collections.abc import Callable
from typing import Any

SIZES = (256, 512, 1024, 2048)  # rows of the square matrices
LONG_S = 0.3  # larger products than one of this duration are not tried
COUNT = 2**25  # float32 values in each vector of the triad: 128 MiB
TRIES = 6


def measured(
    matrices: Callable[[int, str], Callable[[], Any]],
    triad: Callable[[int], Callable[[], Any]],
) -> dict[str, float]:
    """Return GFLOP/s of matrix products by type, and GB/s of the triad.

    `matrices` and `triad` each return a function that does the work once and
    waits for its end.

    A matrix product counts 2 * size³ operations: size³ products and as many
    sums. The triad reads two vectors and writes one. As in STREAM, the memory
    reads that a write may cause are not counted.
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
    """Return GFLOP/s of the largest product that takes a reasonable time.

    On a processor without bfloat16 instructions, PyTorch needs 35 s for the
    largest size.
    """
    for size in SIZES:
        seconds = best(matrices(size, dtype))
        if 8 * seconds > LONG_S:  # the next size doubles both dimensions
            break
    return 2e-9 * size**3 / seconds


def best(work: Callable[[], Any]) -> float:
    """Return the shortest of several runs in seconds, after one warm-up."""
    work()
    spent = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)
