"""The windows that all models of chapter 10 share, and their picture."""

from dataclasses import fields, replace

import numpy as np
import pytest

from shared_data import (
    chapter10_weather_bidirectional,
    chapter10_weather_conv1d,
    chapter10_weather_dense,
    chapter10_weather_gru,
    chapter10_weather_lstm,
)
from shared_data.sources import weather_windows
from shared_data.sources.weather import READINGS, Weather
from shared_data.sources.weather_windows import Windows, to_data

MODULES = (
    chapter10_weather_dense,
    chapter10_weather_conv1d,
    chapter10_weather_lstm,
    chapter10_weather_gru,
    chapter10_weather_bidirectional,
)
FEW = Windows(window_hours=4, delay_hours=3, train_share=0.5, test_share=0.5)


def series_of_hours(hours: int, *holes: int) -> Weather:
    """Two series in which every value is different; holes in the first."""
    values = np.random.default_rng(3).normal(size=(2, hours, len(READINGS)))
    values[0, list(holes), 2] = np.nan
    return Weather(values, ~np.isnan(values))


def test_all_models_are_tested_on_the_same_windows():
    for module in MODULES:
        for field in fields(Windows):
            if field.name != "train_samples":
                value = getattr(module.QUICK, field.name)
                assert value == getattr(Windows(), field.name)
            same = getattr(module.BOOK, field.name)
            assert same == getattr(chapter10_weather_lstm.BOOK, field.name)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_loads_windows(module, monkeypatch):
    monkeypatch.setattr(weather_windows, "load_weather", lambda data: [data])
    monkeypatch.setattr(weather_windows, "to_data", lambda *given: given)
    assert module.load_data(FEW, "book") == (["book"], FEW)


def test_a_fortnight_goes_from_hour_to_hour():
    weather = series_of_hours(900)
    more = to_data(weather, FEW).more
    assert more["windows"].shape == (336, 4, len(READINGS))
    assert more["now"].shape == more["later"].shape == (336, 1)
    assert all(array.dtype == np.float32 for array in more.values())
    np.testing.assert_array_equal(more["later"][:-3], more["now"][3:])
    np.testing.assert_array_equal(
        more["windows"][1:, :-1], more["windows"][:-1, 1:]
    )
    # The last hour of all is the last target.
    temperature = weather.values[0, :, 0].astype(np.float32)
    np.testing.assert_array_equal(more["later"][:, 0], temperature[-336:])


@pytest.mark.parametrize(
    ("holes", "length", "last"),
    [
        ((), 44, 99),  # targets 56 to 99, the windows begin at 50
        ((60,), 33, 99),  # the last window of 4 hours with it ends at 63
        ((90,), 37, 92),  # the longer stretch is the one before
        ((75,), 22, 77),
        ((50, 53, 56, 59), 34, 99),
    ],
)
def test_the_longest_stretch_stands_in_for_a_fortnight(holes, length, last):
    weather = series_of_hours(100, *holes)
    more = to_data(weather, FEW).more
    assert len(more["now"]) == length
    temperature = weather.values[0, :, 0].astype(np.float32)
    np.testing.assert_array_equal(
        more["later"][:, 0], temperature[last - length + 1 : last + 1]
    )
    assert np.isfinite(more["windows"]).all()


def test_another_series_stands_in_for_one_full_of_holes():
    weather = series_of_hours(100, *range(0, 100, 3))
    more = to_data(weather, FEW).more
    temperature = weather.values[1, :, 0].astype(np.float32)
    np.testing.assert_array_equal(more["later"][:, 0], temperature[-44:])


def test_the_picture_does_not_follow_the_seed():
    weather = series_of_hours(200)
    one, other = (to_data(weather, replace(FEW, seed=s)).more for s in (0, 1))
    assert one.keys() == other.keys() == {"windows", "now", "later"}
    for name, array in one.items():
        np.testing.assert_array_equal(array, other[name])


def test_the_baseline_expects_no_change():
    data = to_data(series_of_hours(60), FEW)
    expected = np.abs(data.test.targets).mean()
    assert weather_windows.baseline(data) == pytest.approx(expected)
