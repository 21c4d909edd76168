"""Chapter 12.5: what both halves agree on: digits, noise and the budget.

All chance of the training is data here, so that both halves meet the same:
each image brings two places in the latent space, one for the step of the
discriminator and one for that of the generator, and the noise on the labels
of the two images, real and generated, that the discriminator sees.

A picture of a digit has no right answer to compare with. `judged` measures a
set of them against real ones, in NumPy, the same for both halves.
"""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data, DataError
from shared_data.sources import check_data
from shared_data.sources.digits import Digits, load_digits

# How much smaller than its image the first picture is that the generator draws:
# in the book, 8 of 64 pixels.
SHRINK = 8

# An untrained generator draws grey, and grey is our paper: the discriminator
# cannot win by brightness alone before the generator has learned anything.
# Ink is short of 1, where a sigmoid has no gradient left to come back by.
PAPER, INK = 0.5, 0.9

# The judge looks at this many principal components of the real digits.
COMPONENTS = 32
# Added to variances, so that no direction is without any.
RIDGE = 1e-4

# The book feeds `fit` from a tf.data pipeline.
BOOK_FEEDS = "pipeline"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    size: height and width of an image, 16 or a multiple of 32.
    discriminator_width, generator_width: all layers have this many channels
        or a multiple; one number in the book.
    dropout: the share of the discriminator's features that it leaves out.
    label_noise: the largest number that is added to a label.
    beta_1: the share of Adam's mean gradient that a step keeps.
    """

    seed: int = 0
    train_samples: int = 3_000
    test_samples: int = 1_000
    size: int = 16
    latent: int = 128
    discriminator_width: int = 32
    generator_width: int = 4
    dropout: float = 0.2
    label_noise: float = 0.05
    batch_size: int = 16
    epochs: int = 3
    learning_rate: float = 1e-3
    beta_1: float = 0.5


# Small images, and half the book's width for the discriminator, a sixteenth for
# the generator, which costs far more. As narrow as that, the discriminator is
# fooled by a few digits. 0.5 for beta_1 is from Radford et al. 2016.
QUICK = Config()
BOOK = Config(
    train_samples=202_599,
    size=64,
    discriminator_width=64,
    generator_width=64,
    batch_size=32,
    epochs=100,
    learning_rate=1e-4,
    beta_1=0.9,
)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return images with their noise, and digits (N,) int64 as targets.

    The inputs are images (N, size, size, 1) in (0, 1), latent places
    (N, 2, latent) and label noise (N, 2), all float32. The digits are not
    learned from: they tell the judge what a digit looks like.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable; `book`.
    """
    check_data(data)
    if data == "book":
        raise DataError(
            "received data='book'; expected 'bundled': the textbook's faces "
            "(CelebA) have no public address whose file can be verified; run "
            "with the bundled digits"
        )
    train, test = load_digits(
        data, config.train_samples, config.test_samples, config.seed
    )
    generator = np.random.default_rng(config.seed)
    return Data(
        train=to_arrays(train, config, generator),
        test=to_arrays(test, config, generator),
    )


