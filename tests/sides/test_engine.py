"""What both sides do alike, with a half and a framework that are stand-ins."""

from typing import Any

import numpy as np
import pytest

from comparisons.sides.engine import Engine, remembered


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


class Cores(Engine):
    """A side that writes down its threads."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def use_threads(self, count: int) -> None:
        self.told.append(count)


Cores.__abstractmethods__ = frozenset()  # type: ignore[attr-defined]


def test_cores_are_shared_again_when_timed_work_fails():
    side = Cores()  # type: ignore[abstract]
    side.share_cores(4)
    with pytest.raises(ZeroDivisionError), side.all_cores():
        _ = 1 / 0
    assert side.told == [2, 4, 2]
