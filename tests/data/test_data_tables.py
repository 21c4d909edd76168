"""Houses, points and noise: right columns, statistics that do not leak."""

import importlib.metadata
from dataclasses import replace

import numpy as np
import pytest

from shared_data import (
    Arrays,
    DataError,
    chapter03_linear_models,
    chapter04_house_prices,
    chapter05_overfitting,
    chapter07_training_loops,
)
from shared_data.files import hash_file
from shared_data.sources import houses, split_rows
from shared_data.sources.houses import COLUMNS, FEATURES, bundled_houses

QUICK = chapter04_house_prices.QUICK


def test_a_pool_is_split_without_overlap_and_shrinks_both_parts_alike():
    train, test = split_rows(100, 60, 30, seed=1)
    assert (len(train), len(test)) == (60, 30)
    assert len({*train, *test}) == 90
    assert train.tolist() != sorted(train)
    train, test = split_rows(70, 60_000, 10_000, seed=1)
    assert (len(train), len(test)) == (60, 10)
    assert sorted([*train, *test]) == list(range(70))


@pytest.mark.parametrize(("samples", "held"), [(10, 2), (128, 26), (3, 1)])
def test_the_last_fifth_is_held_out(samples, held):
    arrays = Arrays(np.arange(samples)[:, np.newaxis], np.arange(samples))
    task = chapter07_training_loops
    learnt, held_out = task.hold_out(arrays, task.QUICK)
    assert len(held_out) == held
    both = np.concatenate([learnt.targets, held_out.targets])
    assert np.array_equal(both, arrays.targets)


# === Houses =================================================================


@pytest.fixture
def book(tmp_path, monkeypatch) -> np.ndarray:
    """Put a small file like the textbook's into the cache; return its table.

    Each number says the row and the column that it stands in.
    """
    table = np.arange(10)[:, np.newaxis] * 100.0 + np.arange(13)
    file = tmp_path / "boston_housing.npz"
    np.savez(file, x=table, y=np.arange(10.0))
    monkeypatch.setenv("SHARED_DATA_CACHE", str(tmp_path))
    monkeypatch.setattr(houses, "BOOK_SHA256", hash_file(file))
    return table


def test_the_column_b_is_left_out_and_no_other():
    path = importlib.metadata.distribution("mlxtend").locate_file(
        "mlxtend/data/data/boston_housing.csv"
    )
    table = np.loadtxt(str(path), delimiter=",")
    found = bundled_houses()
    assert len(found) == 506
    assert COLUMNS.index("B") == 11 and "B" not in FEATURES
    assert np.array_equal(found.features, np.delete(table, [11, 13], axis=1))
    assert np.array_equal(found.prices, table[:, 13])
    # What the names say: rooms, and whether a river is near.
    rooms = found.features[:, FEATURES.index("rooms")]
    assert 3 < rooms.min() and rooms.max() < 9
    assert set(found.features[:, FEATURES.index("by the river")]) == {0, 1}


def test_the_book_keeps_the_split_of_keras(book):
    train, test = houses.load_houses("book", 404, 102, seed=5)
    order = np.arange(10)
    np.random.RandomState(113).shuffle(order)
    assert train.prices.tolist() == order[:8].tolist()
    assert test.prices.tolist() == order[8:].tolist()
    expected = np.delete(book[order[:8]], 11, axis=1)
    assert np.array_equal(train.features, expected)
    fewer, _ = houses.load_houses("book", 3, 102, seed=5)
    assert np.array_equal(fewer.prices, train.prices[:3])


