"""Makes all pages in memory, then writes all of them or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from comparisons.common import RequestError, write_whole
from comparisons.pages import documents, drawing, glossary, search, telling
from comparisons.pages.colours import prose
from comparisons.pages.sources import (
    RESULTS,
    House,
    Pair,
    entry,
    pair,
)
from comparisons.tasks import CHAPTERS

ASSETS = Path(__file__).parent / "assets"
FILES = "files.txt"  # the list of files that the last build wrote
KOREAN = "README.ko.md"


@dataclass(frozen=True)
class Document:
    """A Markdown file that becomes a page."""

    path: str
    page: str
    title: str
    text: str

    @property
    def lang(self) -> str:
        return "ko" if self.path == KOREAN else "en"


def make(house: House | None = None) -> dict[str, bytes]:
    """Return every file of the site by its path.

    Raises:
        RequestError: a half, a section, a result or a picture is missing.
    """
    house = house or House()

    def link(name: str) -> str | None:
        return f"../atlas/{name}.html" if name in house.entries else None

    pairs = [pair(task, house, link) for task in house.tasks]
    entries = [entry(name, house) for name in house.entries]
    terms = glossary.linked(glossary.terms(), house)
    texts = documents_of(house)
    site = Site(drawing.environment(), documents.Reader(house), texts)
    site.page("index.html", "index.html", chapters=chapters_of(pairs))
    for before, one, after in neighbours(pairs):
        where = f"{RESULTS}/{one.task.stem}.md"
        site.page(
            f"pairs/{one.task.stem}.html",
            "pair.html",
            pair=one,
            before=before,
            after=after,
            above=site.reader.html(telling.above(one), where),
            below=site.reader.html(telling.below(one), where),
            spots=drawing.Spots(),
        )
    site.page("atlas.html", "atlas.html", entries=entries)
    spots = drawing.spots_of(pairs)
    for told in entries:
        site.page(
            f"atlas/{told.told.name}.html",
            "difference.html",
            entry=told,
            spots=spots,
            rich=lambda text: prose(text, link),
        )
    site.page("glossary.html", "glossary.html", terms=terms)
    for document in texts:
        root = "../" * document.page.count("/")
        body = site.reader.html(document.text, document.path, root)
        site.page(document.page, "document.html", document=document, body=body)
    listed = search.index(
        pairs, entries, terms, [(d.title, d.page) for d in texts]
    )
    site.files["assets/search-index.js"] = listed.encode()
    for asset in sorted(ASSETS.iterdir()):
        site.files[f"assets/{asset.name}"] = asset.read_bytes()
    return site.files | site.reader.pictures


class Site:
    """The files so far, and what fills them."""

    def __init__(
        self,
        templates: Environment,
        reader: documents.Reader,
        texts: list[Document],
    ) -> None:
        self.templates = templates
        self.reader = reader
        self.texts = texts
        self.files: dict[str, bytes] = {}

    def page(self, path: str, template: str, **values: Any) -> None:
        """Fill a template as the page at `path`."""
        html = self.templates.get_template(template).render(
            here=path, root="../" * path.count("/"), texts=self.texts, **values
        )
        self.files[path] = html.encode()


def documents_of(house: House) -> list[Document]:
    """Return the documents: docs/*.md and the Korean README."""
    found = []
    for where in [
        *sorted((house.root / "docs").glob("*.md")),
        house.root / KOREAN,
    ]:
        path = where.relative_to(house.root).as_posix()
        text = house.text(path)
        found.append(
            Document(
                path,
                documents.page_of(path, house) or "",
                documents.title_of(text, path),
                text,
            )
        )
    return found


def chapters_of(pairs: list[Pair]) -> list[dict[str, Any]]:
    """Return the table of contents: the chapters with their pairs."""
    numbers = dict.fromkeys(one.task.chapter for one in pairs)
    return [
        {
            "number": number,
            "title": CHAPTERS.get(number, ""),
            "rows": [
                (one, telling.cells(one))
                for one in pairs
                if one.task.chapter == number
            ],
        }
        for number in numbers
    ]


def neighbours(
    pairs: list[Pair],
) -> list[tuple[Pair | None, Pair, Pair | None]]:
    """Return every pair with its predecessor and its successor."""
    return list(
        zip([None, *pairs[:-1]], pairs, [*pairs[1:], None], strict=True)
    )


def write(files: Mapping[str, bytes], out: Path) -> list[Path]:
    """Write the site, and delete files of earlier builds that it lacks.

    Raises:
        RequestError: the folder cannot be written to.
    """
    listed = out / FILES
    try:
        out.mkdir(parents=True, exist_ok=True)
        old = listed.read_text("utf-8").split("\n") if listed.exists() else []
        for path, content in files.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(out / path, content)
        for path in set(old) - set(files) - {""}:
            stale = (out / path).resolve()
            if stale.is_relative_to(out.resolve()):
                stale.unlink(missing_ok=True)
        write_whole(listed, "\n".join(sorted(files)) + "\n")
    except OSError as error:
        raise RequestError(
            f"received --out {out} ({error.strerror}); expected a folder that "
            "can be written to"
        ) from None
    return [out / path for path in files]
