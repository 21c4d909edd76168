"""Bags: which pieces a text holds, without their order."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np


def n_grams(words: list[str], longest: int) -> list[str]:
    """Return the runs of one to `longest` words, joined by spaces."""
    return [
        " ".join(words[start : start + length])
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    ]


def most_frequent(bags: Iterable[Iterable[str]], count: int) -> list[str]:
    """Return the `count` most frequent pieces, the most frequent first.

    Pieces that are equally frequent stand in the order of the alphabet, so
    that the result does not hang on the order of the bags.
    """
    counts: Counter[str] = Counter()
    for bag in bags:
        counts.update(bag)
    return sorted(counts, key=lambda piece: (-counts[piece], piece))[:count]


def multi_hot(
    bags: Sequence[Iterable[str]], pieces: list[str], width: int
) -> np.ndarray:
    """Return (bags, width) uint8: 1 where the bag holds the piece, else 0.

    Where there are fewer pieces than `width`, the last columns stay empty.
    """
    column = {piece: index for index, piece in enumerate(pieces)}
    matrix = np.zeros((len(bags), width), dtype=np.uint8)
    for row, bag in enumerate(bags):
        matrix[row, [column[p] for p in bag if p in column]] = 1
    return matrix


def occurrences(
    bags: Sequence[Iterable[str]], pieces: list[str], width: int
) -> np.ndarray:
    """Return (bags, width) float32: how often each bag holds each piece."""
    column = {piece: index for index, piece in enumerate(pieces)}
    matrix = np.zeros((len(bags), width), dtype=np.float32)
    for row, bag in enumerate(bags):
        np.add.at(matrix[row], [column[p] for p in bag if p in column], 1)
    return matrix


def rarity(counts: np.ndarray) -> np.ndarray:
    """Return (width,) float32: ln(1 + N / (1 + n)) of each piece.

    N bags were counted, and n of them hold the piece. This is the inverse
    document frequency that Keras' TextVectorization has; others leave out
    the ones, or add one to the result.
    """
    holding = np.count_nonzero(counts, axis=0)
    return np.log1p(len(counts) / (1 + holding)).astype(np.float32)
