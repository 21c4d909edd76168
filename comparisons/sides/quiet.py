"""What a framework is told before it is timed, so that chance plays no part.

What PyTorch's C library does with freed memory is in `glibc.py`. Of TensorFlow
it is the autotuner of tf.data. Whoever ends an iterator cancels the autotuner's
thread and waits for it; but TensorFlow 2.21 calls those that wait for a
cancellation before it says that there is one (CancellationManager), so that
the thread, if it is awake first, finds nothing and sleeps until its next turn.
That comes after 10 ms, then after twice as long each time, up to a minute. So
`fit` took 1.33 s for an epoch that it had trained in 0.88 s, with both cores
idle for the rest; 5 of 12 such calls waited more than 0.1 s (two cores, traced
by the kernel's sched_switch events). Without an autotuner there is nothing to
wait for, and `fit` feeds as fast.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from comparisons.sides import glibc

ASLEEP = "threads sleep while they wait"


def told(engine: str) -> list[str]:
    """Tell an engine, and return what it was told, in words."""
    words = ["freed memory kept"] if glibc.keep_freed() else []
    if engine == "tensorflow":
        autotune(False)
        words.append("tf.data not autotuned")
    if engine == "torch":
        passive = os.environ.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"
        words.append(ASLEEP if passive else "threads spin while they wait")
    return words


def autotune(wanted: bool) -> None:
    """Let iterators of tf.data that are made from now on have an autotuner."""
    import tensorflow as tf  # noqa: TID251

    plain = getattr(tf.data.Dataset.__iter__, "plain", tf.data.Dataset.__iter__)

    def untuned(self: Any) -> Any:
        options = tf.data.Options()
        options.autotune.enabled = False
        return plain(self.with_options(options))

    untuned.plain = plain  # type: ignore[attr-defined]
    tf.data.Dataset.__iter__ = plain if wanted else untuned


@contextmanager
def autotuned(_: Any) -> Iterator[None]:
    """Feed as Keras asks tf.data to."""
    autotune(True)
    try:
        yield
    finally:
        autotune(False)
