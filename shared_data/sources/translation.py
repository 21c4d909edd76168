"""Sentence pairs as numbers for translation, their baseline and scores."""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sacrebleu

from shared_data import Arrays, Data
from shared_data.files import DataError, book_file
from shared_data.sources import check_data, split_rows
from shared_data.sources.dates_and_numbers import (
    LANGUAGES,
    generate_sentences,
)
from shared_data.sources.vocabulary import (
    PADDING,
    Vocabulary,
    learn_vocabulary,
)

BOOK_URL = (
    "http://storage.googleapis.com/download.tensorflow.org/data/spa-eng.zip"
)
BOOK_MEMBER = "spa-eng/spa.txt"

END = "[end]"
# A translation begins with the mark of its language.
STARTS = tuple(f"[{language}]" for language in LANGUAGES)
# Pieces keep the space before them, so that joining them gives the text
# back. Digits stand alone, for no vocabulary holds every number, and so do
# Korean syllables, whose words change with every particle.
PIECES = r"\s?\d|\s?\p{Hangul}|\s?[^\W\d]+|\s?[^\w\s]"


@dataclass(frozen=True)
class Pairs:
    """N sentences in English, the language of each translation, and it."""

    english: list[str]
    languages: list[str]
    translations: list[str]

    def __len__(self) -> int:
        return len(self.english)


@dataclass(frozen=True)
class Languages:
    """The two vocabularies of a task."""

    source: Vocabulary
    target: Vocabulary


def load_data(config: Any, data: str = "bundled") -> Data:
    """Return numbered sentences, translations so far, and each next piece.

    Inputs are `source` (N, source_length) and `target` (N, target_length),
    int32; targets are (N, target_length) int64, the target one piece ahead.
    0 is padding, 1 a piece that is not in the vocabulary. `more` holds the
    pieces of both vocabularies.

    `config` is that of one of the tasks that translate.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: the data file is missing, altered or unreadable.
    """
    train, test = load_pairs(
        data, config.train_samples, config.test_samples, config.seed
    )
    languages = learn_languages(train, config.source_words, config.target_words)
    lengths = config.source_length, config.target_length
    return Data(
        train=to_arrays(train, languages, *lengths),
        test=to_arrays(test, languages, *lengths),
        more={
            "source words": languages.source.table(config.source_words),
            "target words": languages.target.table(config.target_words),
        },
    )


def load_pairs(
    data: str, train_samples: int, test_samples: int, seed: int
) -> tuple[Pairs, Pairs]:
    """Return pairs to train on and pairs to test on, shuffled.

    No English sentence stands in both. `bundled` sentences about dates and
    numbers come alternately with a Spanish and a Korean translation.

    Raises:
        ValueError: `data` is neither `bundled` nor `book`.
        DataError: the file cannot be had, or is not the right one.
    """
    check_data(data)
    if data == "bundled":
        pairs = bundled_pairs(train_samples + test_samples, seed)
        return cut(pairs, range(train_samples)), cut(
            pairs, range(train_samples, len(pairs))
        )
    pairs = book_pairs()
    train, test = split_rows(len(pairs), train_samples, test_samples, seed)
    return cut(pairs, train), cut(pairs, test)


def cut(pairs: Pairs, rows: Iterable[int]) -> Pairs:
    rows = list(rows)
    return Pairs(
        [pairs.english[row] for row in rows],
        [pairs.languages[row] for row in rows],
        [pairs.translations[row] for row in rows],
    )


def bundled_pairs(count: int, seed: int) -> Pairs:
    """Return generated pairs, Spanish and Korean by turns."""
    sentences = generate_sentences(count, seed)
    languages = [LANGUAGES[row % 2] for row in range(count)]
    return Pairs(
        [sentence.english for sentence in sentences],
        languages,
        [
            getattr(sentence, language)
            for sentence, language in zip(sentences, languages, strict=True)
        ],
    )


