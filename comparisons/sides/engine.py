"""The base class of both sides: the requests that a parent can send.

All halves have the same functions, so code that only calls these functions
is written once, here. What differs between the frameworks is abstract.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

from comparisons import differences
from comparisons.sides import memory_work
from comparisons.sides.memory import Watch
from comparisons.sides.memory_work import Bytes
from comparisons.sides.replacing import replaced
from comparisons.sides.wire import (
    WAY,
    Answer,
    Description,
    Half,
    Outputs,
    Recording,
    Split,
    State,
    Training,
    answer_of,
    read_more,
    stopwatch,
)
from shared_data import Data, first


class Engine(ABC):
    """A side; each framework has a subclass.

    The parent requests its methods by name: see process.py.
    """

    threads = 1

    @abstractmethod
    def start(self, threads: int, device: str) -> dict[str, Any]:
        """Set threads and precision; return versions and the device in use."""

    @abstractmethod
    def build(
        self, half: Half, config: Any, dtype: str, weights: State | None
    ) -> Any:
        """Return the half's model, with these weights or its initial ones."""

    @abstractmethod
    def describe(self, half: Half, config: Any, dtype: str) -> Description:
        """Return layers or shapes, parameter counts and settings."""

    @abstractmethod
    def training(self, half: Half, asked: Training) -> Recording:
        """Run the half's own `train` and record what it does."""

    @abstractmethod
    def read_weights(self, half: Half, config: Any, path: str) -> State:
        """Return the weights in a file, without running code from the file."""

    @abstractmethod
    def write_weights(
        self, half: Half, config: Any, weights: State, path: str
    ) -> None:
        """Write the half's model with these weights to a file."""

    @abstractmethod
    def seed(self, seed: int) -> None:
        """Seed the framework's random numbers."""

    @abstractmethod
    def state_of(self, model: Any) -> State:
        """Return a model's weights by name."""

    @abstractmethod
    def peaks(self) -> AbstractContextManager[Watch]:
        """Yield a dict of memory peaks in MiB, and what to call after warm-up.

        The dict is filled at the end of the block.
        """

    @abstractmethod
    def inventory(self, model: Any, optimizers: list[Any]) -> Bytes:
        """Return the bytes of weights, gradients and optimizer slots."""

    def predicted(self, module: Any, config: Any, batch: Any) -> dict[str, Any]:
        """Return the predicted peak, calculated from a batch's outlines."""
        return {}

    def formulas(
        self, model: Any, aligned: bool
    ) -> AbstractContextManager[list[str]]:
        """Use Keras' formulas in the block; yield the atlas entries closed."""
        return nullcontext([])

    @abstractmethod
    def dropout_off(self) -> AbstractContextManager[list[str]]:
        """Replace dropout by the identity; yield the rates requested."""

    @abstractmethod
    def recorded(
        self, model: Any, outputs: State
    ) -> AbstractContextManager[None]:
        """Record every named layer's output in `outputs` inside the block."""

    @abstractmethod
    def synchronize(self) -> None:
        """Wait until the device has finished its work."""

    @abstractmethod
    def use_threads(self, count: int) -> None:
        """Set the number of CPU threads, if it can still be changed."""

    @abstractmethod
    def use_precision(self, dtype: str) -> None:
        """Make `dtype` the default floating-point type."""

    @abstractmethod
    def mode(self, model: Any) -> str:
        """Return how a model is executed, in words for the report."""

    def share_cores(self, threads: int) -> None:
        """Use half of `threads`, except while something is timed.

        The other half is for the other side. With all threads on both sides,
        a training in PyTorch took up to twice as long (measured on two
        cores).
        """
        self.threads = threads
        self.use_threads(max(1, threads // 2))

    @contextmanager
    def all_cores(self) -> Iterator[None]:
        self.use_threads(self.threads)
        try:
            yield
        finally:
            self.share_cores(self.threads)

    # === The atlas ==========================================================

    def answer(self, entry: str, way: str, dtype: str) -> Answer:
        """Return what an atlas entry's function `way` returns, or its error.

        Its inputs are the entry's, floating-point ones as `dtype`.
        """
        arrays = {
            name: array.astype(dtype) if array.dtype.kind == "f" else array
            for name, array in differences.function(entry, "inputs")().items()
        }
        self.use_precision(dtype)
        self.seed(0)
        try:
            return answer_of(differences.function(entry, way)(**arrays))
        except Exception as error:  # the error may be the difference
            said = " ".join(str(error).split())[:120]
            return Answer(error=f"{type(error).__name__}: {said}")
        finally:
            self.use_precision("float32")

    # === The ladder =========================================================

    def initial(self, half: Half, config: Any, dtype: str, seed: int) -> State:
        """Return the half's own initial weights for a seed."""
        self.seed(seed)
        return self.state_of(self.build(half, config, dtype, None))

    def round_trip(
        self, half: Half, config: Any, dtype: str, weights: State
    ) -> State:
        """Put weights into a model and read them back."""
        return self.state_of(self.build(half, config, dtype, weights))

    def forward(
        self,
        half: Half,
        config: Any,
        dtype: str,
        weights: State,
        split: Split,
        aligned: bool,
    ) -> Outputs:
        """Return predictions, scores and the output of every named layer."""
        model = self.build(half, config, dtype, weights)
        arrays = split.read(dtype)
        module = half.load()
        outputs: State = {}
        with (
            self.dropout_off() as dropped,
            self.formulas(model, aligned) as used,
        ):
            with self.recorded(model, outputs):
                predictions = module.predict(model, first(arrays.inputs, WAY))
            if len(arrays) > WAY:
                predictions = module.predict(model, arrays.inputs)
            with remembered(module, model, arrays.inputs, predictions):
                scores = module.evaluate(model, arrays)
        return Outputs(predictions, scores, outputs, dropped, used)

    def exhibit(
        self,
        half: Half,
        config: Any,
        dtype: str,
        weights: State,
        train: Split,
        test: Split,
        aligned: bool,
    ) -> State:
        """Return the half's exhibit for these weights; empty if it has none."""
        module = half.load()
        if not hasattr(module, "exhibit"):
            return {}
        model = self.build(half, config, dtype, weights)
        more = read_more(train.folder, dtype)
        data = Data(train.read(dtype), test.read(dtype), more)
        with self.formulas(model, aligned):
            return module.exhibit(model, data, config)

    # === Accuracy ===========================================================

    def learn(
        self,
        half: Half,
        config: Any,
        weights: State | None,
        train: Split,
        test: Split,
        seed: int,
        show: bool = False,
    ) -> dict[str, Any]:
        """Train once, exactly as the half is written; return the results.

        These are losses, scores, predictions and seconds; with `show` also the
        half's exhibit.
        """
        module = half.load()
        config = replace(config, seed=seed)
        self.seed(seed)
        model = self.build(half, config, "float32", weights)
        # Building draws random numbers. After this, training draws the same
        # ones whether the weights were drawn or given.
        self.seed(seed)
        arrays, held_out = train.read(), test.read()
        losses = []
        with stopwatch() as spent:
            if hasattr(module, "train"):
                losses = module.train(model, arrays, config)
        predictions = module.predict(model, held_out.inputs)
        with remembered(module, model, held_out.inputs, predictions):
            scores = module.evaluate(model, held_out)
        done = {
            "losses": [float(loss) for loss in losses],
            "scores": scores,
            "predictions": predictions,
            "seconds": spent["wall_s"],
            "exhibit": {},
        }
        if show and hasattr(module, "exhibit"):
            data = Data(arrays, held_out, read_more(train.folder))
            done["exhibit"] = module.exhibit(model, data, config)
        return done

    # === Speed and memory ===================================================

    def measure_memory(
        self, half: Half, config: Any, train: Split
    ) -> dict[str, Any]:
        """Return memory figures of a short training; needs a fresh process.

        See memory_work.py.
        """
        self.seed(config.seed)
        build = partial(self.build, half, config, "float32", None)
        arrays = train.read()
        return memory_work.measure(self, half.load(), config, build, arrays)


@contextmanager
def remembered(
    module: Any, model: Any, inputs: Any, predictions: Any
) -> Iterator[None]:
    """Let `evaluate` reuse `predictions` in place of predicting again.

    Only for the same model and inputs objects, not for equal ones. `evaluate`
    gets a copy, because it must not change the evidence.
    """
    predict = module.predict

    def known(asked: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        if asked is model and given is inputs and not (args or kwargs):
            return copy.deepcopy(predictions)
        return predict(asked, given, *args, **kwargs)

    with replaced(module, predict=known):
        yield
