"""Chapter 12.1: what both halves agree on: texts, the budget, the dice.

The model reads film reviews and learns which word follows. Sampling from it
needs random numbers: both halves are given the same ones, drawn here, so
that equal models write equal texts.
"""

from dataclasses import dataclass

import numpy as np

from shared_data import Arrays, Data
from shared_data.sources.reviews import load_reviews
from shared_data.sources.vocabulary import (
    PADDING,
    UNKNOWN,
    WORDS_AND_MARKS,
    learn_vocabulary,
)

PROMPT = "this movie"
TEMPERATURES = (0.2, 0.5, 0.7, 1.0)

# The book feeds `fit` from a tf.data pipeline.
BOOK_FEEDS = "pipeline"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    words: size of the vocabulary, padding and the unknown word included.
    length: words that the model reads; it predicts as many.
    width: of a word's vector, and of each head's queries, keys and values.
    latent: width of the dense layer between.
    sampled: words that are written after the prompt.
    """

    seed: int = 0
    train_samples: int = 5_000
    test_samples: int = 600
    words: int = 1_500
    length: int = 24
    width: int = 64
    latent: int = 256
    heads: int = 2
    sampled: int = 20
    batch_size: int = 64
    epochs: int = 3
    learning_rate: float = 1e-3


# A quarter of the textbook's width and length and a tenth of its words:
# what a CPU trains in ten seconds.
QUICK = Config()
# The test reviews are few: the logits of each of them fill six megabytes.
BOOK = Config(
    train_samples=24_000,
    test_samples=500,
    words=15_000,
    length=100,
    width=256,
    latent=2_048,
    sampled=50,
    batch_size=256,
    epochs=200,
)


def load_data(config: Config, data: str = "bundled") -> Data:
    """Return the beginnings of reviews, and of each word the next one.

    Inputs are (N, length) int32, targets (N, length) int64: the same, one
    word ahead. 0 is padding, 1 a word that is not in the vocabulary, whose
    number is its rank among the *training* texts' words; punctuation marks
    are words. `more` holds the words, the prompt, and random numbers to
    sample with.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a data file is missing, altered or unreadable.
    """
    train, test = load_reviews(
        data, config.train_samples, config.test_samples, config.seed
    )
    # Every word between spaces is at least one word of ours.
    read, asked = (
        [" ".join(text.split()[: config.length + 1]) for text in half.texts]
        for half in (train, test)
    )
    vocabulary = learn_vocabulary(read, config.words, pattern=WORDS_AND_MARKS)
    prompt = vocabulary.numbers([PROMPT])[0]
    generator = np.random.default_rng(config.seed)
    return Data(
        train=to_arrays(vocabulary.encode(read, config.length + 1)),
        test=to_arrays(vocabulary.encode(asked, config.length + 1)),
        more={
            "words": vocabulary.table(config.words),
            "prompt": np.array(prompt, dtype=np.int32),
            "uniform": generator.random(config.sampled),
        },
    )


def to_arrays(texts: np.ndarray) -> Arrays:
    """Split numbered words (N, length + 1) into words and next words."""
    return Arrays(
        inputs=texts[:, :-1].copy(), targets=texts[:, 1:].astype(np.int64)
    )


def baseline(data: Data) -> float:
    """Return the perplexity of knowing only how frequent each word is.

    Frequencies are those of the training words, each counted once more than
    it was seen; padding does not count.
    """
    seen = data.train.targets[data.train.targets != PADDING]
    asked = data.test.targets[data.test.targets != PADDING]
    size = 1 + max(seen.max(), asked.max())
    counts = np.bincount(seen, minlength=size)[UNKNOWN:] + 1
    surprise = -np.log(counts / counts.sum())
    return float(np.exp(surprise[asked - UNKNOWN].mean()))
