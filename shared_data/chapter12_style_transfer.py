"""Chapter 12.3: what both halves agree on: the pictures and the weights."""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources import check_data
from shared_data.sources.pictures import load_picture, square, to_backbone

STYLE = "chelsea.png"
CONTENTS = ("astronaut.png", "coffee.png")


@dataclass(frozen=True)
class Config:
    """What is kept of the content, what is taken of the style.

    size: height and width of all pictures.
    style_layers, content_layer: whose Gram matrices, whose activations count.
    style, content, variation: the weights of the three losses. The book's are
        1e-6, 2.5e-8 and 1e-6, for VGG19 and pixels from 0 to 255; these weigh
        means in place of sums, for this backbone and pixels from -1 to 1.
    rate, decay, decay_steps: gradient descent, its rate falling by the factor
        `decay` in every `decay_steps` steps.
    batch_size: how many pictures go through at once when speed is measured.
    """

    seed: int = 0
    size: int = 96
    style_layers: tuple[str, ...] = ("block0", "block2", "block4", "block7")
    content_layer: str = "block10"
    style: float = 1e-2
    content: float = 0.002
    variation: float = 1.0
    rate: float = 20.0
    decay: float = 0.96
    decay_steps: int = 100
    steps: int = 40
    batch_size: int = 2


QUICK = Config()
BOOK = Config(size=400, steps=4_000)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return the contents (N, size, size, 3) float32 as the backbone wants.

    There is nothing to learn: `train` and `test` are the same pictures, and
    the targets are the one picture whose style all of them take. The
    textbook's are a view of San Francisco and a painting; `book` takes the
    same ones as `bundled`, larger and longer.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a picture is missing, altered or unreadable.
    """
    check_data(data)
    contents = [square(load_picture(name), config.size) for name in CONTENTS]
    arrays = Arrays(
        inputs=to_backbone(np.stack(contents)),
        targets=np.stack([style_picture(config)] * len(CONTENTS)),
    )
    return Data(train=arrays, test=arrays)


def style_picture(config: Config) -> np.ndarray:
    """Return the picture whose style is taken, (size, size, 3) float32."""
    return to_backbone(square(load_picture(STYLE), config.size))


def baseline(data: Data) -> float:
    """Return what share of its loss a picture has that is left as it is."""
    return 1.0
