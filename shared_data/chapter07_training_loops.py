"""Chapter 7: what both halves agree on: the digits and the budget."""

from dataclasses import dataclass, replace

from shared_data import Arrays
from shared_data.baselines import commonest_class as baseline
from shared_data.sources.digits import load_flat_digits as load_data

WAYS = ("sequential", "functional", "subclass")

__all__ = [
    "BOOK",
    "QUICK",
    "VARIANTS",
    "Config",
    "baseline",
    "hold_out",
    "load_data",
]


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    way: how the model is written, one of WAYS.
    own_step: whether Keras, too, is told how to take a training step.
    validation_share: the last part of the training samples, held out.
    patience: training stops after so many epochs without a better one.
    halve_after: the learning rate is halved every so many epochs.
    log: a file to which every epoch adds a line, "" for none.
    """

    seed: int = 0
    way: str = "functional"
    own_step: bool = False
    train_samples: int = 4_000
    test_samples: int = 1_000
    validation_share: float = 0.2
    batch_size: int = 128
    epochs: int = 20
    learning_rate: float = 1e-3
    halve_after: int = 5
    patience: int = 5
    dropout: float = 0.5
    log: str = ""


# The book's learning rate at first; halved three times, so that the last
# steps are quiet although 4,000 digits are few for RMSprop.
QUICK = Config()
BOOK = Config(
    train_samples=60_000,
    test_samples=10_000,
    validation_share=1 / 6,
    epochs=10,
    patience=2,
)
VARIANTS = {
    "sequential": replace(QUICK, way="sequential"),
    "subclass": replace(QUICK, way="subclass"),
    "own_step": replace(QUICK, own_step=True),
}


def hold_out(arrays: Arrays, config: Config) -> tuple[Arrays, Arrays]:
    """Return the samples to learn from, and the last ones to stop by."""
    kept = len(arrays) - round(len(arrays) * config.validation_share)
    return (
        Arrays(arrays.inputs[:kept], arrays.targets[:kept]),
        Arrays(arrays.inputs[kept:], arrays.targets[kept:]),
    )
