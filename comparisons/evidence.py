"""Evidence for the ladder: what each half gives, on its own.

Each side gets the same weights and the same batches and answers alone, so
one side's evidence can be kept while the other half changes.
"""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from comparisons.side import Half, Split, State
from comparisons.worker import HalfFailed, Side

SEEDS = range(1, 7)  # of the initialisation rung
# Samples of the forward rung: more than the 512 that the halves predict at
# once, so that a loop which loses a batch cannot hide.
HELD_OUT = 600
STEPS = 50  # of the trajectory, unless asked otherwise

Evidence = dict[str, Any]
Request = tuple[Any, ...]


@dataclass(frozen=True)
class Failure:
    """A half that could not do its part of a rung."""

    message: str


@dataclass(frozen=True)
class Plan:
    """How many training steps, cut from how much data.

    The last batch of an epoch is half a batch, so that a loop that drops or
    misweights it cannot hide.
    """

    epochs: int
    samples: int
    steps: int
    full: bool = False

    @classmethod
    def of(
        cls, steps: int | Literal["full"], config: Any, available: int
    ) -> "Plan":
        batch = config.batch_size
        if steps == "full":
            per_epoch = math.ceil(available / batch)
            total = config.epochs * per_epoch
            return cls(config.epochs, available, total, full=True)
        epochs = math.ceil(steps / max(available // batch, 1))
        per_epoch = math.ceil(steps / epochs)
        samples = per_epoch * batch - batch // 2
        return cls(epochs, min(samples, available), epochs * per_epoch)


def collect(
    side: Side, half: Half, requests: Mapping[str, Request]
) -> Callable[[], Evidence]:
    """Ask a side for everything at once; the returned call waits for it."""
    side.doing = "climbing the ladder"
    futures = {
        key: side.submit(function, half, *args)
        for key, (function, *args) in requests.items()
    }
    return lambda: {key: outcome(side, f) for key, f in futures.items()}


def outcome(side: Side, future: "Future[Any]") -> Any:
    try:
        return side.result(future)
    except HalfFailed as error:
        return Failure(str(error))


def keras_requests(
    config: Any, weights: State, train: Split, test: Split, plan: Plan
) -> dict[str, Request]:
    """Return what to ask the Keras half: all that the rungs compare."""
    single = to_dtype(weights, "float32")
    return {
        "settings": ("describe", config, "float64"),
        **shared_requests(config, weights, single, train, test, plan),
    }


def torch_requests(
    config: Any, weights: State, train: Split, test: Split, plan: Plan
) -> dict[str, Request]:
    """Return the same for the PyTorch half, in both lanes and with noise."""
    single = to_dtype(weights, "float32")
    moved = shared_requests(
        config, one_ulp_away(weights), one_ulp_away(single), train, test, plan
    )
    return {
        "settings": ("describe", config, "float64"),
        "native training": training(
            config, "float64", weights, train, test, plan, aligned=False
        ),
        **shared_requests(config, weights, single, train, test, plan),
        **{
            f"{key}, moved": request
            for key, request in moved.items()
            if not key.startswith(("initial", "shuffled"))
        },
    }


def shared_requests(
    config: Any,
    double: State,
    single: State,
    train: Split,
    test: Split,
    plan: Plan,
) -> dict[str, Request]:
    held_out = replace(test, samples=HELD_OUT)

    def forward(*args: Any, aligned: bool) -> Request:
        return "forward", *args, held_out, aligned

    one = Plan(1, config.batch_size, 1)
    two = Plan(1, 2 * config.batch_size, 2)
    return {
        "forward float64": forward(config, "float64", double, aligned=True),
        "training float64": training(
            config, "float64", double, train, test, plan, aligned=True
        ),
        "forward float32": forward(config, "float32", single, aligned=False),
        "training float32": training(
            config, "float32", single, train, test, one, aligned=False
        ),
        "shuffled float32": (
            *training(
                config, "float32", single, train, test, two, aligned=False
            ),
            True,
        ),
        **{
            f"initial {seed}": ("initial", config, "float32", seed)
            for seed in SEEDS
        },
    }


def training(
    config: Any,
    dtype: str,
    weights: State,
    train: Split,
    test: Split,
    plan: Plan,
    aligned: bool,
) -> Request:
    config = replace(config, epochs=plan.epochs)
    split = replace(train, samples=plan.samples)
    asked = test if plan.full else None  # only a whole run has answers
    return "training", config, dtype, weights, split, asked, plan.steps, aligned


def to_dtype(state: State, dtype: str) -> State:
    return {name: array.astype(dtype) for name, array in state.items()}


def one_ulp_away(state: State) -> State:
    """Move every weight by one unit in the last place, up or down."""
    generator = np.random.default_rng(0)
    return {
        name: np.nextafter(
            array,
            np.where(generator.random(array.shape) < 0.5, -np.inf, np.inf),
            dtype=array.dtype,
        )
        for name, array in state.items()
    }


def general_weights(initial: State) -> State:
    """Return initial weights a little off, so that no bias is zero.

    A zero bias, a running mean of zero or a scale of one would hide a gate
    in the wrong place or a statistic that is never used.
    """
    generator = np.random.default_rng(0)
    return {
        name: array + generator.uniform(-0.05, 0.05, array.shape)
        for name, array in initial.items()
    }
