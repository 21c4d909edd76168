"""Chapter 4.1: what both halves agree on: reviews, words and the budget."""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.baselines import commoner_verdict as baseline
from shared_data.sources.reviews import (
    Reviews,
    load_reviews,
    most_frequent_words,
    multi_hot,
)

__all__ = ["BOOK", "QUICK", "Config", "baseline", "load_data"]


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds."""

    seed: int = 0
    train_samples: int = 15_000
    test_samples: int = 9_900
    words: int = 10_000
    batch_size: int = 512
    epochs: int = 4
    learning_rate: float = 1e-3


QUICK = Config()
BOOK = Config(train_samples=25_000, test_samples=25_000)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return multi-hot words (N, words) uint8, verdicts (N, 1) float32.

    The words are the most frequent of the *training* reviews: a word that
    only the test set knows must not take part. They are bytes, because
    25,000 reviews as float32 fill a gigabyte; the halves cast each batch.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_reviews(
        data, config.train_samples, config.test_samples, config.seed
    )
    words = most_frequent_words(train.texts, config.words)
    return Data(
        train=to_arrays(train, words, config),
        test=to_arrays(test, words, config),
        # The commonest alone: of the rest some stand in a single review.
        more={"words": np.array(words[:2_000])},
    )


def to_arrays(reviews: Reviews, words: list[str], config: Config) -> Arrays:
    """Mark the words of each review; verdicts become a column of floats."""
    return Arrays(
        inputs=multi_hot(reviews.texts, words, config.words),
        targets=reviews.labels[:, np.newaxis].astype(np.float32),
    )
