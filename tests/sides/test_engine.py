"""What both sides do alike, with a half and a framework that are stand-ins."""

from types import SimpleNamespace
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
        use_precision=unused,
        mode=lambda _: "stand-in",
    )


def test_cores_are_shared_again_when_timed_work_fails():
    told: list[int] = []
    side = engine(told)
    side.share_cores(4)
    with pytest.raises(ZeroDivisionError), side.all_cores():
        _ = 1 / 0
    assert told == [2, 4, 2]