def test_an_altered_book_file_is_refused(book, monkeypatch):
    monkeypatch.setattr(houses, "BOOK_SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"^received .*; expected 0000.*$"):
        houses.book_houses()


def test_a_table_with_other_columns_is_refused():
    with pytest.raises(DataError, match=r"of shape \(4, 12\); expected 13"):
        houses.without_b(np.zeros((4, 12)), np.zeros(4))


def test_test_houses_do_not_move_the_statistics():
    train = Arrays(np.array([[0.0], [2.0]]), np.zeros((2, 1)))
    test = Arrays(np.array([[5.0]]), np.zeros((1, 1)))
    done = chapter04_house_prices.standardised(train, test)
    assert done.train.inputs.ravel().tolist() == [-1, 1]
    assert done.test.inputs.ravel().tolist() == [4]


def test_every_training_house_is_held_out_once():
    data = chapter04_house_prices.load_data(QUICK)
    folds = chapter04_house_prices.cut_folds(data.train, QUICK)
    assert [len(fold.test) for fold in folds] == [101] * 4
    held_out = np.concatenate([fold.test.targets for fold in folds])
    assert np.array_equal(held_out, data.train.targets)
    for number, fold in enumerate(folds):
        held = slice(101 * number, 101 * (number + 1))
        rest = np.delete(data.train.targets, held)
        assert np.array_equal(fold.train.targets.ravel(), rest)
        # The fold that is held out does not move the statistics either.
        mean = fold.train.inputs.mean(axis=0)
        np.testing.assert_allclose(mean, 0, atol=1e-6)
        np.testing.assert_allclose(fold.train.inputs.std(axis=0), 1, rtol=1e-5)
    few = Arrays(data.train.inputs[:10], data.train.targets[:10])
    folds = chapter04_house_prices.cut_folds(few, replace(QUICK, folds=3))
    assert [len(fold.test) for fold in folds] == [4, 3, 3]
    # None of the ten lies by the river: a column without a deviation.
    assert all(np.isfinite(fold.test.inputs).all() for fold in folds)


# === Points =================================================================


def test_each_cloud_has_its_half_mean_and_covariance():
    task = chapter03_linear_models
    train = task.load_data(replace(task.QUICK, train_samples=40_000)).train
    for label, mean in zip((-1, 1), task.MEANS, strict=True):
        cloud = train.inputs[train.targets[:, 0] == label]
        assert len(cloud) == 20_000
        assert np.allclose(cloud.mean(axis=0), mean, atol=0.03)
        assert np.allclose(np.cov(cloud.T), task.COVARIANCE, atol=0.03)


# === Noise ==================================================================


def test_added_columns_and_random_labels_leave_the_pixels_as_they_are():
    task = chapter05_overfitting
    plain, noise, zeros, labels = (
        task.load_data(
            replace(
                task.DIGITS, train_samples=400, test_samples=100, table=table
            )
        )
        for table in (
            "digits",
            "digits with noise",
            "digits with zeros",
            "digits with random labels",
        )
    )
    for part in ("train", "test"):
        pixels, noisy, empty, same = (
            getattr(data, part).inputs for data in (plain, noise, zeros, labels)
        )
        assert noisy.shape == empty.shape == (len(pixels), 2 * task.PIXELS)
        for inputs in (noisy, empty, same):
            assert np.array_equal(inputs[:, : task.PIXELS], pixels)
        assert not empty[:, task.PIXELS :].any()
        added = noisy[:, task.PIXELS :]
        assert 0 <= added.min() and added.max() < 1
        assert abs(added.mean() - 0.5) < 0.01
    right, drawn = plain.train.targets, labels.train.targets
    assert np.array_equal(np.bincount(right), np.bincount(drawn))
    assert np.mean(right == drawn) < 0.2


def test_experiments_on_reviews_cut_the_table_at_hand():
    task = chapter05_overfitting
    config = replace(task.QUICK, train_samples=300, test_samples=200, words=500)
    data = task.load_data(config)
    few = replace(config, train_samples=100, test_samples=50, words=80)
    cut = task.load_experiment(few, config, data)
    assert np.array_equal(cut.train.inputs, data.train.inputs[:100, :80])
    assert np.array_equal(cut.test.targets, data.test.targets[:50])


@pytest.mark.parametrize(
    "task", (chapter03_linear_models, chapter05_overfitting)
)
def test_an_unknown_table_is_refused(task):
    with pytest.raises(ValueError, match="received table='films'; expected"):
        task.load_data(replace(task.QUICK, table="films"))
