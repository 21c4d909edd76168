"""Times a half's training and predictions; runs in the half's process.

A `Work` runs a number of rounds on a number of samples. It is called many
times with one warmed-up model. What differs between the frameworks is
abstract in `Timing`.
"""

import time
from abc import abstractmethod
from collections.abc import Callable, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    nullcontext,
)
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from comparisons.sides import streaming
from comparisons.sides.engine import Engine
from comparisons.sides.retraining import Lacking, again_of
from comparisons.sides.wire import Half, Split, State, stopwatch
from shared_data import Arrays, first

# For every four timed rounds, one round runs untimed first; for steps and
# predictions at least one. After the other half's turn, caches are cold and
# threads sleep: the first step of the digits' convnet took 50 % longer in Keras
# and 25 % longer in PyTorch. Epochs are long enough without it.
LEAD_IN = 4
EPOCHS = ("train", "idiom", "again")
# Steps and samples with which a mode is compared to the default mode.
CHECKED_STEPS, CHECKED = 10, 64


def as_it_is(model: Any) -> Any:
    return model


@dataclass(frozen=True)
class Mode:
    """A way to run a half without changing its source.

    during: half's module -> context around all work of the model.
    prepare: model -> the model as this mode needs it.
    """

    name: str
    precision: str = "float32"
    during: Callable[[Any], AbstractContextManager[Any]] = nullcontext
    prepare: Callable[[Any], Any] = as_it_is


class Work(NamedTuple):
    """Something to time.

    run: (rounds, samples) -> seconds of each call, for works that report them.
    samples: how many samples there are.
    parts: whether timing only some of the samples is fair.
    """

    run: Callable[[int, int], list[float] | None]
    samples: int
    parts: bool = False


Loop = Callable[[int, int], None]  # epochs, samples


