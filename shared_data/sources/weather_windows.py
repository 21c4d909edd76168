"""Windows cut out of hourly weather: what every model of chapter 10 sees.

Five days of hourly weather are given, and the temperature a day later is
asked for, as the *change* from the window's last hour. That is the honest
target: most of tomorrow's temperature is today's, and a model that has to
find the number itself spends its training on learning to copy. The naive
forecast, tomorrow is as now, becomes a change of zero, and the error of a
change in degC is the error of the temperature itself.

Train on the past, test on the future: January to September against October
to December. Alternating blocks of weeks were measured too. They let the
training look around both sides of every test week, and the naive error went
from 2.4 to 3.9 degC with the number of blocks alone.

Measured on all 5,332 test windows of the airports: naive MAE 3.41 degC;
ridge regression on the last hour 2.90, on the whole window 2.87 (trained on
the 9,000 windows that seed 0 draws).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from shared_data import Arrays, Data
from shared_data.sources.weather import READINGS, Weather, load_weather

TEMPERATURE = READINGS.index("temperature (degC)")

FORTNIGHT = 14 * 24  # hours of the picture that the exhibits draw


@dataclass(frozen=True)
class Windows:
    """Which windows to cut; counts are clipped to what the data holds.

    train_share: the part of the time that trains, from the first hour on.
    test_share: the part that tests, up to the last hour.
    """

    seed: int = 0
    train_samples: int = 9_000
    test_samples: int = 3_000
    window_hours: int = 120
    delay_hours: int = 24
    train_share: float = 0.75
    test_share: float = 0.25


# Every window of the first half and of the last quarter; the textbook's
# validation quarter lies between. On Jena they fill 0.9 GB.
EVERY_WINDOW: dict[str, Any] = {
    "train_samples": 1_000_000,
    "test_samples": 1_000_000,
    "train_share": 0.5,
    "test_share": 0.25,
}


def load_data(config: Windows, data: str = "bundled") -> Data:
    """Return windows (N, 120, READINGS) float32, changes (N, 1) float32.

    Windows are standardised with the training hours' mean and deviation;
    changes are in degC.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`, or no window fits.
        DataError: the data file is missing, altered or unreadable.
    """
    return to_data(load_weather(data), config)


def to_data(weather: Weather, config: Windows) -> Data:
    """Cut series of weather into shuffled windows to train and test on."""
    hours = weather.values.shape[1]
    train = range(0, round(hours * config.train_share))
    test = range(round(hours * (1 - config.test_share)), hours)
    if train.stop > test.start:
        raise ValueError(
            f"received train_share={config.train_share} and "
            f"test_share={config.test_share}; expected a sum of at most 1"
        )
    known = weather.values[:, train].reshape(-1, len(READINGS))
    mean, deviation = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    inputs = ((weather.values - mean) / deviation).astype(np.float32)
    generator = np.random.default_rng(config.seed)
    train_series, train_starts = draw_windows(
        weather, train, config.train_samples, config, generator
    )
    test_series, test_starts = draw_windows(
        weather, test, config.test_samples, config, generator
    )
    return Data(
        train=cut(weather, inputs, train_series, train_starts, config),
        test=cut(weather, inputs, test_series, test_starts, config),
        more=fortnight(weather, inputs, test, config),
    )


def draw_windows(
    weather: Weather,
    hours: range,
    samples: int,
    config: Windows,
    generator: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw windows that lie, with their target, within `hours`, shuffled.

    Returns:
        The series (N,) and the first hour (N,) of each window, int64.

    Raises:
        ValueError: no window fits.
    """
    starts = possible_starts(hours, config)
    last = starts + config.window_hours - 1
    target = last + config.delay_hours
    # A filled gap leans on the reading after it. Where the last hour was
    # really read, that reading stands in the window: no future leaks in. The
    # target is never filled in either.
    fits = without_holes(weather, starts, config)
    fits &= weather.read[:, last].all(axis=-1)
    fits &= weather.read[:, target, TEMPERATURE]
    series, chosen = np.nonzero(fits)
    if len(series) == 0:
        raise ValueError(
            f"received windows of {config.window_hours} h and a delay of "
            f"{config.delay_hours} h; expected at least one of them without "
            f"holes within {len(hours)} h: shorten the window"
        )
    order = generator.permutation(len(series))[:samples]
    return series[order], starts[chosen[order]]


def possible_starts(hours: range, config: Windows) -> np.ndarray:
    """Return the first hours of windows whose targets lie within `hours`."""
    reach = config.window_hours + config.delay_hours
    return np.arange(hours.start, hours.stop - reach + 1)


def without_holes(
    weather: Weather, starts: np.ndarray, config: Windows
) -> np.ndarray:
    """Tell which windows (series, starts) hold a value in every place."""
    # missing[h] counts the hours before h that have a hole.
    holes = np.isnan(weather.values).any(axis=-1)
    missing = np.pad(np.cumsum(holes, axis=1), ((0, 0), (1, 0)))
    return missing[:, starts + config.window_hours] == missing[:, starts]


def cut(
    weather: Weather,
    inputs: np.ndarray,
    series: np.ndarray,
    starts: np.ndarray,
    config: Windows,
) -> Arrays:
    """Copy windows out of `inputs` (series, hours, READINGS), and changes."""
    windows = sliding_window_view(inputs, config.window_hours, axis=1)
    windows = np.moveaxis(windows, -1, 2)  # (series, starts, hours, features)
    last = starts + config.window_hours - 1
    temperature = weather.values[..., TEMPERATURE]
    change = (
        temperature[series, last + config.delay_hours]
        - temperature[series, last]
    )
    return Arrays(
        inputs=windows[series, starts],
        targets=change[:, np.newaxis].astype(np.float32),
    )


def fortnight(
    weather: Weather, inputs: np.ndarray, hours: range, config: Windows
) -> dict[str, np.ndarray]:
    """Return windows that end hour after hour, for a picture of forecasts.

    The last 14 days within `hours` in which a series has no hole, or fewer
    where there are not so many.

    Returns:
        "windows" as in `cut`; "now" and "later", the temperature in degC at
        the end of each window and at its target, both (hours, 1) float32.
    """
    starts = possible_starts(hours, config)
    later = starts + config.window_hours - 1 + config.delay_hours
    temperature = weather.values[..., TEMPERATURE]
    whole = without_holes(weather, starts, config)
    whole &= ~np.isnan(temperature[:, later])
    series = int(whole.any(axis=1).argmax())
    stretch, longest = np.arange(0), 0
    for stop in range(1, len(starts) + 1):
        longest = (longest + 1) * whole[series, stop - 1]
        if longest >= min(len(stretch), FORTNIGHT):
            stretch = starts[max(stop - longest, stop - FORTNIGHT) : stop]
    place = np.full(len(stretch), series)
    windows = cut(weather, inputs, place, stretch, config)
    last = stretch + config.window_hours - 1

    def degrees(hours: np.ndarray) -> np.ndarray:
        return temperature[series, hours, np.newaxis].astype(np.float32)

    return {
        "windows": windows.inputs,
        "now": degrees(last),
        "later": degrees(last + config.delay_hours),
    }


def baseline(data: Data) -> float:
    """Return the MAE in degC of expecting no change, on the test windows."""
    return float(np.abs(data.test.targets).mean())
