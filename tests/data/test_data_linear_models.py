"""Points of two clouds, and the tables of the linear models."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import chapter03_linear_models as task


def test_each_cloud_has_its_half_mean_and_covariance():
    config = replace(task.QUICK, train_samples=40_000)
    train = task.load_data(config).train
    assert train.inputs.dtype == train.targets.dtype == np.float32
    assert train.targets.shape == (40_000, 1)
    for label, mean in zip((-1, 1), task.MEANS, strict=True):
        cloud = train.inputs[train.targets[:, 0] == label]
        assert len(cloud) == 20_000
        assert np.allclose(cloud.mean(axis=0), mean, atol=0.03)
        assert np.allclose(np.cov(cloud.T), task.COVARIANCE, atol=0.03)


def test_points_follow_the_seed_and_test_points_are_others():
    one, again = task.load_data(task.QUICK), task.load_data(task.QUICK)
    other = task.load_data(replace(task.QUICK, seed=1))
    assert np.array_equal(one.train.inputs, again.train.inputs)
    assert not np.array_equal(one.train.inputs, other.train.inputs)
    assert not np.isin(one.test.inputs, one.train.inputs).any()


def test_the_textbooks_points_are_drawn_as_well():
    one, book = task.load_data(task.QUICK), task.load_data(task.BOOK, "book")
    assert np.array_equal(one.train.inputs, book.train.inputs)


def test_houses_are_measured_by_the_training_tracts():
    data = task.load_data(task.VARIANTS["houses"])
    assert data.train.inputs.shape == (400, task.SIZES["houses"][0])
    for array in (data.train.inputs, data.train.targets):
        assert np.allclose(array.mean(axis=0), 0, atol=1e-5)
        assert np.allclose(array.std(axis=0), 1, atol=1e-5)
    assert abs(data.test.inputs.mean()) > 1e-4  # not by its own


def test_the_baseline_counts_sides_and_labels():
    assert task.baseline(task.load_data(task.QUICK)) == 0.5
    for name, least, most in (("houses", 0.5, 0.7), ("softmax", 0.05, 0.12)):
        data = task.load_data(task.VARIANTS[name])
        assert least < task.baseline(data) < most


def test_unknown_tables_and_data_sets_are_refused():
    with pytest.raises(ValueError, match="received table='flats'; expected"):
        task.load_data(replace(task.QUICK, table="flats"))
    with pytest.raises(ValueError, match="received data='boook'; expected"):
        task.load_data(task.QUICK, "boook")
