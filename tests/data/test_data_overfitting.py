"""Tables with noise, with nothing, and with labels that mean nothing."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import chapter05_overfitting as task

SMALL = replace(task.DIGITS, train_samples=400, test_samples=100)


def load(table: str):
    return task.load_data(replace(SMALL, table=table))


def test_added_columns_leave_the_pixels_as_they_are():
    plain, noise = load("digits"), load("digits with noise")
    zeros = load("digits with zeros")
    for part in ("train", "test"):
        pixels = getattr(plain, part).inputs
        assert pixels.shape[1] == task.PIXELS
        noisy, empty = (getattr(d, part).inputs for d in (noise, zeros))
        assert noisy.dtype == empty.dtype == np.float32
        assert noisy.shape == empty.shape == (len(pixels), 2 * task.PIXELS)
        assert np.array_equal(noisy[:, : task.PIXELS], pixels)
        assert np.array_equal(empty[:, : task.PIXELS], pixels)
        assert not empty[:, task.PIXELS :].any()
        added = noisy[:, task.PIXELS :]
        assert added.min() >= 0 and added.max() < 1
        assert abs(added.mean() - 0.5) < 0.01
    assert not np.array_equal(
        noise.train.inputs[:100, task.PIXELS :],
        noise.test.inputs[:, task.PIXELS :],
    )


def test_random_labels_keep_the_shares_of_the_classes_alone():
    plain, random = load("digits"), load("digits with random labels")
    assert np.array_equal(plain.train.inputs, random.train.inputs)
    a, b = plain.train.targets, random.train.targets
    assert np.array_equal(np.bincount(a), np.bincount(b))
    assert np.mean(a == b) < 0.2


def test_every_config_says_how_wide_its_table_is():
    assert task.QUICK.features == task.QUICK.words and task.QUICK.outputs == 1
    for name in ("noise", "zeros", "random_labels"):
        config = replace(task.VARIANTS[name], train_samples=20, test_samples=10)
        data = task.load_data(config)
        assert data.train.inputs.shape == (20, config.features)
        assert config.outputs == 10 and data.train.targets.dtype == np.int64


def test_experiments_on_reviews_cut_the_table_at_hand():
    config = replace(task.QUICK, train_samples=300, test_samples=200, words=500)
    data = task.load_data(config)
    few = replace(config, train_samples=100, test_samples=50, words=80)
    cut = task.load_experiment(few, config, data)
    assert np.array_equal(cut.train.inputs, data.train.inputs[:100, :80])
    assert np.array_equal(cut.test.targets, data.test.targets[:50])


def test_the_penalty_passes_unharmed_through_float32():
    assert float(np.float32(task.L2)) == task.L2
    assert abs(task.L2 - 0.002) < 5e-5


def test_unknown_tables_and_data_sets_are_refused():
    with pytest.raises(ValueError, match="received table='films'; expected"):
        task.load_data(replace(task.QUICK, table="films"))
    with pytest.raises(ValueError, match="received data='boook'; expected"):
        task.load_data(task.QUICK, "boook")
