"""What trivial methods score, for the tasks that have nothing of their own."""

import numpy as np

from shared_data import Data


def commonest_class(data: Data) -> float:
    """Return the accuracy of always naming the commonest training class."""
    commonest = np.bincount(data.train.targets).argmax()
    return float(np.mean(data.test.targets == commonest))


def commoner_verdict(data: Data) -> float:
    """Return the accuracy of always giving the commoner training verdict."""
    commoner = float(data.train.targets.mean() > 0.5)
    return float(np.mean(data.test.targets == commoner))


def chance(data: Data) -> float:
    """Return the ROC area of knowing nothing: half of all pairs."""
    return 0.5
