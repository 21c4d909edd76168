"""Names in 46 languages: countries, languages, scripts and currencies.

The Unicode consortium's CLDR holds what speakers of some hundred languages
call them, written by people for people, and babel brings it with pip. The
languages are the 46 with most such names among those written in Latin
letters: a script of its own would give a language away.

Babel keeps a language in a pickle. This module opens none: babel loads its
own files, which are compared with their SHA-256 before, and are then as much
to be trusted as babel's code.
"""

import hashlib
import importlib.metadata
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shared_data.files import DataError

VERSION = "2.18.0"
# Of the languages' files, one after the other in the order below.
BUNDLED_SHA256 = (
    "b4f44f1eb69e8750d6bad201dd3f19948b5d02e4844baa10f6b042156b95bf67"
)

LANGUAGES = (
    *("ast", "az", "br", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et"),
    *("eu", "fi", "fr", "fy", "ga", "gd", "gsw", "hr", "hu", "id", "ig", "is"),
    *("it", "kgp", "lb", "lt", "lv", "ms", "nl", "no", "pl", "pt", "rm", "ro"),
    *("sc", "sk", "sl", "sq", "sv", "to", "tr", "vec", "vi", "yrl"),
)
LISTS = ("territories", "languages", "scripts", "currency_names")


@dataclass(frozen=True)
class Names:
    """N names in lower case, labels (N,) and entries (N,), both int64.

    A label is the language's place in `LANGUAGES`; an entry is the number of
    what is named, the same in all languages.
    """

    texts: list[str]
    labels: np.ndarray
    entries: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, rows: np.ndarray) -> "Names":
        return Names(
            [self.texts[row] for row in rows],
            self.labels[rows],
            self.entries[rows],
        )


def load_names(
    train_samples: int, test_samples: int, seed: int
) -> tuple[Names, Names]:
    """Return names to train on and names to test on, shuffled.

    What is named in the test set is named in no language of the training
    set. Counts are clipped to what is there.

    Raises:
        DataError: babel or one of its files is missing or altered.
    """
    names = bundled_names()
    generator = np.random.default_rng(seed)
    entries = generator.permutation(names.entries.max() + 1)
    cut = len(entries) * train_samples // (train_samples + test_samples)
    rows = generator.permutation(len(names))
    trains = np.isin(names.entries[rows], entries[:cut])
    return (
        names[rows[trains][:train_samples]],
        names[rows[~trains][:test_samples]],
    )


def bundled_names() -> Names:
    """Return 33,388 names, sorted by language.

    A name that several of the languages write alike belongs to none of them
    and is dropped; a language's second use of a name is dropped too.

    Raises:
        DataError: babel or one of its files is missing or altered.
    """
    check_babel()
    from babel import localedata

    owners: dict[str, set[str]] = {}
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for language in LANGUAGES:
        known = localedata.load(language)
        for kind in LISTS:
            for code, name in sorted(known[kind].items()):
                # A code that stands for itself has no name.
                if isinstance(name, str) and name != code:
                    text = unicodedata.normalize("NFC", name).lower()
                    owners.setdefault(text, set()).add(language)
                    first.setdefault((language, text), (kind, code))
    kept = [key for key in first if len(owners[key[1]]) == 1]
    number = {e: n for n, e in enumerate(sorted({first[key] for key in kept}))}
    return Names(
        texts=[text for _, text in kept],
        labels=np.array([LANGUAGES.index(language) for language, _ in kept]),
        entries=np.array([number[first[key]] for key in kept]),
    )


def check_babel() -> None:
    """Compare the languages' files with their SHA-256.

    Raises:
        DataError: babel or one of its files is missing or altered.
    """
    remedy = f"run `pip install --force-reinstall babel=={VERSION}`"
    digest = hashlib.sha256()
    try:
        babel = importlib.metadata.distribution("babel")
        for language in LANGUAGES:
            path = babel.locate_file(f"babel/locale-data/{language}.dat")
            digest.update(Path(str(path)).read_bytes())
    except importlib.metadata.PackageNotFoundError:
        raise DataError(
            f"received no package babel; expected babel=={VERSION}, which "
            "carries the data; run `make setup`"
        ) from None
    except OSError as error:
        raise DataError(
            f"received no readable {error.filename} ({error.strerror}); "
            f"expected a data file; {remedy}"
        ) from None
    if digest.hexdigest() != BUNDLED_SHA256:
        raise DataError(
            f"received languages of babel {babel.version} with SHA-256 "
            f"{digest.hexdigest()}; expected {BUNDLED_SHA256} of {VERSION}; "
            f"{remedy}"
        )


def letter_runs(text: str) -> set[str]:
    """Return the runs of one, two and three letters, word ends included."""
    text = f" {text} "
    return {
        text[start : start + length]
        for length in (1, 2, 3)
        for start in range(len(text) - length + 1)
    }
