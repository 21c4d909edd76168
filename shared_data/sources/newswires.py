"""Newswires of 1987 with a topic: Reuters-21578, collected by Lewis and others.

The textbook takes them from `reuters.npz`, whose arrays hold pickled Python
objects: loading those runs whatever code the file contains. No pickle is
loaded here; the collection's own archive of plain texts is read, with the
textbook's choice of newswires: the topic is the first of those that a
newswire was given, and topics of fewer than 15 newswires are left out. Its
labels count topics as they come up, these in the order of the alphabet.
"""

import html
import re
import tarfile
from collections import Counter
from dataclasses import dataclass

import numpy as np

from shared_data.files import DataError, book_file
from shared_data.sources import split_rows

BOOK_URL = "https://kdd.ics.uci.edu/databases/reuters21578/reuters21578.tar.gz"
BOOK_SHA256 = "3bae43c9b14e387f76a61b6d82bf98a4fb5d3ef99ef7e7075ff2ccbcf59f9d30"
BOOK_MEMBER = re.compile(r"(?:\./)?(?:[^/]+/)?reut2-\d{3}\.sgm")
NEWSWIRE = re.compile(r"<REUTERS\b.*?</REUTERS>", re.DOTALL)
TOPIC = re.compile(r"<TOPICS><D>(.*?)</D>")
# Short ones have a title only.
TEXT = (
    re.compile(r"<BODY>(.*?)</BODY>", re.DOTALL),
    re.compile(r"<TITLE>(.*?)</TITLE>", re.DOTALL),
)
RARE = 15
TOPICS = 46


@dataclass(frozen=True)
class Newswires:
    """N texts and labels (N,) int64, places of topics in the alphabet."""

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, rows: np.ndarray) -> "Newswires":
        return Newswires([self.texts[row] for row in rows], self.labels[rows])


def load_newswires(
    train_samples: int, test_samples: int, seed: int
) -> tuple[Newswires, Newswires]:
    """Return newswires to train on and newswires to test on, shuffled.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    newswires = book_newswires()
    train, test = split_rows(len(newswires), train_samples, test_samples, seed)
    return newswires[train], newswires[test]


def book_newswires() -> Newswires:
    """Return about 11,000 newswires of 46 topics, in the order of time.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("reuters21578.tar.gz", BOOK_URL, BOOK_SHA256)
    rows: list[tuple[str, str]] = []
    # Read from front to end, as a stream: nothing is ever extracted.
    with tarfile.open(file, "r|gz") as archive:
        for member in archive:
            wanted = BOOK_MEMBER.fullmatch(member.name)
            stream = archive.extractfile(member) if wanted else None
            if stream:
                rows += read_newswires(stream.read().decode("latin-1"))
    newswires = with_common_topics(rows)
    found = len(np.unique(newswires.labels))
    if found != TOPICS:
        raise DataError(
            f"received {found} topics in {file}; expected {TOPICS}; delete it "
            "and run again"
        )
    return newswires


def read_newswires(sgml: str) -> list[tuple[str, str]]:
    """Return text and first topic of each newswire that has both."""
    rows = []
    for newswire in NEWSWIRE.findall(sgml):
        topic = TOPIC.search(newswire)
        text = next(filter(None, (tag.search(newswire) for tag in TEXT)), None)
        if topic and text:
            rows.append((" ".join(html.unescape(text[1]).split()), topic[1]))
    return rows


def with_common_topics(rows: list[tuple[str, str]]) -> Newswires:
    """Keep the newswires of common topics; of equal texts, the first.

    A newswire that stands in training and test alike tests nothing.
    """
    counts = Counter(topic for _, topic in rows)
    topics = sorted(t for t, count in counts.items() if count >= RARE)
    kept: dict[str, str] = {}
    for text, topic in rows:
        if topic in topics:
            kept.setdefault(text, topic)
    return Newswires(
        texts=list(kept),
        labels=np.array([topics.index(t) for t in kept.values()], np.int64),
    )
