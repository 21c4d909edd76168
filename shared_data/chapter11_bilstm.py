"""Chapter 11.3.3: what both halves agree on: numbered words and the budget.

An LSTM goes through a text word by word, so QUICK reads critics' sentences of
about twenty words (Rotten Tomatoes) where the textbook reads the first six
hundred words of whole reviews (IMDB).
"""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.reviews import Reviews, load_reviews, load_sentences
from shared_data.sources.vocabulary import (
    UNKNOWN,
    Vocabulary,
    learn_vocabulary,
)


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    sentences: the bundled data are sentences of critics, not reviews.
    words: size of the vocabulary, padding and the unknown word included.
    length: words of a text; longer ones are cut, shorter ones padded.
    """

    seed: int = 0
    sentences: bool = True
    train_samples: int = 6_000
    test_samples: int = 2_500
    words: int = 5_000
    length: int = 48
    dropout: float = 0.5
    batch_size: int = 32
    epochs: int = 3
    learning_rate: float = 1e-3


# A word is rare in a batch and its gradients are small, which RMSprop's epsilon
# holds back in Keras and not in PyTorch: in larger batches or at half of this
# rate, PyTorch is 1.5 to 3 points ahead after as many sentences.
QUICK = Config()
BOOK = Config(
    sentences=False,
    train_samples=25_000,
    test_samples=25_000,
    words=20_000,
    length=600,
    epochs=10,
)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return numbered words (N, length) int32, verdicts (N, 1) float32.

    A word's number is its rank among the *training* texts' words; 0 is
    padding, 1 a word that is not in the vocabulary. `more` holds the words.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_texts(config, data)
    vocabulary = learn_vocabulary(train.texts, config.words)
    return Data(
        train=to_arrays(train, vocabulary, config),
        test=to_arrays(test, vocabulary, config),
        more={"words": np.array(vocabulary.words)},
    )


def load_texts(config: Config, data: str) -> tuple[Reviews, Reviews]:
    """Return texts and verdicts to train on, and to test on."""
    counts = config.train_samples, config.test_samples, config.seed
    if config.sentences and data == "bundled":
        return load_sentences(*counts)
    return load_reviews(data, *counts)


def to_arrays(
    reviews: Reviews, vocabulary: Vocabulary, config: Config
) -> Arrays:
    """Number the words of each text; verdicts become a column of floats."""
    inputs = vocabulary.encode(reviews.texts, config.length)
    # A text without words is one unknown word: an LSTM needs something.
    inputs[:, 0] = np.maximum(inputs[:, 0], UNKNOWN)
    return Arrays(
        inputs=inputs,
        targets=reviews.labels[:, np.newaxis].astype(np.float32),
    )


def baseline(data: Data) -> float:
    """Return the accuracy of always giving the commoner training verdict."""
    commoner = float(data.train.targets.mean() > 0.5)
    return float(np.mean(data.test.targets == commoner))
