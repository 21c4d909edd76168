"""Chapter 2.1: what both halves agree on: flat digits and the budget."""

from dataclasses import dataclass

from shared_data.baselines import commonest_class as baseline
from shared_data.sources.digits import load_flat_digits as load_data

__all__ = ["BOOK", "QUICK", "Config", "baseline", "load_data"]


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds."""

    seed: int = 0
    train_samples: int = 4_000
    test_samples: int = 1_000
    batch_size: int = 128
    epochs: int = 14
    learning_rate: float = 5e-4


# Half the book's learning rate and three times its epochs: 4,000 digits are
# 448 steps like this, where the book's 60,000 are 2,345. At 1e-3 and ten
# epochs the last steps leave single runs at 0.90 (6 seeds measured).
QUICK = Config()
BOOK = Config(
    train_samples=60_000, test_samples=10_000, epochs=5, learning_rate=1e-3
)
