"""Reads pages as a browser would see them, for the tests of the site."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

Attributes = dict[str, str]
# What makes a browser load something by itself.
LOADS = {"link": "href", "script": "src", "img": "src", "iframe": "src"}


@dataclass
class CodeLine:
    side: str
    unit: int
    row: int
    text: str
    shown: bool


@dataclass
class Page(HTMLParser):
    """What a page links to, loads and says, and its lines of code."""

    path: Path
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    lines: list[CodeLine] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.side, self.unit, self.open = "", -1, False
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs) -> None:
        values: Attributes = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values["href"])
        if tag in LOADS and LOADS[tag] in values:
            self.loads.append(values[LOADS[tag]])
        kinds = values.get("class", "").split()
        if "unit" in kinds:
            self.unit += 1
        if "half" in kinds:
            self.side = kinds[1]
        if "l" in kinds:
            row = int(values["style"].removeprefix("grid-row:"))
            shown = "away" not in kinds
            self.lines.append(CodeLine(self.side, self.unit, row, "", shown))
            self.open = True

    def handle_endtag(self, tag) -> None:
        if tag == "code":
            self.open = False

    def handle_data(self, data) -> None:
        self.text += data
        if self.open:
            self.lines[-1].text += data

    def half(self, side: str) -> str:
        """Return the text of one side, as somebody would copy it."""
        return "".join(line.text for line in self.lines if line.side == side)

    def row_of(self, side: str, start: str) -> tuple[int, int]:
        """Return unit and row of the first line that begins like this."""
        return next(
            (line.unit, line.row)
            for line in self.lines
            if line.side == side and line.text.strip().startswith(start)
        )


def broken_links(pages: dict[Path, Page]) -> list[str]:
    """Return what leads to no file, or to no anchor of its page."""
    broken = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            if ":" in link.split("/")[0]:
                continue
            target, _, anchor = link.partition("#")
            where = (path.parent / unquote(target)).resolve()
            where = where if target else path
            if not where.is_file() or (
                anchor
                and where in pages
                and unquote(anchor) not in pages[where].ids
            ):
                broken.append(f"{path.name}: {link}")
    return broken
