"""What the two halves of a pair must agree on: data, splits and budgets.

NumPy only: nothing in this package imports Keras or PyTorch.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shared_data.files import DataError

__all__ = ["Arrays", "Data", "DataError", "Tensors"]

# One np.ndarray, or a dict of several by name; each task knows which.
Tensors = Any


@dataclass(frozen=True)
class Arrays:
    """Inputs and targets of one set of samples; the first axis counts them.

    A task with several inputs or targets has a dict of arrays in their place.

    Raises:
        ValueError: inputs and targets differ in length.
    """

    inputs: Tensors
    targets: Tensors

    def __post_init__(self) -> None:
        counts = {name: len(array) for name, array in self.named()}
        if len(set(counts.values())) > 1:
            told = " and ".join(f"{n} {name}" for name, n in counts.items())
            raise ValueError(
                f"received {told}; expected as many targets as inputs"
            )

    def __len__(self) -> int:
        return len(next(array for _, array in self.named()))

    def named(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield every array: `inputs`, or `inputs.source`, and so on."""
        for part in ("inputs", "targets"):
            tensors = getattr(self, part)
            if isinstance(tensors, dict):
                for name, array in tensors.items():
                    yield f"{part}.{name}", array
            else:
                yield part, tensors

    def head(self, samples: int | None) -> "Arrays":
        """Return the first samples alone."""
        return Arrays(first(self.inputs, samples), first(self.targets, samples))


def first(tensors: Tensors, samples: int | None) -> Tensors:
    """Return the first samples of one array or of several."""
    if isinstance(tensors, dict):
        return {name: array[:samples] for name, array in tensors.items()}
    return tensors[:samples]


@dataclass(frozen=True)
class Data:
    """What a task trains on, what it is judged on, and `more` to show.

    `more` holds arrays of any length by name: the words of a vocabulary, a
    fortnight of consecutive hours.
    """

    train: Arrays
    test: Arrays
    more: Mapping[str, np.ndarray] = field(default_factory=dict)
