"""Every entry of the atlas: the gap is there, and the fix closes it."""

import math

import numpy as np
import pytest

from comparisons import differences as atlas
from comparisons.measure.differences import Apart, Measured, apart, measured
from comparisons.sides.process import Settings, both_sides
from comparisons.sides.wire import Answer

# === Distances ==============================================================


def answer(**arrays) -> Answer:
    return Answer({name: np.asarray(a) for name, a in arrays.items()})


def test_a_distance_is_the_largest_of_all_arrays():
    one = answer(a=[1.0, 2.0], b=[3.0])
    other = answer(a=[1.0, 2.5], b=[3.1])
    assert apart(one, other) == Apart(0.5)
    assert apart(one, one) == Apart(0.0)


@pytest.mark.parametrize(
    "one, other, told",
    [
        (answer(a=[1.0]), answer(a=[[1.0]]), r"a (1,), (1, 1)"),
        (answer(a=[1.0]), answer(b=[1.0]), "{'a'}, {'b'}"),
        (answer(a=[1.0]), answer(a=[np.nan]), "a is nan on one side"),
        (answer(a=[1.0]), Answer(error="ValueError: no"), "ValueError: no"),
    ],
)
def test_what_has_no_number_is_infinitely_far(one, other, told):
    for found in (apart(one, other), apart(other, one)):
        assert found.distance == math.inf
    assert apart(one, other).told == told


def test_what_is_not_finite_on_both_sides_is_equal():
    values = [np.nan, np.inf, 1.0]
    assert apart(answer(a=values), answer(a=values)).distance == 0
    assert apart(answer(a=[np.inf]), answer(a=[-np.inf])).distance == math.inf


def test_an_entry_that_is_no_longer_so_is_named():
    entry = atlas.difference("rmsprop_epsilon")
    way = "torch_as_keras", "float64"
    wrong = Measured(entry, Apart(0.0), {way: Apart(1.0)})
    first, second = wrong.faults
    assert "the defaults differ by 0.0e+00; expected at least 1e-03" in first
    assert "torch_as_keras in float64 leaves 1.0e+00; expected" in second
    right = Measured(entry, Apart(1.0), {way: Apart(0.0)})
    assert right.faults == []
    # What is not a number holds nothing.
    none = Measured(entry, Apart(math.nan), {way: Apart(math.nan)})
    assert len(none.faults) == 2


# === The entries ============================================================


@pytest.fixture(scope="module")
def sides():
    with both_sides(Settings(device="cpu", threads=1)) as both:
        yield both


@pytest.mark.parity
@pytest.mark.parametrize("name", atlas.names())
def test_the_gap_is_there_and_the_fix_closes_it(name, sides):
    assert measured(atlas.difference(name), *sides).faults == []
