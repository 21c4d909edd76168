"""Chapter 11.5.4: what both halves agree on: sentence pairs and the budget.

English sentences about dates and numbers, and their Spanish or Korean
translation, which begins with a mark that says which of the two is wanted.
QUICK learns both languages at once; the textbook's pairs are Spanish alone.
"""

from dataclasses import dataclass

from shared_data.sources.translation import (
    PADDING,
    baseline,
    load_data,
    text_of,
    translation_scores,
)

__all__ = [
    "BOOK",
    "BOOK_FEEDS",
    "PADDING",
    "QUICK",
    "Config",
    "baseline",
    "load_data",
    "text_of",
    "translation_scores",
]

# The book feeds `fit` from a tf.data pipeline.
BOOK_FEEDS = "pipeline"


@dataclass(frozen=True)
class Config:
    """The budget of one run; counts are clipped to what the data holds.

    source_words, target_words: sizes of the vocabularies, marks included.
    source_length, target_length: pieces of a sentence, marks included.
    width: of a piece's vector, and of each head's queries, keys and values.
    dense: width of the dense layer in each block.
    """

    seed: int = 0
    train_samples: int = 6_000
    test_samples: int = 600
    source_words: int = 200
    target_words: int = 350
    source_length: int = 20
    target_length: int = 28
    width: int = 64
    dense: int = 256
    heads: int = 2
    dropout: float = 0.5
    batch_size: int = 32
    epochs: int = 2
    learning_rate: float = 7e-4


# A quarter of the textbook's width and heads, an eighth of its dense layer and
# half its batch: what a CPU trains in twenty seconds. At 1e-3 the last steps
# move one run's accuracy by more than a point.
QUICK = Config()
# The test sentences are few: the logits of each of them fill a megabyte.
BOOK = Config(
    train_samples=83_000,
    test_samples=2_000,
    source_words=15_000,
    target_words=15_000,
    target_length=20,
    width=256,
    dense=2_048,
    heads=8,
    batch_size=64,
    epochs=30,
    learning_rate=1e-3,
)
