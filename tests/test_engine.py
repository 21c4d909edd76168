"""What both sides do alike, with a half and a framework that are stand-ins."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons.engine import Engine, again_of, remembered
from shared_data import Arrays


class Half:
    """A half whose `evaluate` asks `predict`, as all of them do."""

    def __init__(self) -> None:
        self.asked = 0

    def predict(self, model: Any, inputs: np.ndarray, *more: Any) -> np.ndarray:
        self.asked += 1
        return 2 * inputs


INPUTS = np.arange(3.0)
MODEL = object()


@pytest.mark.parametrize(
    "model, inputs, more, calls",
    [
        (MODEL, INPUTS, (), 0),
        (MODEL, INPUTS.copy(), (), 1),
        (MODEL, INPUTS[:2], (), 1),
        (object(), INPUTS, (), 1),
        (MODEL, INPUTS, (64,), 1),
    ],
    ids=("the same", "equal inputs", "fewer", "another model", "more said"),
)
def test_only_the_same_prediction_is_remembered(model, inputs, more, calls):
    half = Half()
    before = half.predict
    known = np.array([7.0])
    with remembered(half, MODEL, INPUTS, known):
        given = half.predict(model, inputs, *more)
    assert half.asked == calls
    assert np.array_equal(given, 2 * inputs if calls else known)
    assert half.predict == before


def test_what_evaluate_does_to_answers_does_not_reach_the_evidence():
    half, known = Half(), np.array([7.0])
    with remembered(half, MODEL, INPUTS, known):
        half.predict(MODEL, INPUTS)[:] = 0
    assert known == 7


def engine(told: list[int]) -> Engine:
    unused: Any = None
    return Engine(
        build=lambda *_: SimpleNamespace(),
        seed=lambda _: None,
        state_of=unused,
        peaks=unused,
        inventory=unused,
        predicted=unused,
        formulas=unused,
        dropout_off=unused,
        recorded=unused,
        synchronize=lambda: None,
        use_threads=told.append,
        mode=lambda _: "stand-in",
    )


@pytest.mark.parametrize("threads, half", ((1, 1), (2, 1), (3, 1), (8, 4)))
def test_a_side_has_half_of_the_cores_and_all_of_them_when_timed(threads, half):
    told: list[int] = []
    side = engine(told)
    side.share_cores(threads)
    assert told == [half]
    during = []
    side.living["predict"] = lambda *_: during.append(told[-1])
    side.time_block("predict", 1, 20)
    assert during == [threads]
    assert told == [half, threads, half]


def test_cores_are_shared_again_when_timed_work_fails():
    told: list[int] = []
    side = engine(told)
    side.share_cores(4)
    with pytest.raises(ZeroDivisionError), side.all_cores():
        _ = 1 / 0
    assert told == [2, 4, 2]


# === Training again =========================================================


@dataclass(frozen=True)
class Budget:
    batch_size: int = 4
    epochs: int = 1


class Loop:
    """A half with a loop of its own: it trains whatever it is given."""

    def __init__(self) -> None:
        self.trained: list[tuple[int, int]] = []

    def train(self, model: Any, arrays: Arrays, config: Budget) -> None:
        self.trained.append((len(arrays), config.epochs))


class Fit:
    """A half that compiles and calls `fit`, with samples or with features."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.trained: list[tuple[int, int]] = []
        self.compiled = 0
        self.shape = shape
        self.model = SimpleNamespace(fit=self.fit)

    def fit(self, inputs: np.ndarray, targets: np.ndarray, epochs: int) -> None:
        assert len(inputs) == len(targets)
        self.trained.append((len(inputs), epochs))

    def train(self, model: Any, arrays: Arrays, config: Budget) -> None:
        self.compiled += 1
        inputs = arrays.inputs.reshape(-1, *self.shape)
        model.fit(inputs, arrays.targets, epochs=config.epochs)


PAIRS = Arrays(np.zeros((50, 6)), np.zeros(50))


def test_a_loop_of_the_half_s_own_is_called_again():
    half = Loop()
    again, parts = again_of(half, object(), PAIRS, Budget())
    assert parts
    again(3, 20)
    assert half.trained == [(20, 3)]


def test_fit_is_called_again_without_compiling_anew():
    half = Fit(shape=(6,))
    again, parts = again_of(half, half.model, PAIRS, Budget())
    assert parts
    compiled = half.compiled
    again(1, 4)
    again(3, 20)
    assert half.trained == [(4, 1), (20, 3)]
    assert half.compiled == compiled


def test_a_fit_of_features_is_timed_with_what_computes_them():
    half = Fit(shape=(3, 2))
    again, parts = again_of(half, half.model, PAIRS, Budget())
    assert not parts
    half.trained.clear()
    compiled = half.compiled
    again(3, 50)
    assert half.trained == [(50, 3)]
    assert half.compiled == compiled + 1


def test_a_model_keeps_its_own_fit():
    half = Fit(shape=(6,))
    fit = half.model.fit
    again_of(half, half.model, PAIRS, Budget())
    assert half.model.fit == fit
