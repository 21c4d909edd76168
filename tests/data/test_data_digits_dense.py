"""Flat digits keep the order of their pixels."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import (
    Arrays,
    Data,
    chapter02_digits_dense,
    chapter08_digits_convnet,
)


@pytest.fixture(scope="module")
def digits() -> Data:
    return chapter02_digits_dense.load_data(chapter02_digits_dense.QUICK)


def test_flat_digits_are_the_convnets_images_row_after_row(digits):
    config = chapter02_digits_dense.QUICK
    images = chapter08_digits_convnet.load_data(
        replace(
            chapter08_digits_convnet.QUICK,
            train_samples=config.train_samples,
            test_samples=config.test_samples,
        )
    )
    for flat, upright in (
        (digits.train, images.train),
        (digits.test, images.test),
    ):
        assert flat.inputs.shape == (len(upright), 784)
        assert flat.inputs.dtype == np.float32
        rows = upright.inputs[..., 0]
        assert np.array_equal(flat.inputs[:, 28:56], rows[:, 1])
        assert np.array_equal(flat.inputs.reshape(-1, 28, 28), rows)
        assert np.array_equal(flat.targets, upright.targets)


def test_flat_digits_follow_the_seed(digits):
    config = chapter02_digits_dense.QUICK
    again = chapter02_digits_dense.load_data(config)
    other = chapter02_digits_dense.load_data(replace(config, seed=1))
    assert np.array_equal(digits.test.inputs, again.test.inputs)
    assert not np.array_equal(digits.test.inputs, other.test.inputs)


def test_the_baseline_names_the_commonest_training_digit():
    data = Data(
        train=Arrays(np.zeros((5, 1)), np.array([3, 3, 3, 7, 7])),
        test=Arrays(np.zeros((4, 1)), np.array([7, 7, 7, 3])),
    )
    assert chapter02_digits_dense.baseline(data) == 0.25


def test_an_unknown_data_set_is_refused():
    with pytest.raises(ValueError, match="received data='mnist'; expected"):
        chapter02_digits_dense.load_data(chapter02_digits_dense.QUICK, "mnist")