def to_arrays(
    digits: Digits, config: Config, generator: np.random.Generator
) -> Arrays:
    """Bring digits to size and range, and draw the noise that goes along."""
    count = len(digits)
    noise = generator.uniform(0, config.label_noise, (count, 2))
    return Arrays(
        inputs={
            "images": resized(digits.images, config.size),
            "latent": generator.standard_normal(
                (count, 2, config.latent), np.float32
            ),
            "label noise": noise.astype(np.float32),
        },
        targets=digits.labels,
    )


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Return images (N, 28, 28) as (N, size, size, 1) float32.

    Paper is PAPER, full ink is INK. With paper around it is 32 pixels wide;
    means of squares make fewer of them, repeated pixels make more.

    Raises:
        ValueError: `size` is neither 16 nor a multiple of 32.
    """
    if size != 16 and (size < 32 or size % 32):
        raise ValueError(
            f"received size={size}; expected 16 or a multiple of 32"
        )
    images = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    if size == 16:
        squares = images.reshape(-1, 16, 2, 16, 2)
        images = squares.mean(axis=(2, 4), dtype=np.float32)
    else:
        images = images.repeat(size // 32, axis=1).repeat(size // 32, axis=2)
    ink = images[..., np.newaxis].astype(np.float32) / 255
    return PAPER + (INK - PAPER) * ink


# === The judge ==============================================================


def judged(
    images: np.ndarray, real: np.ndarray, digits: np.ndarray
) -> dict[str, float]:
    """Measure images against real ones and their digits.

    Returns:
        distance: the Frechet distance of the two sets' features, principal
            components here (Heusel et al. 2017 take a network's): it grows
            when images look wrong and when they look alike. Lower is better.
        confidence: the mean probability of an image's most probable digit by
            linear discriminant analysis of the real ones. It can mistake
            faults for digits, so it is told but not judged by.
        classes: how many digits occur, by the entropy of the probabilities'
            mean: 1 when all images show one digit, 10 when all are even.
    """
    real, images = inked(real), inked(images)
    mean = real.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(real, rowvar=False))
    axes = axes[:, -COMPONENTS:]
    real, images = (features(x - mean, axes) for x in (real, images))
    share = digit_probabilities(images, real, digits)
    average = share.mean(axis=0)
    entropy = -np.sum(average * np.log(np.maximum(average, 1e-300)))
    return {
        "distance": frechet_distance(images, real),
        "confidence": float(share.max(axis=1).mean()),
        "classes": float(np.exp(entropy)),
    }


def inked(images: np.ndarray) -> np.ndarray:
    """Return how much ink images (N, size, size, 1) have, (N, 256).

    On a grid of 16 by 16; 0 is paper, 1 full ink.
    """
    count, size = images.shape[:2]
    squares = images.reshape(count, 16, size // 16, 16, size // 16)
    grid = squares.mean(axis=(2, 4), dtype=np.float64).reshape(count, -1)
    return (grid - PAPER) / (INK - PAPER)


def features(images: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Return components along `axes`, and the length of what they leave."""
    components = images @ axes
    rest = np.linalg.norm(images - components @ axes.T, axis=1, keepdims=True)
    return np.concatenate([components, rest], axis=1)


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Return the distance of two normal distributions fitted to (N, D)."""
    apart = a.mean(axis=0) - b.mean(axis=0)
    ridge = RIDGE * np.eye(a.shape[1])
    one, other = (np.cov(x, rowvar=False) + ridge for x in (a, b))
    values, vectors = np.linalg.eigh(other)
    root = (vectors * np.sqrt(values)) @ vectors.T
    # The eigenvalues of this symmetric product are those of one @ other.
    shared = np.sqrt(np.linalg.eigvalsh(root @ one @ root)).sum()
    return float(apart @ apart + np.trace(one) + np.trace(other) - 2 * shared)


def digit_probabilities(
    images: np.ndarray, real: np.ndarray, digits: np.ndarray
) -> np.ndarray:
    """Return the probability of each digit, (N, 10), for components (N, D).

    Linear discriminant analysis: normal clouds of one shape around the mean
    of each digit, all digits equally frequent.
    """
    means = np.stack([real[digits == d].mean(axis=0) for d in range(10)])
    within = np.cov(real - means[digits], rowvar=False)
    inverse = np.linalg.inv(within + RIDGE * np.eye(within.shape[0]))
    scores = images @ inverse @ means.T
    scores -= 0.5 * np.einsum("kd,de,ke->k", means, inverse, means)
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def baseline(data: Data) -> float:
    """Return the distance of a generator that draws the mean digit alone."""
    mean = data.train.inputs["images"].mean(axis=0)
    real = data.test.inputs["images"]
    same = np.broadcast_to(mean, real.shape)
    return judged(same, real, data.test.targets)["distance"]
