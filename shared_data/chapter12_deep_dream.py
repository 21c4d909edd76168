"""Chapter 12.2: what both halves agree on: the pictures and the dream."""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources import check_data
from shared_data.sources.pictures import (
    SHA256,
    load_picture,
    square,
    to_backbone,
)


@dataclass(frozen=True)
class Config:
    """What is dreamt.

    size: height and width of the last octave.
    layers, coefficients: whose activations grow, and how much each counts.
    octaves, scale: how many sizes, each that many times the one before.
    steps, rate: of gradient ascent in each octave. The book divides the
        gradient by its norm and goes 20 in that direction; over the 600x900
        pixels of its picture this is 0.016 a pixel, in root mean square.
    batch_size: how many pictures go through at once when speed is measured.
    """

    seed: int = 0
    size: int = 96
    layers: tuple[str, ...] = ("block5", "block8", "block10", "block14")
    coefficients: tuple[float, ...] = (1.0, 1.5, 2.0, 2.5)
    octaves: int = 3
    scale: float = 1.4
    steps: int = 10
    rate: float = 0.016
    batch_size: int = 4

    @property
    def sizes(self) -> list[int]:
        """Return the height and width of each octave, the smallest first."""
        shrunk = range(self.octaves - 1, -1, -1)
        return [int(self.size / self.scale**times) for times in shrunk]


QUICK = Config()
BOOK = Config(size=448, steps=30)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return pictures (N, size, size, 3) float32 as the backbone wants them.

    There is nothing to learn and nothing to be right about: `train` and
    `test` are the same pictures, and the targets their numbers. The
    textbook's picture is a photograph of a coast; any will do, so that `book`
    dreams of the same ones, larger and longer.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a picture is missing, altered or unreadable.
    """
    check_data(data)
    pictures = [square(load_picture(name), config.size) for name in SHA256]
    arrays = Arrays(
        inputs=to_backbone(np.stack(pictures)),
        targets=np.arange(len(pictures)),
    )
    return Data(train=arrays, test=arrays)


def baseline(data: Data) -> float:
    """Return how many times its own objective a picture has."""
    return 1.0
