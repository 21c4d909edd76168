"""Chapter 12.4: what both halves agree on: digits, noise and the budget.

The noise that blurs each digit's place in the latent plane is data here: the
frameworks cannot share a random number generator, and with other noise two
equal models would learn other things. Each image gets two numbers, once.
"""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.digits import Digits, load_digits

LATENT = 2
# The latent plane that the exhibit shows, and into how many places it is cut.
REACH = 2.0
PLACES = 15


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    width: channels of the first convolution; the others have multiples.
    """

    seed: int = 0
    train_samples: int = 4_000
    test_samples: int = 1_000
    width: int = 8
    batch_size: int = 16
    epochs: int = 8
    learning_rate: float = 2e-3


# A quarter of the book's width, an eighth of its batch and twice its learning
# rate: for some hundred steps the decoder uses one of the two dimensions alone
# (195 nats). At the book's width a CPU has time for 1,500 steps, and whether a
# run has found the second one by then is a matter of its seed: 166 to 189.
QUICK = Config()
# The textbook trains on all of MNIST's 70,000; here 10,000 stay unseen.
BOOK = Config(
    train_samples=60_000,
    test_samples=10_000,
    width=32,
    batch_size=128,
    epochs=30,
    learning_rate=1e-3,
)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return images (N, 28, 28, 1) in [0, 1] with noise (N, 2), float32.

    The targets are the images themselves. The test images' digits are not
    learned from; they colour the map of the latent plane.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_digits(
        data, config.train_samples, config.test_samples, config.seed
    )
    generator = np.random.default_rng(config.seed)
    return Data(
        train=to_arrays(train, generator),
        test=to_arrays(test, generator),
        more={"test digits": test.labels},
    )


def to_arrays(digits: Digits, generator: np.random.Generator) -> Arrays:
    """Bring pixels from 0..255 to 0..1, and draw standard normal noise."""
    images = digits.images[..., np.newaxis].astype(np.float32) / 255
    noise = generator.standard_normal((len(images), LATENT), np.float32)
    return Arrays(inputs={"images": images, "noise": noise}, targets=images)


def baseline(data: Data) -> float:
    """Return the cross-entropy per image of always giving the mean image."""
    mean = data.train.targets.mean(axis=0, dtype=np.float64)
    # A pixel that no training digit inks may still be inked once.
    mean = np.clip(mean, 1e-3, 1 - 1e-3)
    images = data.test.targets.astype(np.float64)
    entropy = -images * np.log(mean) - (1 - images) * np.log(1 - mean)
    return float(entropy.sum(axis=(1, 2, 3)).mean())


def latent_grid() -> np.ndarray:
    """Return a grid of latent places, (PLACES * PLACES, 2), float32.

    Row by row from the upper left: x grows to the right, y upwards.
    """
    along = np.linspace(-REACH, REACH, PLACES)
    y, x = np.meshgrid(along[::-1], along, indexing="ij")
    return np.stack([x.ravel(), y.ravel()], axis=-1).astype(np.float32)


def tiled(images: np.ndarray) -> np.ndarray:
    """Join PLACES * PLACES images (N, 28, 28, 1) to one (1, height, width)."""
    height, width = images.shape[1:3]
    rows = images.reshape(PLACES, PLACES, height, width).swapaxes(1, 2)
    return rows.reshape(1, PLACES * height, PLACES * width)
