"""Texts as numbered words, for tasks that read them in their order."""

from typing import Any

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.reviews import Reviews, load_reviews, load_sentences
from shared_data.sources.vocabulary import (
    UNKNOWN,
    Vocabulary,
    learn_vocabulary,
)


def load_data(config: Any, data: str = "bundled") -> Data:
    """Return numbered words (N, length) int32, verdicts (N, 1) float32.

    A word's number is its rank among the *training* texts' words; 0 is
    padding, 1 a word that is not in the vocabulary. `more` holds the words.

    `config` is that of one of the tasks that read a text word by word.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_texts(config, data)
    vocabulary = learn_vocabulary(train.texts, config.words)
    return Data(
        train=to_arrays(train, vocabulary, config),
        test=to_arrays(test, vocabulary, config),
        more={"words": vocabulary.table(config.words)},
    )


def load_texts(config: Any, data: str) -> tuple[Reviews, Reviews]:
    """Return texts and verdicts to train on, and to test on."""
    counts = config.train_samples, config.test_samples, config.seed
    if config.sentences and data == "bundled":
        return load_sentences(*counts)
    return load_reviews(data, *counts)


def to_arrays(reviews: Reviews, vocabulary: Vocabulary, config: Any) -> Arrays:
    """Number the words of each text; verdicts become a column of floats."""
    inputs = vocabulary.encode(reviews.texts, config.length)
    # A text without words is one unknown word: attention and an LSTM need
    # something.
    inputs[:, 0] = np.maximum(inputs[:, 0], UNKNOWN)
    return Arrays(
        inputs=inputs,
        targets=reviews.labels[:, np.newaxis].astype(np.float32),
    )
