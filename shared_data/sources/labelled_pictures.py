"""Pictures of two kinds with a column of labels, as the losses want it."""

from typing import Any

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.solar_cells import Pictures, load_pictures


def load_data(config: Any, data: str = "bundled") -> Data:
    """Return pictures (N, pixels, pixels, channels) uint8, labels (N, 1).

    Labels are float32: 1 for a broken cell, or a dog in the `book`'s pictures.

    `config` is that of one of the tasks that tell two kinds of pictures apart.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_pictures(
        data,
        config.pixels,
        config.channels,
        config.train_samples,
        config.test_samples,
        config.seed,
    )
    return Data(train=to_arrays(train), test=to_arrays(test))


def to_arrays(pictures: Pictures) -> Arrays:
    """Make a column of floats of the labels."""
    labels = pictures.labels[:, np.newaxis].astype(np.float32)
    return Arrays(inputs=pictures.images, targets=labels)
