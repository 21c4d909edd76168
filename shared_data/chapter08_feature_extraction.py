"""Chapter 8.3.1: what both halves agree on: solar cells and the budget."""

from dataclasses import dataclass

import numpy as np

from shared_data import Data
from shared_data.sources.labelled_pictures import to_arrays
from shared_data.sources.solar_cells import load_pictures


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    pixels: height and width of a picture, a multiple of 32.
    """

    seed: int = 0
    train_samples: int = 1_200
    test_samples: int = 1_000
    pixels: int = 96
    batch_size: int = 32
    epochs: int = 20
    learning_rate: float = 1e-4
    dropout: float = 0.5


# A tenth of the book's learning rate: with 1,200 pictures the last steps at
# 1e-3 move a run's score by more than the two halves differ.
QUICK = Config()
BOOK = Config(
    train_samples=2_000, test_samples=2_000, pixels=192, learning_rate=1e-3
)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return pictures (N, pixels, pixels, 3) uint8, labels (N, 1) float32.

    A label of 1 is a broken cell; of the book's pictures, a dog.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_pictures(
        data,
        config.pixels,
        3,  # grey three times over: the backbone knows colours
        config.train_samples,
        config.test_samples,
        config.seed,
    )
    return Data(train=to_arrays(train), test=to_arrays(test))


def scores(answers: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return accuracy, and its mean over both kinds: they are not as many.

    Args:
        answers: (N, 1) bool, whether the cell is said to be broken.
        labels: (N, 1), 1 where it is.
    """
    right = answers == labels
    each = [float(right[labels == label].mean()) for label in (0, 1)]
    return {
        "balanced accuracy": sum(each) / 2,
        "accuracy": float(right.mean()),
    }


def baseline(data: Data) -> float:
    """Return the balanced accuracy of always giving the commoner label."""
    commoner = np.full(data.test.targets.shape, data.train.targets.mean() > 0.5)
    return scores(commoner, data.test.targets)["balanced accuracy"]
