"""The words of the pairs in English and Korean, from glossary.toml.

Each says where it is met: in a pair of the table of tasks.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from comparisons.common import RequestError
from comparisons.pages.documents import slug

PATH = Path(__file__).parent / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """A term, what it means, and the task that meets it."""

    en: str
    ko: str
    means: str
    means_ko: str
    task: str

    @property
    def anchor(self) -> str:
        return slug(self.en)


def terms(path: Path = PATH) -> list[Term]:
    """Return all terms in the order of the English alphabet.

    Raises:
        RequestError: the file is missing or a term is not whole.
    """
    wanted = {f.name for f in fields(Term)}
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("term", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RequestError(
            f"received {path} ({error}); expected a TOML file of [[term]]; "
            "mend it"
        ) from None
    for row in rows:
        if set(row) != wanted or not all(row.values()):
            raise RequestError(
                f"received the term {row.get('en', row)} in {path}; expected "
                f"{', '.join(sorted(wanted))}; add what is missing"
            )
    return sorted((Term(**row) for row in rows), key=lambda t: t.en.lower())
