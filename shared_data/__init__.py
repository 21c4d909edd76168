"""What the two halves of a pair must agree on: data, splits and budgets.

NumPy only: nothing in this package imports Keras or PyTorch.
"""

from dataclasses import dataclass

import numpy as np

from shared_data.files import DataError

__all__ = ["Arrays", "Data", "DataError"]


@dataclass(frozen=True)
class Arrays:
    """Inputs and targets of one set of samples; the first axis counts them.

    Raises:
        ValueError: inputs and targets differ in length.
    """

    inputs: np.ndarray
    targets: np.ndarray

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(
                f"received {len(self.inputs)} inputs and {len(self.targets)} "
                "targets; expected as many targets as inputs"
            )

    def __len__(self) -> int:
        return len(self.inputs)


@dataclass(frozen=True)
class Data:
    """What a task trains on, and what it is judged on."""

    train: Arrays
    test: Arrays
