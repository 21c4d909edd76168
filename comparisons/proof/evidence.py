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
from comparisons.sides.process import Speaker
from comparisons.sides.wire import (
    Description,
    Half,
    Outputs,
    Recording,
    Split,
    State,
    Training,
)
from comparisons.task import Task
from comparisons.weights import Layer

SEEDS = range(1, 7)  # of the initialisation rung
# Samples of the forward rung: more than the 512 that the halves predict at
# once, so that a loop which loses a batch cannot hide.
HELD_OUT = 600
STEPS = 50  # of the trajectory, unless asked otherwise
# Samples of a training step at most, in all tasks and where a network takes
# long over each: 512 prove no more, and cost 16 times as much.
BATCH, FEW = 32, 8

Job = tuple[Any, ...]  # a side's function and its arguments
About = Literal[
    "settings", "initial", "forward", "exhibit",
    "training", "straight", "shuffled", "native",
]  # fmt: skip

ORDER = (
    *("settings", "forward", "initial", "exhibit"),
    *("straight", "training", "shuffled", "native"),
)


@dataclass(frozen=True)
class Failure:
    """A half that could not do its part of a rung."""

    message: str


@dataclass(frozen=True)
class Question:
    """What a half is asked for one rung, or for several.

    about: `training` is the proof's; `straight` and `shuffled` tell whether
        a half shuffles; `native` keeps PyTorch's own formulas.
    seed: of initial weights.
    moved: whether each weight is moved by one unit in the last place first.
    """

    about: About
    dtype: str = "float64"
    seed: int | None = None
    moved: bool = False


@dataclass(frozen=True)
class Evidence:
    """What one half answered. An answer may be a `Failure`."""

    answers: Mapping[Question, Any]

    def settings(self) -> Description | Failure:
        return self.answers[Question("settings")]

    def initial(self) -> list[State | Failure]:
        """Return the weights drawn with each seed, in the seeds' order."""
        drawn = [q for q in self.answers if q.about == "initial"]
        return [self.answers[q] for q in drawn]

    def forward(self, dtype: str, moved: bool = False) -> Outputs | Failure:
        return self.answers[Question("forward", dtype, moved=moved)]

    def training(self, dtype: str, moved: bool = False) -> Recording | Failure:
        return self.answers[Question("training", dtype, moved=moved)]

    def native(self) -> Recording | Failure:
        return self.answers[Question("native")]

    def exhibit(self) -> State | Failure | None:
        return self.answers.get(Question("exhibit"))

    def trial(self, about: About) -> Recording | Failure | None:
        """Return a training that not every half is asked for."""
        return self.answers.get(Question(about))

    def layers(self) -> list[Layer]:
        """Return the layers with weights, of a Keras half that has any."""
        told = self.settings()
        return [] if isinstance(told, Failure) else told.layers

    def replaced(self, others: Mapping[Question, Any]) -> "Evidence":
        """Return the same evidence with other answers to some questions."""
        return Evidence({**self.answers, **others})


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
    side: Speaker, half: Half, requests: Mapping[Question, Job]
) -> Callable[[], Evidence]:
    """Ask a side for everything at once; the returned call waits for it."""
    side.doing = "climbing the ladder"
    futures = {
        question: side.submit(function, half, *args)
        for question, (function, *args) in requests.items()
    }
    return lambda: Evidence(
        {question: outcome(side, f) for question, f in futures.items()}
    )


def outcome(side: Speaker, future: "Future[Any]") -> Any:
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
    shuffling: bool = True  # whether the halves are asked if they shuffle

    def keras_requests(self, weights: State) -> dict[Question, Job]:
        """Return what the Keras half is asked, except for its settings."""
        return in_order(
            {**self.of_samples(weights), **self.asked_once(weights)}
        )

    def torch_requests(self, weights: State) -> dict[Question, Job]:
        """Return what the PyTorch half is asked, except for its settings.

        It is asked more than its twin: the noise floor, with weights that are
        moved in the precision in which they are used, and the native lane.
        """
        requests = {
            **self.of_samples(weights),
            **self.asked_once(weights),
            **self.of_samples(weights, moved=True),
        }
        # How far PyTorch's own formulas lead is told by 50 steps: a whole run
        # is there to prove, and these cannot.
        if self.task.trains and not self.plan.full:
            requests[Question("native")] = self.training(
                "float64", weights, self.plan, aligned=False
            )
        return in_order(requests)

    def of_samples(
        self, weights: State, moved: bool = False
    ) -> dict[Question, Job]:
        """Return what is compared number by number, in both precisions."""
        found: dict[Question, Job] = {}
        one_step = Plan(1, self.config.batch_size, 1)
        for dtype, plan in (("float64", self.plan), ("float32", one_step)):
            state = to_dtype(weights, dtype) if dtype == "float32" else weights
            state = one_ulp_away(state) if moved else dict(state)
            aligned = dtype == "float64"
            found[Question("forward", dtype, moved=moved)] = (
                *("forward", self.config, dtype, state),
                *(self.held_out(), aligned),
            )
            if self.task.trains:
                found[Question("training", dtype, moved=moved)] = self.training(
                    dtype, state, plan, aligned
                )
        return found

    def asked_once(self, weights: State) -> dict[Question, Job]:
        """Return what moved weights would tell nothing more of."""
        # Without training all weights were trained before: nothing is drawn.
        # Beside a trained backbone only its head is drawn, and a head that is
        # so wide says enough in two draws.
        seeds = SEEDS[:2] if self.task.pretrained else SEEDS
        seeds = seeds if self.task.trains else SEEDS[:1]
        found: dict[Question, Job] = {
            Question("initial", "float32", seed): (
                *("initial", self.config, "float32", seed),
            )
            for seed in seeds
        }
        if not self.task.exhibit_trains:
            train = replace(self.train, samples=self.plan.samples or None)
            found[Question("exhibit")] = (
                *("exhibit", self.config, "float64", dict(weights)),
                *(train, self.held_out(), True),
            )
        if not (self.task.trains and self.shuffling):
            return found
        # Whether a half shuffles is seen in its first batch. In float64 so
        # few steps are not compiled, which takes longest.
        batch = self.config.batch_size
        one, two = Plan(1, batch, 1), Plan(1, 2 * batch, 2)
        if self.plan.samples < batch:  # its first batch is not a whole one
            found[Question("straight")] = self.training(
                "float64", dict(weights), one, aligned=True
            )
        found[Question("shuffled")] = self.training(
            "float64", dict(weights), two, aligned=True, shuffle=True
        )
        return found

    def held_out(self) -> Split:
        return replace(self.test, samples=self.task.few or HELD_OUT)

    def training(
        self,
        dtype: str,
        weights: State,
        plan: Plan,
        aligned: bool,
        shuffle: bool = False,
    ) -> Job:
        config = replace(self.config, epochs=plan.epochs)
        split = replace(self.train, samples=plan.samples)
        asked = self.test if plan.full else None  # a whole run has answers
        return "training", Training(
            config, dtype, weights, split, asked, plan.steps, aligned, shuffle
        )


def in_order(
    requests: Mapping[Question, Job],
) -> dict[Question, Job]:
    """Return requests in one order, whatever else is asked.

    The random numbers that shuffle a training go on where the request before
    has left them.
    """

    def place(question: Question) -> tuple[bool, int]:
        last = question.moved or question.about == "native"
        return last, ORDER.index(question.about)

    return {q: requests[q] for q in sorted(requests, key=place)}


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
