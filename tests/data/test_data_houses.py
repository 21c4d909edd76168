"""Houses: the right columns, the book's split, statistics that do not leak."""

import importlib.metadata
from dataclasses import replace

import numpy as np
import pytest

from shared_data import Arrays, Data, DataError, chapter04_house_prices
from shared_data.files import hash_file
from shared_data.sources import houses
from shared_data.sources.houses import COLUMNS, FEATURES, bundled_houses

QUICK = chapter04_house_prices.QUICK


@pytest.fixture(scope="module")
def data() -> Data:
    return chapter04_house_prices.load_data(QUICK)


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


# === The source =============================================================


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
    # What the names say: rooms, shares in per cent, prices up to 50 k$.
    rooms = found.features[:, FEATURES.index("rooms")]
    assert 3 < rooms.min() and rooms.max() < 9
    assert set(found.features[:, FEATURES.index("by the river")]) == {0, 1}
    assert found.prices.max() == 50


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


# === The task ===============================================================


def test_features_are_standardised_by_the_training_set(data):
    assert data.train.inputs.shape == (404, 12)
    assert data.test.inputs.shape == (102, 12)
    for arrays in (data.train, data.test):
        assert arrays.inputs.dtype == arrays.targets.dtype == np.float32
        assert arrays.targets.shape == (len(arrays), 1)
    np.testing.assert_allclose(data.train.inputs.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train.inputs.std(axis=0), 1, rtol=1e-5)
    means = np.abs(data.test.inputs.mean(axis=0))
    assert 0.01 < means.max() < 0.5


def test_test_houses_do_not_move_the_statistics():
    train = Arrays(np.array([[0.0], [2.0]]), np.zeros((2, 1)))
    test = Arrays(np.array([[5.0]]), np.zeros((1, 1)))
    done = chapter04_house_prices.standardised(train, test)
    assert done.train.inputs.ravel().tolist() == [-1, 1]
    assert done.test.inputs.ravel().tolist() == [4]


def test_every_training_house_is_held_out_once(data):
    folds = chapter04_house_prices.cut_folds(data.train, QUICK)
    assert [len(fold.test) for fold in folds] == [101] * 4
    assert [len(fold.train) for fold in folds] == [303] * 4
    held_out = np.concatenate([fold.test.targets for fold in folds])
    assert np.array_equal(held_out, data.train.targets)
    for number, fold in enumerate(folds):
        rest = np.delete(
            data.train.targets, slice(101 * number, 101 * (number + 1))
        )
        assert np.array_equal(fold.train.targets.ravel(), rest)
        # The fold that is held out does not move the statistics either.
        mean = fold.train.inputs.mean(axis=0)
        np.testing.assert_allclose(mean, 0, atol=1e-6)
        np.testing.assert_allclose(fold.train.inputs.std(axis=0), 1, rtol=1e-5)


def test_folds_need_not_be_even(data):
    few = Arrays(data.train.inputs[:10], data.train.targets[:10])
    folds = chapter04_house_prices.cut_folds(few, replace(QUICK, folds=3))
    assert [len(fold.test) for fold in folds] == [4, 3, 3]
    # None of the ten lies by the river: a column without a deviation.
    assert all(np.isfinite(fold.test.inputs).all() for fold in folds)


def test_houses_follow_the_seed(data):
    again = chapter04_house_prices.load_data(QUICK)
    other = chapter04_house_prices.load_data(replace(QUICK, seed=1))
    assert np.array_equal(data.train.inputs, again.train.inputs)
    assert not np.array_equal(data.train.targets, other.train.targets)


def test_the_baseline_names_the_median_training_price():
    data = Data(
        train=Arrays(np.zeros((3, 1)), np.array([[10.0], [20.0], [90.0]])),
        test=Arrays(np.zeros((2, 1)), np.array([[21.0], [17.0]])),
    )
    assert chapter04_house_prices.baseline(data) == 2.0


def test_an_unknown_data_set_is_refused():
    with pytest.raises(ValueError, match="received data='ames'; expected"):
        chapter04_house_prices.load_data(QUICK, "ames")
