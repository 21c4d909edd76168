"""Chapter 3.5: what both halves agree on: points, tables and the budget.

The textbook's own data are two clouds of points, drawn anew from two normal
distributions. They are labelled -1 and 1 here, not 0 and 1: then the border
lies where a model's answer is 0, for least squares and for logistic
regression alike. Two real tables show the same lines of code at work on more
than two columns: least squares on what the houses of a district cost, and
softmax regression on the 784 pixels of a digit.
"""

from dataclasses import dataclass, replace

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources import check_data
from shared_data.sources.digits import Digits, load_digits
from shared_data.sources.houses import FEATURES, Houses, load_houses

# Two clouds, long from the lower left to the upper right.
MEANS = (0.0, 3.0), (3.0, 0.0)
COVARIANCE = (1.0, 0.5), (0.5, 1.0)

# How many numbers go into a model, and how many come out.
SIZES = {"points": (2, 1), "houses": (len(FEATURES), 1), "digits": (784, 10)}


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    model: "linear" (least squares), "logistic" or "softmax".
    table: "points", "houses" or "digits".
    """

    seed: int = 0
    model: str = "linear"
    table: str = "points"
    train_samples: int = 2_000
    test_samples: int = 1_000
    batch_size: int = 2_000  # all at once, as in the book
    epochs: int = 40  # one step each
    learning_rate: float = 0.1


QUICK = Config()
BOOK = Config()  # the book's clouds have 1,000 points each, too
VARIANTS = {
    "logistic": replace(QUICK, model="logistic"),
    "houses": replace(
        QUICK,
        table="houses",
        train_samples=400,
        test_samples=106,
        batch_size=400,
    ),
    "softmax": replace(
        QUICK,
        model="softmax",
        table="digits",
        train_samples=4_000,
        batch_size=4_000,
    ),
}


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return the table's numbers (N, features) float32, and its targets.

    Targets are -1 or 1 for the points, prices for the houses, (N, 1) float32
    both, and labels (N,) int64 for the digits. The points are the same
    whatever `data` says: the textbook draws them, too.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`, or there is no
            such table.
        DataError: a data file is missing, altered or unreadable.
    """
    check_data(data)
    if config.table not in SIZES:
        raise ValueError(
            f"received table={config.table!r}; expected one of {list(SIZES)}"
        )
    sizes = config.train_samples, config.test_samples
    if config.table == "points":
        generator = np.random.default_rng(config.seed)
        return Data(
            train=draw_points(config.train_samples, generator),
            test=draw_points(config.test_samples, generator),
        )
    if config.table == "houses":
        return standardise(*load_houses(data, *sizes, config.seed))
    train, test = load_digits(data, *sizes, config.seed)
    return Data(train=to_pixels(train), test=to_pixels(test))


def draw_points(samples: int, generator: np.random.Generator) -> Arrays:
    """Draw points from both clouds in turn, so that each has its half."""
    points = generator.multivariate_normal(
        (0.0, 0.0), COVARIANCE, samples, method="cholesky"
    )
    cloud = np.arange(samples) % 2
    return Arrays(
        inputs=(points + np.array(MEANS)[cloud]).astype(np.float32),
        targets=(2 * cloud[:, np.newaxis] - 1).astype(np.float32),
    )


def standardise(train: Houses, test: Houses) -> Data:
    """Measure all in training deviations from the training mean.

    A price above 0 is then one above the average.
    """
    return Data(train=scaled(train, train), test=scaled(test, train))


def scaled(houses: Houses, known: Houses) -> Arrays:
    """Measure houses in the deviations of known ones from their mean."""

    def scale(values: np.ndarray, like: np.ndarray) -> np.ndarray:
        return ((values - like.mean(axis=0)) / like.std(axis=0)).astype("f4")

    return Arrays(
        inputs=scale(houses.features, known.features),
        targets=scale(houses.prices, known.prices)[:, np.newaxis],
    )


def to_pixels(digits: Digits) -> Arrays:
    """Lay the rows of each image in one line; pixels from 0..255 to 0..1."""
    images = digits.images.reshape(len(digits), -1).astype(np.float32) / 255
    return Arrays(inputs=images, targets=digits.labels)


def baseline(data: Data) -> float:
    """Return the accuracy of always giving the commonest training answer."""
    train, test = data.train.targets, data.test.targets
    if train.dtype.kind == "f":  # what counts is the side of 0
        train, test = train > 0, test > 0
    answers, counts = np.unique(train, return_counts=True)
    return float(np.mean(test == answers[counts.argmax()]))
