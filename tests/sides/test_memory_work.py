"""What a side does to be measured, with halves and an engine that stand in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons.sides import memory, memory_work
from comparisons.sides.memory_work import FED_TWICE, SETTLED, Bytes, measure
from shared_data import Arrays

BATCH = 4
PAIRS = Arrays(
    np.zeros((100, 6), np.float32), np.arange(100, dtype=np.int64)[:, None]
)


@dataclass(frozen=True)
class Config:
    batch_size: int = BATCH
    epochs: int = 9


class Engine:
    """Writes down what is asked of it, between the steps of a half."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.optimizers: list[Any] = []
        self.gpu: float | None = None

    @contextmanager
    def peaks(self) -> Iterator[Any]:
        peaks = memory.empty_peaks("a note")
        peaks["host_allocator_peak_mib"] = 7.0
        peaks["gpu_allocator_peak_mib"] = self.gpu
        self.told.append("watching")
        yield peaks, lambda: self.told.append("settled")
        self.told.append("watched")

    def inventory(self, model: Any, optimizers: list[Any]) -> Bytes:
        self.optimizers = list(optimizers)
        return Bytes(100, 20, 80, 80 * len(optimizers))

    def predicted(self, module: Any, config: Any, batch: Any) -> dict[str, Any]:
        return {"predicted_allocator_peak_mib": 6.5}

    def synchronize(self) -> None:
        self.told.append("synchronized")


class Loop:
    """A half with steps of its own; a holding out of a fifth, as some do."""

    def __init__(self, told: list[Any]) -> None:
        self.told = told

    def make_optimizer(self, config: Any, model: Any) -> Any:
        return {"one": "first", "other": "second"}

    def train_step(self, model: Any, optimizer: Any, loss: Any, *batch: Any):
        self.told.append(len(batch[0]))

    def train(self, model: Any, arrays: Arrays, config: Config) -> None:
        assert config.epochs == 1
        optimizer = self.make_optimizer(config, model)
        kept = len(arrays) - round(len(arrays) / 5)
        for at in range(0, kept, BATCH):
            chosen = slice(at, min(at + BATCH, kept))
            self.train_step(
                *(model, optimizer, "loss"),
                arrays.inputs[chosen],
                arrays.targets[chosen],
            )


class Fit:
    """A half whose model has a `fit`, and callbacks of a past folder."""

    def __init__(self, told: list[Any], both: bool = False) -> None:
        self.told, self.both = told, both
        self.model = SimpleNamespace(fit=self.fit)

    def make_optimizer(self, config: Any, model: Any) -> Any:
        return "only"

    def fit(self, inputs: Any, targets: Any, batch_size: int, callbacks: Any):
        self.told.append((len(inputs["x"]), callbacks))

    def train(self, model: Any, arrays: Arrays, config: Config) -> None:
        self.make_optimizer(config, model)
        inputs = {"x": arrays.inputs}
        targets = arrays.inputs if self.both else arrays.targets
        model.fit(inputs, targets, batch_size=BATCH, callbacks=["saves"])


class Look:
    """A half that trains nothing."""

    def __init__(self, told: list[Any]) -> None:
        self.told = told

    def evaluate(self, model: Any, arrays: Arrays) -> None:
        self.told.append(len(arrays))


def measured(half: Any, engine: Engine, model: Any = None) -> dict[str, Any]:
    return measure(engine, half, Config(), lambda: model, PAIRS)


def test_a_loop_is_watched_and_settles_after_a_first_step():
    engine = Engine()
    half = Loop(engine.told)
    own = half.train_step
    found = measured(half, engine)
    before = engine.told.index("watching")
    # 64 samples, of which a fifth is held out; then three batches.
    assert sum(engine.told[:before]) == 51
    assert engine.told[before:] == [
        *("watching", 4, "settled", 4, 2),
        *("synchronized", "watched"),
    ]
    assert engine.optimizers == ["first", "second"]
    assert found["bytes"] == Bytes(100, 20, 80, 160, 4 * (6 * 4 + 8))
    assert half.train_step == own
    assert half.make_optimizer(None, None) == {
        "one": "first",
        "other": "second",
    }


def test_a_compiled_fit_is_called_again_without_what_it_does_beside():
    engine = Engine()
    half = Fit(engine.told)
    found = measured(half, engine, half.model)
    assert engine.told == [
        (64, ["saves"]),
        *("watching", "settled", (SETTLED * BATCH, None)),
        *("synchronized", "watched"),
    ]
    assert engine.optimizers == ["only"]
    assert found["bytes"].batch == 4 * (6 * 4 + 8)
    assert found["bytes"].explained == {}
    assert half.model.fit == half.fit


def test_inputs_that_are_targets_too_are_explained():
    engine = Engine()
    half = Fit(engine.told, both=True)
    found = measured(half, engine, half.model)["bytes"]
    assert found.batch == 2 * 4 * 6 * 4
    assert found.explained == {FED_TWICE: Bytes(0, 0, 0, 0, 4 * 6 * 4)}


def test_what_does_not_train_keeps_frozen_weights_alone():
    engine = Engine()
    found = measured(Look(engine.told), engine)
    assert engine.told == [
        *(64, "watching", "settled", 64),
        *("synchronized", "watched"),
    ]
    assert found["bytes"] == Bytes(100, 100, 0, 0, 64 * (6 * 4 + 8))


def test_figures_and_notes_of_all_kinds_are_told_together(monkeypatch):
    host = {"host_peak_mib": 40.0, "note": "a bound"}
    monkeypatch.setattr(memory, "host_peak_of", lambda work: work() or host)
    engine = Engine()
    peaks = measured(Look(engine.told), engine)["peaks"]
    assert peaks["host_allocator_peak_mib"] == 7.0
    assert peaks["host_peak_mib"] == 40.0
    assert peaks["predicted_allocator_peak_mib"] == 6.5
    assert peaks["gpu_process_mib"] is None
    assert peaks["note"] == "a note; a bound"


def test_on_a_gpu_the_driver_is_asked_before_and_after(monkeypatch):
    cards = iter([memory.Card(3.0, {}), memory.Card(603.0, {1: None})])
    monkeypatch.setattr(memory, "card", lambda: next(cards))
    engine = Engine()
    engine.gpu = 12.0
    peaks = measured(Look(engine.told), engine)["peaks"]
    assert peaks["gpu_process_mib"] == 600.0


@pytest.mark.parametrize("kind", ("float32", "int64", "uint8", "bool"))
def test_an_outline_has_the_bytes_of_its_array(kind: str):
    array = np.zeros((3, 5), kind)
    (outline,) = memory_work.leaves(memory_work.outlines_of(array))
    assert outline.nbytes == array.nbytes
    assert outline.shape == (3, 5)


def test_outlines_keep_the_order_and_names_of_several():
    several = [{"a": np.zeros(2), "b": np.zeros(3)}, np.zeros((1, 4))]
    outlines = memory_work.outlines_of(several)
    assert list(outlines[0]) == ["a", "b"]
    shapes = [outline.shape for outline in memory_work.leaves(outlines)]
    assert shapes == [(2,), (3,), (1, 4)]