def book_pairs() -> Pairs:
    """Return the textbook's pairs, the first translation of each sentence.

    Raises:
        DataError: the file cannot be had, or is not the right one.
    """
    file = book_file("spa-eng.zip", BOOK_URL, is_whole=zipfile.is_zipfile)
    return read_pairs(file)


def read_pairs(file: Path) -> Pairs:
    """Read English and Spanish from lines with a tab between them."""
    try:
        with zipfile.ZipFile(file) as archive:
            text = archive.read(BOOK_MEMBER).decode("utf-8")
    except (KeyError, zipfile.BadZipFile) as error:
        raise DataError(
            f"received {file} that cannot be read ({error}); expected "
            f"{BOOK_MEMBER} in it; delete {file} and run again"
        ) from None
    found: dict[str, str] = {}
    for line in text.strip().split("\n"):
        english, spanish = line.split("\t")[:2]
        found.setdefault(english, spanish)
    return Pairs(list(found), ["spanish"] * len(found), list(found.values()))


# === As numbers =============================================================


def learn_languages(
    train: Pairs, source_words: int, target_words: int
) -> Languages:
    """Learn one vocabulary for English and one for all translations."""
    return Languages(
        learn_vocabulary(train.english, source_words, pattern=PIECES),
        learn_vocabulary(
            train.translations,
            target_words,
            marks=(END, *STARTS),
            pattern=PIECES,
        ),
    )


def to_arrays(
    pairs: Pairs, languages: Languages, source_length: int, target_length: int
) -> Arrays:
    """Return the sentences, the translations so far, and each next piece.

    Inputs are int32: `source` (N, source_length) and `target` (N,
    target_length), which begins with the mark of the language; targets are
    int64 (N, target_length), the same one piece ahead, with the end's mark.
    """
    target = languages.target
    end = target.number(END)
    table = np.full((len(pairs), target_length + 1), PADDING, dtype=np.int32)
    numbers = target.numbers(pairs.translations)
    for row, language, found in zip(
        table, pairs.languages, numbers, strict=True
    ):
        whole = [target.number(f"[{language}]"), *found, end]
        kept = whole[: len(row)]
        row[: len(kept)] = kept
    return Arrays(
        inputs={
            "source": languages.source.encode(pairs.english, source_length),
            "target": table[:, :-1].copy(),
        },
        targets=table[:, 1:].astype(np.int64),
    )


# === What it is judged by ===================================================


def baseline(data: Data) -> float:
    """Return how often the commonest next piece after the present one is it.

    Counted on the training half; a piece that never stood there is followed
    by the commonest of all. Padding does not count.
    """
    before, after = flat(data.train)
    commonest = np.bincount(after).argmax()
    guess = np.full(
        1 + max(before.max(), data.test.inputs["target"].max()), commonest
    )
    seen, counts = np.unique(
        np.stack([before, after]), axis=1, return_counts=True
    )
    order = np.argsort(counts, kind="stable")  # the commonest last: it stays
    guess[seen[0, order]] = seen[1, order]
    before, after = flat(data.test)
    return float(np.mean(guess[before] == after))


def flat(arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    """Return every piece and the next one, without the padding."""
    real = arrays.targets != PADDING
    return arrays.inputs["target"][real], arrays.targets[real]


def text_of(numbers: np.ndarray, words: np.ndarray) -> str:
    """Return the text of numbered pieces, up to the end's mark or padding."""
    pieces = []
    for piece in words[numbers]:
        if piece in (END, words[PADDING]):
            break
        if piece not in STARTS:
            pieces.append(piece)
    return "".join(pieces).strip()


def translation_scores(
    translations: Sequence[str], references: Sequence[str]
) -> dict[str, float]:
    """Return exact matches (0 to 1), BLEU and chrF (0 to 100)."""
    same = [a == b for a, b in zip(translations, references, strict=True)]
    return {
        "exact match": float(np.mean(same)),
        "BLEU": sacrebleu.corpus_bleu(translations, [references]).score,
        "chrF": sacrebleu.corpus_chrf(translations, [references]).score,
    }
