"""Chapter 8.2: what both halves agree on: the pictures and the budget."""

from dataclasses import dataclass, replace

from shared_data.baselines import chance as baseline
from shared_data.sources.labelled_pictures import load_data

__all__ = [
    "AUGMENTED",
    "BOOK",
    "BOOK_FEEDS",
    "QUICK",
    "VARIANTS",
    "Config",
    "baseline",
    "load_data",
]

# The book reads its pictures from folders, one for each class.
BOOK_FEEDS = "folders"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    pixels: height and width of a picture, at least 78.
    channels: 1 for grey, 3 for red, green and blue.
    width: filters of the first convolution; the others have multiples.
    augment: whether pictures change at random in training.
    flip: whether half of them are mirrored then.
    rotation: range of the angles, as parts of a full turn.
    zoom: range of the zoom; 0.2 shows a fifth more of the scene.
    """

    seed: int = 0
    train_samples: int = 1_600
    test_samples: int = 1_000
    pixels: int = 80
    channels: int = 1
    width: int = 8
    dropout: float = 0.5
    augment: bool = False
    flip: bool = True
    rotation: tuple[float, float] = (-0.1, 0.1)
    zoom: tuple[float, float] = (-0.2, 0.2)
    batch_size: int = 16
    epochs: int = 5
    learning_rate: float = 5e-4


# To learn from a picture takes a hundredth of the book's multiplications. Half
# the book's learning rate, so that the last steps move the score less.
QUICK = Config()
# Augmented pictures are never seen twice, and need more epochs to learn from.
AUGMENTED = replace(QUICK, augment=True, epochs=2 * QUICK.epochs)
BOOK = Config(
    train_samples=2_000,
    test_samples=2_000,
    pixels=180,
    channels=3,
    width=32,
    batch_size=32,
    epochs=30,
    learning_rate=1e-3,
)

# Random numbers cannot be shared, so the proof changes every picture alike.
# Keras computes where a pixel comes from in float32; a quarter more is a zoom
# that float32 holds to the last bit.
VARIANTS = {
    "zoom by a quarter": replace(
        QUICK, augment=True, flip=False, rotation=(0.0, 0.0), zoom=(0.25, 0.25)
    )
}