class Timing(Engine):
    """A side whose speed can be measured."""

    modes: dict[str, Mode]  # "default" is how the half runs by itself

    def __init__(self) -> None:
        self.living: dict[tuple[str, str], Work] = {}
        self.around: dict[str, Callable[[], AbstractContextManager[Any]]] = {}
        self.levels: dict[str, float] = {}  # MiB, by axis
        self.streams: dict[tuple[str, int], Callable[[Arrays], None]] = {}

    # What each framework does its own way. The methods that return loops get
    # the half's module, a model, arrays and the Config.

    @abstractmethod
    def steady(self) -> list[str]:
        """Prepare the process for timing; return the settings in words.

        See quiet.py.
        """

    @abstractmethod
    def one_batch(self) -> AbstractContextManager[None]:
        """Make the half's `predict` use the framework's single-batch call."""

    @abstractmethod
    def steps(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Callable[[int], None]:
        """Return a function (count) that trains on batches in memory."""

    @abstractmethod
    def idiom(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Loop:
        """Return the training loop that most users write first."""

    @abstractmethod
    def again(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Loop:
        """Return the half's own loop with the same inputs as `idiom`.

        What the half computes once from its samples, such as features, is not
        timed.
        """

    @abstractmethod
    def streaming(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Callable[[Arrays], None]:
        """Return a function that trains one epoch on samples on disk."""

    def counted(
        self, half: Half, config: Any, model: Any, arrays: Arrays
    ) -> dict[str, Any]:
        """Return the floating-point operations and bytes of a training step.

        Raises:
            Lacking: the framework has no counter.
        """
        raise Lacking("this framework does not count operations")

    @abstractmethod
    def limits(self) -> dict[str, float]:
        """Return this framework's ceilings on this machine: ceilings.py."""

    def mode_names(self) -> dict[str, tuple[str, str]]:
        """Return each mode's title and precision."""
        return {
            name: (mode.name, mode.precision)
            for name, mode in self.modes.items()
        }

    def warm_up(
        self,
        half: Half,
        config: Any,
        train: Split,
        test: Split,
        kinds: Sequence[str],
        mode: str = "default",
        name: str | None = None,
    ) -> dict[str, Any]:
        """Build, compile and train briefly; keep the works to time.

        Later slices continue with the warmed-up model. The works are kept
        under `name`, or under the mode's name. Returns the seconds of building
        and of the first step, the works, and why others are missing.
        """
        name = name or mode
        told = self.steady()
        module = half.load()
        arrays, held_out = train.read(), test.read()
        way = self.modes[mode]
        self.around[name] = partial(way.during, module)
        lacks: dict[str, str] = {}
        first_step = {"wall_s": 0.0}
        self.seed(config.seed)
        with self.around[name](), self.all_cores():
            with stopwatch() as building:
                model = self.build(half, config, "float32", None)
                model = way.prepare(model)
            trained = module, model, arrays, config
            makers: dict[str, Callable[[], Work]] = {
                "train": partial(self.epochs_of, *trained),
                "step": partial(self.steps_of, *trained),
                "predict": partial(
                    self.predictions_of, module, model, held_out,
                    min(config.batch_size, len(held_out)), False,
                ),
                "predict_one": partial(
                    self.predictions_of, module, model, held_out, 1, True
                ),
                "idiom": partial(self.loop_of, "idiom", *trained),
                "again": partial(self.loop_of, "again", *trained),
            }  # fmt: skip
            for what in kinds:
                trains = not what.startswith("predict")
                if trains and not hasattr(module, "train"):
                    lacks[what] = "does not train"
                    continue
                try:
                    with stopwatch() as spent:
                        work = makers[what]()
                        work.run(1, min(config.batch_size, work.samples))
                except Lacking as reason:
                    lacks[what] = str(reason)
                    continue
                if trains and not first_step["wall_s"]:
                    first_step = spent
                if work.parts:  # the last batch may have another size
                    batch, most = config.batch_size, work.samples
                    work.run(1, min(2 * batch + most % batch, most))
                self.living[name, what] = work
        return {
            "build_s": building["wall_s"],
            "first_step_s": first_step["wall_s"],
            "works": {
                what: {"samples": work.samples, "parts": work.parts}
                for (of, what), work in self.living.items()
                if of == name
            },
            "lacks": lacks,
            "mode": ", ".join([self.mode(model), *told]),
        }

    def time_block(
        self, name: str, what: str, rounds: int, samples: int
    ) -> dict[str, Any]:
        """Run a work; return wall and CPU seconds, and those of each call.

        Some untimed rounds run first: see `LEAD_IN`.
        """
        work = self.living[name, what]
        with ExitStack() as stack:
            stack.enter_context(self.around[name]())
            stack.enter_context(self.all_cores())
            if what.startswith("predict"):
                stack.enter_context(self.one_batch())
            before = max(rounds // LEAD_IN, int(what not in EPOCHS))
            if before:
                work.run(before, samples)
                self.synchronize()
            with stopwatch() as spent:
                calls = work.run(rounds, samples)
                self.synchronize()
        return spent | {"calls_s": calls or []}

    def epochs_of(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Work:
        one = replace(config, epochs=1)
        again = again_of(module, model, arrays, one)
        return Work(again, len(arrays), True)

    def steps_of(
        self, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Work:
        take = self.steps(module, model, arrays, config)
        batch = min(config.batch_size, len(arrays))
        return Work(lambda rounds, _: take(rounds), batch)

    def loop_of(
        self, which: str, module: Any, model: Any, arrays: Arrays, config: Any
    ) -> Work:
        make = self.idiom if which == "idiom" else self.again
        return Work(make(module, model, arrays, config), len(arrays), True)

    def predictions_of(
        self,
        module: Any,
        model: Any,
        held_out: Arrays,
        samples: int,
        told: bool,
    ) -> Work:
        """Return a work that predicts the same samples again and again.

        With `told`, it reports the seconds of each call.
        """
        inputs = first(held_out.inputs, samples)

        def run(rounds: int, _: int) -> list[float]:
            calls = []
            for _ in range(rounds):
                began = time.perf_counter()
                module.predict(model, inputs)
                calls.append(time.perf_counter() - began)
            return calls if told else []

        with self.one_batch():
            run(1, samples)
        return Work(run, samples)

    # === Does a mode still give the same results? ===========================

    def evidence(
        self,
        half: Half,
        config: Any,
        train: Split,
        test: Split,
        mode: str,
        weights: State,
    ) -> State:
        """Return predictions and the losses of a few steps in a mode.

        All modes start from the same weights. Dropout is off, because each
        mode draws other random numbers.
        """
        module = half.load()
        way = self.modes[mode]
        steps = train.read().head(CHECKED_STEPS * config.batch_size)
        config = replace(config, epochs=1)
        inputs = first(test.read().inputs, CHECKED)
        losses: list[float] = []
        self.seed(config.seed)
        with way.during(module), self.dropout_off():
            model = self.build(half, config, "float32", weights)
            model = way.prepare(model)
            answers = module.predict(model, inputs)
            if hasattr(module, "train"):
                losses = module.train(model, steps, config, shuffle=False)
            after = module.predict(model, inputs)
        return {
            "predictions": np.asarray(answers, "float32"),
            "losses": np.asarray(losses, "float32"),
            "predictions after": np.asarray(after, "float32"),
        }

    # === How cost grows =====================================================

    def stream(
        self, half: Half, config: Any, split: Split, axis: str
    ) -> dict[str, float]:
        """Train one epoch on samples on disk; return seconds and the peak.

        The peak is in MiB above the level before the first call on the same
        axis. One model is used for an axis as long as the batch size is the
        same: memory that a framework keeps for each model must not look like
        growth.
        """
        module = half.load()
        arrays = streaming.on_disk(split)
        kept = self.streams.get((axis, config.batch_size))
        if kept is None:
            self.seed(config.seed)
            model = self.build(half, config, "float32", None)
            kept = self.streaming(module, model, arrays, config)
            kept(arrays.head(2 * config.batch_size))
            self.streams = {(axis, config.batch_size): kept}
        run = kept
        if axis not in self.levels:
            self.levels[axis] = streaming.anonymous_mib()
        with (
            self.all_cores(),
            streaming.watched() as seen,
            stopwatch() as spent,
        ):
            run(arrays)
            self.synchronize()
        return {
            "seconds": spent["wall_s"],
            "peak_mib": seen["peak_mib"] - self.levels[axis],
        }

    # === How close to the machine ===========================================

    def count(self, half: Half, config: Any, train: Split) -> dict[str, Any]:
        """Return the counted work of one training step; see `roofline.py`."""
        self.seed(config.seed)
        model = self.build(half, config, "float32", None)
        # Twice a batch: a half may keep some samples for validation.
        arrays = train.read().head(2 * config.batch_size)
        return self.counted(half, config, model, arrays)

    def ceilings(self) -> dict[str, float]:
        with self.all_cores():
            return self.limits()
