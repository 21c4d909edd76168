"""Chapter 8.3.2: what both halves agree on: solar cells and the budget."""

from dataclasses import dataclass
from typing import ClassVar

from shared_data.chapter08_feature_extraction import baseline, scores
from shared_data.sources.labelled_pictures import load_data

__all__ = [
    "BOOK",
    "BOOK_FEEDS",
    "QUICK",
    "Config",
    "baseline",
    "load_data",
    "scores",
]

# The book reads its pictures from folders, one for each class.
BOOK_FEEDS = "folders"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    pixels: height and width of a picture, a multiple of 32.
    tuned: the parts of the backbone that learn; all others stay as they are.
    """

    seed: int = 0
    train_samples: int = 640
    test_samples: int = 600
    # Grey three times over: the backbone knows colours.
    channels: ClassVar[int] = 3
    pixels: int = 64
    tuned: tuple[str, ...] = ("block13", "block14", "block15", "head_conv")
    batch_size: int = 16
    epochs: int = 4
    learning_rate: float = 1e-4
    dropout: float = 0.5


# The book first trains the new layers alone, then tunes both for 30 epochs at
# 1e-5. Four epochs at ten times that, in smaller batches, do both at once.
QUICK = Config()
BOOK = Config(
    train_samples=2_000,
    test_samples=2_000,
    pixels=192,
    batch_size=32,
    epochs=30,
    learning_rate=1e-5,
)
