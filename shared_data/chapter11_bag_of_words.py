"""Chapter 11.3.2: what both halves agree on: reviews as bags, the budget.

Three ways to make a row of numbers of a review, for the same small network:

- unigrams: which of the 20,000 most frequent words it holds;
- bigrams: which of the 20,000 most frequent words and pairs of neighbours;
- TF-IDF: how often it holds each of these words and pairs, times
  ln(1 + N / (1 + n)), where n of the N training reviews hold it too. Term
  frequency times inverse document frequency: `the` is in nearly all reviews
  and counts for ln 2 each time, a word of ten reviews for ten times that.

Vocabulary, N and n are those of the *training* reviews.

Measured with PyTorch on 6,000 reviews, trained on 8,000 with the budget of
QUICK (mean of 3 seeds): unigrams 0.882, bigrams 0.888, TF-IDF 0.891. A
standard error is 0.004, so that their order is a hint and no proof.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared_data import Arrays, Data
from shared_data.baselines import commoner_verdict as baseline
from shared_data.sources.bags import (
    most_frequent,
    multi_hot,
    n_grams,
    occurrences,
    rarity,
)
from shared_data.sources.reviews import Reviews, load_reviews, split_words

__all__ = [
    "BOOK",
    "BOOK_FEEDS",
    "QUICK",
    "VARIANTS",
    "Config",
    "baseline",
    "load_data",
]

# The book feeds `fit` from a tf.data pipeline.
BOOK_FEEDS = "pipeline"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    longest: words of the longest pieces, 1 for words alone, 2 for pairs too.
    """

    seed: int = 0
    train_samples: int = 8_000
    test_samples: int = 6_000
    pieces: int = 20_000
    longest: int = 1
    weighting: Literal["multi_hot", "tf_idf"] = "multi_hot"
    dropout: float = 0.5
    batch_size: int = 32
    epochs: int = 10
    learning_rate: float = 2e-4


# A fifth of the book's learning rate: on 8,000 reviews the steps at 1e-3
# overfit by the tenth epoch, and move a run's accuracy by 0.6 points
# (standard deviation over 3 seeds; 0.3 at this rate).
QUICK = Config(epochs=4)
BOOK = Config(train_samples=20_000, test_samples=25_000, learning_rate=1e-3)
# As the chapter goes on. Fewer reviews, because TF-IDF takes four bytes each.
VARIANTS = {
    "bigrams": Config(train_samples=2_000, test_samples=1_000, longest=2),
    "tf_idf": Config(
        train_samples=2_000, test_samples=1_000, longest=2, weighting="tf_idf"
    ),
}


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return bags (N, pieces), verdicts (N, 1) float32; and `words`.

    Bags are uint8, or float32 when weighted: 20,000 numbers a review would
    fill gigabytes, so the halves cast each batch. `words` are the pieces.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_reviews(
        data, config.train_samples, config.test_samples, config.seed
    )
    return to_data(train, test, config)


def to_data(train: Reviews, test: Reviews, config: Config) -> Data:
    """Make bags of reviews, by what is known of the training reviews."""
    known, unknown = (
        [n_grams(split_words(text), config.longest) for text in reviews.texts]
        for reviews in (train, test)
    )
    pieces = most_frequent(known, config.pieces)
    if config.weighting == "multi_hot":
        bags = [multi_hot(b, pieces, config.pieces) for b in (known, unknown)]
    else:
        bags = [occurrences(b, pieces, config.pieces) for b in (known, unknown)]
        weights = rarity(bags[0])
        bags = [counts * weights for counts in bags]
    return Data(
        train=to_arrays(bags[0], train),
        test=to_arrays(bags[1], test),
        more={"words": np.array(pieces)},
    )


def to_arrays(bags: np.ndarray, reviews: Reviews) -> Arrays:
    """Let verdicts become a column of floats."""
    return Arrays(bags, reviews.labels[:, np.newaxis].astype(np.float32))
