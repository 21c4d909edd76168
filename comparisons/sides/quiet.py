"""Settings that remove random delays from a framework before it is timed.

Freed memory is one cause of such delays: see `glibc.py`. The other is
TensorFlow's autotuner of tf.data. When an iterator ends, it cancels the
autotuner's thread and waits for it. But TensorFlow 2.21 (CancellationManager)
wakes the thread before it marks the work as cancelled. A thread that wakes
too early sees no cancellation and sleeps again: 10 ms at first, then twice as
long each time, up to a minute. One `fit` had trained its epoch in 0.88 s but
took 1.33 s, with both cores idle for the rest. 5 of 12 such calls waited more
than 0.1 s (two cores, traced by the kernel's sched_switch events). Without an
autotuner there is nothing to wait for, and `fit` is fed as fast.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from comparisons.sides import glibc

ASLEEP = "threads sleep while they wait"


def told(engine: str) -> list[str]:
    """Apply the settings to an engine; return them in words."""
    words = ["freed memory kept"] if glibc.keep_freed() else []
    if engine == "tensorflow":
        autotune(False)
        words.append("tf.data not autotuned")
    if engine == "torch":
        passive = os.environ.get("OMP_WAIT_POLICY", "").upper() == "PASSIVE"
        words.append(ASLEEP if passive else "threads spin while they wait")
    return words


def autotune(wanted: bool) -> None:
    """Turn the autotuner of tf.data on or off for all later iterators."""
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
    """Leave the autotuner on inside the block, as Keras does by default."""
    autotune(True)
    try:
        yield
    finally:
        autotune(False)
