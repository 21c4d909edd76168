"""What both sides do alike, whatever the framework: build, train, show, time.

The halves' contract is the same on both sides, and so is all that only calls
it. What differs, an `Engine` is told.
"""

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from unittest import mock

from comparisons import differences
from comparisons.sides import memory_work
from comparisons.sides.memory import Watch
from comparisons.sides.memory_work import Bytes
from comparisons.sides.wire import (
    WAY,
    Answer,
    Half,
    Split,
    State,
    answer_of,
    read_more,
    stopwatch,
)
from shared_data import Data, first


@dataclass
class Engine:
    """A framework as its side drives it.

    build: (half, config, dtype, weights or None) -> model.
    seed: fixes the framework's random numbers.
    state_of: model -> weights by name.
    peaks: context that yields a dict of memory peaks and what to call once
        a training has settled.
    inventory: (model, optimizers) -> bytes of weights, gradients and slots.
    predicted: (half's module, config, outlines of a batch) -> what is
        predicted of the peak.
    formulas: (model, aligned) -> context in which Keras' formulas hold; yields
        the atlas entries that they closed.
    dropout_off: context without dropout; yields the rates asked for.
    recorded: (model, outputs) -> context that keeps every layer's output.
    synchronize: waits for the device.
    use_threads: fixes how many threads work, where that can still be changed.
    use_precision: makes a floating-point type the default one.
    mode: model -> how it is run, for the report.
    """

    build: Callable[..., Any]
    seed: Callable[[int], Any]
    state_of: Callable[[Any], State]
    peaks: Callable[[], AbstractContextManager[Watch]]
    inventory: Callable[[Any, list[Any]], Bytes]
    predicted: Callable[[Any, Any, Any], dict[str, Any]]
    formulas: Callable[[Any, bool], AbstractContextManager[list[str]]]
    dropout_off: Callable[[], AbstractContextManager[list[str]]]
    recorded: Callable[[Any, State], AbstractContextManager[None]]
    synchronize: Callable[[], None]
    use_threads: Callable[[int], None]
    use_precision: Callable[[str], None]
    mode: Callable[[Any], str]
    threads: int = 1

    def share_cores(self, threads: int) -> None:
        """Leave half of `threads` to the other side, but for what is timed.

        With all of them on both sides, PyTorch took up to twice as long for a
        training (measured on two cores).
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
        """Return what a function of an atlas entry returns of its inputs."""
        arrays = {
            name: array.astype(dtype) if array.dtype.kind == "f" else array
            for name, array in differences.function(entry, "inputs")().items()
        }
        self.use_precision(dtype)
        self.seed(0)
        try:
            return answer_of(differences.function(entry, way)(**arrays))
        except Exception as error:  # to raise may be the difference
            said = " ".join(str(error).split())[:120]
            return Answer(error=f"{type(error).__name__}: {said}")
        finally:
            self.use_precision("float32")

    # === The ladder =========================================================

    def initial(self, half: Half, config: Any, dtype: str, seed: int) -> State:
        """Return the weights that the half draws for itself."""
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
    ) -> dict[str, Any]:
        """Return predictions, scores and what every named layer gives."""
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
        return {
            "predictions": predictions,
            "scores": scores,
            "layers": outputs,
            "dropouts": dropped,
            "aligned": used,
        }

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
        """Return what the half shows of a model with these weights, if any."""
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
        """Train once as the half's own people would; return what came of it.

        With `show`, also what the half has to show of its trained model.
        """
        module = half.load()
        config = replace(config, seed=seed)
        self.seed(seed)
        model = self.build(half, config, "float32", weights)
        # Building draws random numbers; training starts from the same place
        # whether the weights were drawn or given.
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
        """Train some batches in this fresh process: see memory_work.py."""
        self.seed(config.seed)
        build = partial(self.build, half, config, "float32", None)
        arrays = train.read()
        return memory_work.measure(self, half.load(), config, build, arrays)


@contextmanager
def remembered(
    module: Any, model: Any, inputs: Any, predictions: Any
) -> Iterator[None]:
    """Spare `evaluate` the prediction that was just made.

    Only for the same model and the same inputs, not for equal ones. It gets
    a copy: what it does to the answers must not reach the evidence.
    """
    predict = module.predict

    def known(asked: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        if asked is model and given is inputs and not (args or kwargs):
            return copy.deepcopy(predictions)
        return predict(asked, given, *args, **kwargs)

    with mock.patch.object(module, "predict", known):
        yield
