"""Chapter 9.4: what both halves agree on: the pictures and what is asked."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources import check_data
from shared_data.sources.backbone import EGYPTIAN_CAT, ESPRESSO
from shared_data.sources.pictures import (
    SHA256,
    load_picture,
    square,
    to_backbone,
)

# What is looked for: the classes of ImageNet that the pictures show. There is
# none for an astronaut's portrait or a rocket on its pad.
SHOWN = {"chelsea.png": EGYPTIAN_CAT, "coffee.png": ESPRESSO}


@dataclass(frozen=True)
class Config:
    """What is looked at.

    size: height and width of a picture, a multiple of 64: the heat maps have
        a 32nd of it, and a quarter of a grid has to have whole cells.
    layers: whose activations and filters are shown.
    filters: how many filters of each.
    pattern_size, ascent_steps, ascent_rate: how the patterns are found.
    batch_size: how many pictures go through at once when speed is measured.
    """

    seed: int = 0
    size: int = 192
    layers: tuple[str, ...] = ("block1", "block4", "block10")
    filters: int = 4
    pattern_size: int = 96
    ascent_steps: int = 20
    ascent_rate: float = 0.1
    batch_size: int = 8


QUICK = Config()
BOOK = Config(size=256, filters=16, pattern_size=192, ascent_steps=30)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return pictures (N, size, size, 3) float32 as the backbone wants them.

    `train` holds whole pictures to look at. `test` asks where something is:
    every grid of two by two pictures, once for each class of `SHOWN`. Targets
    are `labels` (N,) int64, the class, and `quarters` (N,) int64, where it is:
    0 to 3, row by row; -1 stands for the whole picture.

    The textbook's own picture is one of elephants, of no known licence: `book`
    looks at the same pictures, at its own size.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a picture is missing, altered or unreadable.
    """
    check_data(data)
    pictures = {name: load_picture(name) for name in SHA256}
    whole = [square(pictures[name], config.size) for name in SHOWN]
    labels = list(SHOWN.values())
    train = to_arrays(whole, labels, [-1] * len(labels))
    parts = {
        name: square(picture, config.size // 2)
        for name, picture in pictures.items()
    }
    grids, labels, quarters = [], [], []
    for order in permutations(SHA256):
        rows = [[parts[order[2 * row + column]] for column in (0, 1)]
                for row in (0, 1)]  # fmt: skip
        for name, label in SHOWN.items():
            grids.append(np.block([[[a], [b]] for a, b in rows]))
            labels.append(label)
            quarters.append(order.index(name))
    return Data(train=train, test=to_arrays(grids, labels, quarters))


def to_arrays(
    pictures: list[np.ndarray], labels: list[int], quarters: list[int]
) -> Arrays:
    return Arrays(
        inputs=to_backbone(np.stack(pictures)),
        targets={
            "labels": np.array(labels, np.int64),
            "quarters": np.array(quarters, np.int64),
        },
    )


def share_in_quarters(heat: np.ndarray, quarters: np.ndarray) -> np.ndarray:
    """Return how much of each map's heat (N, 2n, 2n) lies in its quarter."""
    count, size, _ = heat.shape
    parts = heat.reshape(count, 2, size // 2, 2, size // 2).sum(axis=(2, 4))
    parts = parts.reshape(count, 4)
    return parts[np.arange(count), quarters] / parts.sum(axis=1)


def first_noise(config: Config) -> np.ndarray:
    """Return where the filters' patterns begin: grey with a little noise."""
    size = config.pattern_size
    generator = np.random.default_rng(config.seed)
    return generator.uniform(-0.2, 0.2, (config.filters, size, size, 3))


def baseline(data: Data) -> float:
    """Return the share of a heat map that is equally warm everywhere."""
    heat = np.ones((len(data.test), 2, 2))
    shares = share_in_quarters(heat, data.test.targets["quarters"])
    return float(shares.mean())
