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

from comparisons.common import HalfFailed
from comparisons.sides.process import Side
from comparisons.sides.wire import Half, Split, State, Training
from comparisons.task import Task

SEEDS = range(1, 7)  # of the initialisation rung
# Samples of the forward rung: more than the 512 that the halves predict at
# once, so that a loop which loses a batch cannot hide.
HELD_OUT = 600
STEPS = 50  # of the trajectory, unless asked otherwise
# What is asked once: of moved weights it would tell nothing more.
APART = "initial", "straight", "shuffled", "exhibit"
# Samples of a training step at most, in all tasks and where a network takes
# long over each: 512 prove no more, and cost 16 times as much.
BATCH, FEW = 32, 8

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
    def none(cls) -> "Plan":
        """Return the plan of a task that does not train."""
        return cls(0, 0, 0)

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


@dataclass(frozen=True)
class Work:
    """What both halves are asked to do with the weights that they are given."""

    task: Task
    config: Any
    train: Split
    test: Split
    plan: Plan

    def keras_requests(self, weights: State) -> dict[str, Request]:
        """Return what to ask the Keras half: all that the rungs compare.

        But for the settings, with which a proof begins.
        """
        return self.shared_requests(weights)

    def torch_requests(self, weights: State) -> dict[str, Request]:
        """Return the same for the PyTorch half, in both lanes and with noise.

        What is asked of moved weights is asked in the precision in which they
        were moved.
        """
        moved = self.shared_requests(weights, one_ulp_away)
        requests = {
            **self.shared_requests(weights),
            **{
                f"{key}, moved": request
                for key, request in moved.items()
                if not key.startswith(APART)
            },
        }
        # How far PyTorch's own formulas lead is told by 50 steps: a whole run
        # is there to prove, and these cannot.
        if self.task.trains and not self.plan.full:
            requests["native training"] = self.training(
                "float64", weights, self.plan, aligned=False
            )
        return requests

    def shared_requests(
        self, weights: State, change: Callable[[State], State] = dict
    ) -> dict[str, Request]:
        double = change(weights)
        single = change(to_dtype(weights, "float32"))
        held_out = replace(self.test, samples=self.task.few or HELD_OUT)

        def forward(dtype: str, state: State, aligned: bool) -> Request:
            return "forward", self.config, dtype, state, held_out, aligned

        # Without training all weights were trained before: nothing is drawn.
        # Beside a trained backbone only its head is drawn, and a head that is
        # so wide says enough in two draws.
        seeds = SEEDS[:2] if self.task.pretrained else SEEDS
        seeds = seeds if self.task.trains else SEEDS[:1]
        requests = {
            "forward float64": forward("float64", double, aligned=True),
            "forward float32": forward("float32", single, aligned=False),
            **{
                f"initial {seed}": ("initial", self.config, "float32", seed)
                for seed in seeds
            },
        }
        if not self.task.exhibit_trains:
            train = replace(self.train, samples=self.plan.samples or None)
            requests["exhibit float64"] = (
                *("exhibit", self.config, "float64", double),
                *(train, held_out, True),
            )
        if not self.task.trains:
            return requests
        batch = self.config.batch_size
        one, two = Plan(1, batch, 1), Plan(1, 2 * batch, 2)
        if self.plan.samples < batch:  # its first batch is not a whole one
            requests["straight float64"] = self.training(
                "float64", double, one, aligned=True
            )
        return requests | {
            "training float64": self.training(
                "float64", double, self.plan, aligned=True
            ),
            "training float32": self.training(
                "float32", single, one, aligned=False
            ),
            # In float64 so few steps are not compiled, which takes longest.
            "shuffled float64": self.training(
                "float64", double, two, aligned=True, shuffle=True
            ),
        }

    def training(
        self,
        dtype: str,
        weights: State,
        plan: Plan,
        aligned: bool,
        shuffle: bool = False,
    ) -> Request:
        config = replace(self.config, epochs=plan.epochs)
        split = replace(self.train, samples=plan.samples)
        asked = self.test if plan.full else None  # a whole run has answers
        return "training", Training(
            config, dtype, weights, split, asked, plan.steps, aligned, shuffle
        )


def to_dtype(state: State, dtype: str) -> State:
    return {name: array.astype(dtype) for name, array in state.items()}


def one_ulp_away(state: State, seed: int = 0) -> State:
    """Move every weight by one unit in the last place, up or down."""
    generator = np.random.default_rng(seed)
    return {
        name: np.nextafter(
            array,
            np.where(generator.random(array.shape) < 0.5, -np.inf, np.inf),
            dtype=array.dtype,
        )
        for name, array in state.items()
    }


def general_weights(initial: State, keep: tuple[str, ...] = ()) -> State:
    """Return initial weights a little off, so that no bias is zero.

    A zero bias, a running mean of zero or a scale of one would hide a gate
    in the wrong place or a statistic that is never used. Weights whose names
    begin with one of `keep` have been trained and stay as they are.
    """
    generator = np.random.default_rng(0)
    return {
        name: array
        if name.startswith(keep)
        else array + generator.uniform(-0.05, 0.05, array.shape)
        for name, array in initial.items()
    }
