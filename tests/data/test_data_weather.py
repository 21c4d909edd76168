"""Weather: impossible readings are gone, and no window sees the test hours."""

from dataclasses import replace

import numpy as np
import pytest

from shared_data import Arrays, chapter10_weather_lstm
from shared_data.sources.weather import (
    READINGS,
    Weather,
    bundled_weather,
    fill_gaps,
    wind_vector,
    without_leaps,
)
from shared_data.sources.weather_windows import Windows, to_data

QUICK = chapter10_weather_lstm.QUICK
FEW = replace(QUICK, window_hours=4, delay_hours=3)
HALF = Windows(window_hours=4, delay_hours=3, train_share=0.5, test_share=0.5)

# === Windows ================================================================


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
    data = to_data(weather, replace(FEW, train_share=0.5, test_share=0.25))
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
    weather = small_weather()
    before = to_data(weather, FEW)
    weather.values[:, 30:] *= 1000
    after = to_data(weather, FEW)
    np.testing.assert_array_equal(before.train.inputs, after.train.inputs)
    np.testing.assert_array_equal(before.train.targets, after.train.targets)
    assert not np.array_equal(before.test.inputs, after.test.inputs)


def test_windows_of_all_series_come_shuffled():
    everything = to_data(small_weather(), replace(FEW, train_samples=1000))
    # Series 1 is a hundred warmer: both must appear, and not in order.
    series = everything.train.inputs[:, 0, 0] > 0
    assert 0 < series.sum() < len(series)
    assert series.tolist() != sorted(series)


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="received windows of 50 h"):
        to_data(small_weather(), replace(QUICK, window_hours=50))
    with pytest.raises(ValueError, match="received train_share=0.9"):
        to_data(small_weather(), replace(QUICK, train_share=0.9))


def test_a_linear_model_beats_the_naive_forecast():
    weather = chapter10_weather_lstm.load_data(QUICK)
    naive = chapter10_weather_lstm.baseline(weather)
    assert naive == pytest.approx(3.404, abs=0.001)

    def last_hour(arrays: Arrays) -> np.ndarray:
        return np.c_[arrays.inputs[:, -1], np.ones(len(arrays))]

    weights, *_ = np.linalg.lstsq(
        last_hour(weather.train), weather.train.targets, rcond=None
    )
    forecast = last_hour(weather.test) @ weights
    assert np.abs(forecast - weather.test.targets).mean() < 0.9 * naive


# === The hours that are shown ===============================================


def series_of_hours(hours: int, *holes: int) -> Weather:
    """Two series in which every value is different; holes in the first."""
    values = np.random.default_rng(3).normal(size=(2, hours, len(READINGS)))
    values[0, list(holes), 2] = np.nan
    return Weather(values, ~np.isnan(values))


def test_a_fortnight_goes_from_hour_to_hour():
    more = to_data(series_of_hours(900), HALF).more
    assert more["windows"].shape == (336, 4, len(READINGS))
    np.testing.assert_array_equal(more["later"][:-3], more["now"][3:])
    np.testing.assert_array_equal(
        more["windows"][1:, :-1], more["windows"][:-1, 1:]
    )
    other = to_data(series_of_hours(900), replace(HALF, seed=1)).more
    np.testing.assert_array_equal(more["now"], other["now"])


@pytest.mark.parametrize(
    ("holes", "series", "length", "last"),
    [
        ((), 0, 44, 99),  # targets 56 to 99, the windows begin at 50
        ((60,), 0, 33, 99),  # the last window of 4 hours with it ends at 63
        ((90,), 0, 37, 92),  # the longer stretch is the one before
        ((75,), 0, 22, 77),
        ((50, 53, 56, 59), 0, 34, 99),
        (range(0, 100, 3), 1, 44, 99),  # the first series has none
    ],
)
def test_the_longest_stretch_stands_in_for_a_fortnight(
    holes, series, length, last
):
    weather = series_of_hours(100, *holes)
    later = to_data(weather, HALF).more["later"][:, 0]
    temperature = weather.values[series, :, 0].astype(np.float32)
    expected = temperature[last - length + 1 : last + 1]
    np.testing.assert_array_equal(later, expected)


# === Readings ===============================================================


def hours_since_start(time: str) -> int:
    start = np.datetime64("2013-01-01T06", "h")
    return int((np.datetime64(time, "h") - start).astype(int))


def test_the_airports_are_in_metric_units_and_without_impossible_readings():
    weather = bundled_weather()
    assert weather.values.shape == weather.read.shape == (3, 8730, 6)
    assert not np.isnan(weather.values).any()
    # EWR, 1 January, 06:00 UTC: 39.02 and 26.06 degF, wind from 270 degrees
    # at 10.357 miles an hour.
    np.testing.assert_allclose(
        weather.values[0, 0], [3.9, -3.3, 59.37, 4.63, 0, 1012], atol=0.005
    )
    low, high = weather.values.min((0, 1)), weather.values.max((0, 1))
    assert np.all(low >= [-12, -24, 12, -30, -30, 980])
    assert np.all(high <= [38, 26, 100, 30, 30, 1045])
    gale = hours_since_start("2013-02-12T08")  # 1048 miles an hour at EWR
    assert not weather.read[0, gale, 3:5].any()
    assert np.abs(weather.values[0, gale, 3:5]).max() < 15
    frost = hours_since_start("2013-05-09T02")  # -10.5 degC at JFK, in May
    assert not weather.read[1, frost, :2].any()
    assert 13 < weather.values[1, frost, 0] < 15


def test_short_gaps_are_filled_and_only_leaps_away_and_back_removed():
    nan = np.nan
    series = np.array([nan, 1, nan, nan, 4, nan, nan, nan, 8, nan])
    fill_gaps(series, limit=2)
    np.testing.assert_allclose(series, [nan, 1, 2, 3, 4, nan, nan, nan, 8, nan])
    readings = np.array([[1.0, 30, 2, 3, 30, 31, 9, 15, 9]])
    cleaned = without_leaps(readings, limit=10)
    np.testing.assert_array_equal(cleaned, [[1, nan, 2, 3, 30, 31, 9, 15, 9]])


def test_wind_points_to_where_it_goes():
    east, north = wind_vector(
        np.array([2.0, 2, 2, 2, 0, 1]),
        np.array([360.0, 90, 180, 270, np.nan, np.nan]),
    )
    np.testing.assert_allclose(east, [0, -2, 0, 2, 0, np.nan], atol=1e-12)
    np.testing.assert_allclose(north, [-2, 0, 2, 0, 0, np.nan], atol=1e-12)
