"""How arrays travel to the sides: one array, several, and what to show."""

import numpy as np
import pytest

from comparisons.sides.wire import read_more, write_more, write_split
from shared_data import Arrays, first


def pair_of_texts() -> Arrays:
    return Arrays(
        inputs={"source": np.arange(12).reshape(6, 2), "target": np.eye(6)},
        targets=np.arange(6.0),
    )


def test_several_inputs_travel_by_name(tmp_path):
    split = write_split(pair_of_texts(), tmp_path, "train")
    read = split.read("float64")
    assert list(read.inputs) == ["source", "target"]
    np.testing.assert_array_equal(read.inputs["target"], np.eye(6))
    assert read.inputs["source"].dtype == np.int64
    assert read.inputs["target"].dtype == np.float64
    assert len(read) == 6


def test_two_splits_of_one_folder_keep_apart(tmp_path):
    plain = Arrays(np.zeros((4, 2)), np.ones(4))
    write_split(pair_of_texts(), tmp_path, "train")
    split = write_split(plain, tmp_path, "test")
    np.testing.assert_array_equal(split.read().targets, np.ones(4))


def test_a_head_has_the_first_samples_of_every_array():
    head = pair_of_texts().head(2)
    assert len(head) == 2
    assert {len(array) for _, array in head.named()} == {2}
    np.testing.assert_array_equal(first(np.arange(5), 3), [0, 1, 2])
    assert len(first(np.arange(5), None)) == 5


def test_arrays_of_unequal_length_are_refused_by_name():
    with pytest.raises(ValueError, match="3 inputs.b and 2 targets"):
        Arrays({"b": np.zeros(3)}, np.zeros(2))


def test_what_is_shown_travels_beside_the_samples(tmp_path):
    write_more({"words": np.array(["a", "bc"]), "x": np.zeros(2)}, tmp_path)
    more = read_more(tmp_path, "float64")
    assert list(more["words"]) == ["a", "bc"]
    assert more["x"].dtype == np.float64
    assert read_more(tmp_path / "absent") == {}
