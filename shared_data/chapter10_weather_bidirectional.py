"""Chapter 10.4: what both halves agree on: windows of weather, the budget.

What is asked for, and what trains and tests, stands in
`sources/weather_windows.py`: all models of the chapter see the same windows.
"""

from dataclasses import dataclass

from shared_data.sources.weather import READINGS
from shared_data.sources.weather_windows import (
    EVERY_WINDOW,
    Windows,
    baseline,
    load_data,
)

__all__ = [
    "BOOK",
    "BOOK_FEEDS",
    "QUICK",
    "READINGS",
    "Config",
    "baseline",
    "load_data",
]

# The book feeds `fit` from a tf.data pipeline.
BOOK_FEEDS = "pipeline"


@dataclass(frozen=True)
class Config(Windows):
    """The budget of one run; `Windows` says which windows it is spent on."""

    batch_size: int = 256
    epochs: int = 10
    learning_rate: float = 1e-3


# A third of the book's epochs: two ways cost twice the time.
QUICK = Config(epochs=3)
BOOK = Config(
    **EVERY_WINDOW,
    learning_rate=1e-3,
)
