"""The terms that the pairs use, in English and Korean: glossary.toml.

Each term leads to the first pair of the book whose halves hold it.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path

from comparisons.common import RequestError
from comparisons.pages.documents import slug
from comparisons.pages.sources import House
from comparisons.task import Task

PATH = Path(__file__).parent / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """A term, what it means, and the task whose pair uses it.

    `seen` is a regular expression for what halves write in place of the term;
    without one, the term itself is looked for.
    """

    en: str
    ko: str
    means: str
    means_ko: str
    seen: str = ""
    task: str = ""

    @property
    def anchor(self) -> str:
        return slug(self.en)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what to look for in both halves of a pair."""
        if self.seen:
            return re.compile(self.seen)
        words = map(re.escape, re.split(r"[\s-]", self.en))
        # `max pooling` is MaxPooling2D in Keras and max_pool2d in PyTorch.
        return re.compile(r"[\s_-]*".join(words), re.IGNORECASE)


def terms(path: Path = PATH) -> list[Term]:
    """Return all terms in the order of the English alphabet.

    Raises:
        RequestError: the file is missing or a term is incomplete.
    """
    known = [f for f in fields(Term) if f.name != "task"]
    needed = {f.name for f in known if f.default is MISSING}
    allowed = {f.name for f in known}
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("term", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise RequestError(
            f"received {path} ({error}); expected a TOML file of [[term]]; "
            "correct it"
        ) from None
    for row in rows:
        if not needed <= set(row) <= allowed or not all(row.values()):
            raise RequestError(
                f"received the term {row.get('en', row)} in {path}; expected "
                f"{', '.join(sorted(needed))} and perhaps seen; correct it"
            )
    return sorted((Term(**row) for row in rows), key=lambda t: t.en.lower())


def linked(found: Sequence[Term], house: House) -> list[Term]:
    """Return the terms with the first task whose halves hold each.

    A term that no half of the house holds has no task.

    Raises:
        RequestError: a half is missing.
    """
    texts = {task.stem: text_of(task, house) for task in house.tasks}

    def first_user(term: Term) -> str:
        users = (s for s, text in texts.items() if term.pattern.search(text))
        return next(users, "")

    return [replace(term, task=first_user(term)) for term in found]


def text_of(task: Task, house: House) -> str:
    """Return the row's title and both halves of a task as one text."""
    halves = (f"{name}_impl/{task.stem}.py" for name in ("keras", "torch"))
    return "\n".join([task.title, *map(house.text, halves)])
