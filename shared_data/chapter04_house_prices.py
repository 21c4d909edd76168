"""Chapter 4.3: what both halves agree on: houses, folds and the budget.

With 404 tracts to learn from, one validation set says more about which
houses fell into it than about the model. So the training set is cut into
four folds; each is judged by a model that learned from the other three.

What is standardised is standardised with the statistics of the tracts that
train. In a fold these are three quarters of the training set: its own
quarter may no more take part than the test set may.
"""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.houses import FEATURES, load_houses

__all__ = ["BOOK", "FEATURES", "QUICK", "Config", "cut_folds", "load_data"]


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds."""

    seed: int = 0
    train_samples: int = 404
    test_samples: int = 102
    folds: int = 4
    batch_size: int = 32
    epochs: int = 100
    learning_rate: float = 1e-3


# Twice the book's batch and fewer epochs: a third of its steps. With 16
# houses each, the last steps alone move a run's error by 0.21 k$ (standard
# deviation over 8 seeds; 0.04 over 4 like this).
QUICK = Config()
BOOK = Config(batch_size=16, epochs=130)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return features (N, 12), prices (N, 1), both float32; prices in k$.

    Features are standardised with the training set's mean and deviation.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_houses(
        data, config.train_samples, config.test_samples, config.seed
    )
    return standardised(
        Arrays(train.features, train.prices[:, np.newaxis]),
        Arrays(test.features, test.prices[:, np.newaxis]),
    )


def standardised(train: Arrays, test: Arrays) -> Data:
    """Bring each training feature to mean 0 and deviation 1; test follows."""
    mean, deviation = train.inputs.mean(axis=0), train.inputs.std(axis=0)
    deviation[deviation == 0] = 1  # few tracts may all lie off the river

    def scaled(arrays: Arrays) -> Arrays:
        inputs = (arrays.inputs - mean) / deviation
        return Arrays(
            inputs.astype(np.float32), arrays.targets.astype(np.float32)
        )

    return Data(scaled(train), scaled(test))


def cut_folds(arrays: Arrays, config: Config) -> list[Data]:
    """Keep each fold of the training set out once, to test on.

    The set is shuffled already, so a fold is a slice. Features are
    standardised anew, with what is left to train on.
    """
    folds = []
    for held_out in np.array_split(np.arange(len(arrays)), config.folds):
        rest = np.setdiff1d(np.arange(len(arrays)), held_out)
        folds.append(
            standardised(
                Arrays(arrays.inputs[rest], arrays.targets[rest]),
                Arrays(arrays.inputs[held_out], arrays.targets[held_out]),
            )
        )
    return folds


def baseline(data: Data) -> float:
    """Return the MAE in k$ of always naming the training set's median."""
    return float(
        np.abs(data.test.targets - np.median(data.train.targets)).mean()
    )
