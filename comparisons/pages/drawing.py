"""The templates, and the lines of a pair as cells of a grid."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from comparisons.common import SIDES, TITLES
from comparisons.pages import colours, telling
from comparisons.pages.columns import Row, Unit, cells, says_nothing
from comparisons.pages.halves import Line
from comparisons.pages.sources import Pair

TEMPLATES = Path(__file__).parent / "templates"
LINE = Markup('<code class="{}"{} data-l="{}" style="grid-row:{}">{}\n</code>')


def environment() -> Environment:
    """Return the templates with the functions that they call."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "half": half,
        "sides": list(enumerate(SIDES)),
        "titles": TITLES,
        "headings": headings,
        "gap": telling.apart,
        "prose": colours.prose,
    }
    return templates


class Spots:
    """Gives an anchor to the first line of a page that names a difference."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def name(self, line: Line) -> str:
        """Return the difference that this line becomes the anchor of, or ""."""
        for name in line.entries:
            if name not in self.taken:
                self.taken.add(name)
                return name
        return ""


def anchor_of(name: str) -> str:
    return f"at-{name}"


def spots_of(pairs: Sequence[Pair]) -> dict[tuple[str, str], str]:
    """Return the anchors of differences in pairs, by task and name."""
    found: dict[tuple[str, str], str] = {}
    for pair in pairs:
        spots = Spots()
        for line in drawn(pair):
            name = spots.name(line)
            if name:
                found[pair.task.stem, name] = f"#{anchor_of(name)}"
    return found


def drawn(pair: Pair) -> Iterator[Line]:
    """Yield the lines of a pair in the order of its page."""
    for part in pair.parts:
        for unit in part.units:
            for side in (0, 1):
                for _, line in cells(unit, side):
                    yield line


def half(unit: Unit, side: int, spots: Spots | None = None) -> Markup:
    """Return the lines of one side of a unit, each with its row of the grid.

    Banners and the blank lines around a unit are hidden, because the page has
    headings and space in their place. They are kept for copying.
    """
    lines = []
    for row, line in cells(unit, side):
        kinds = ["l"]
        if line.is_banner or (line.is_blank and on_edge(unit.rows, row - 1)):
            kinds.append("away")
        if line.entries:
            kinds.append("d")
        name = spots.name(line) if spots else ""
        mark = Markup(' id="{}"').format(anchor_of(name)) if name else ""
        lines.append(
            LINE.format(" ".join(kinds), mark, line.number, row, line.html)
        )
    return Markup("").join(lines)


def on_edge(rows: Sequence[Row], at: int) -> bool:
    """Whether a row is at the visible beginning or end of its unit."""
    return says_nothing(rows[: at + 1]) or says_nothing(rows[at:])


def headings(html: Markup) -> list[tuple[str, str]]:
    """Return the anchors and texts of the second-level headings."""
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', html)
    return [(anchor, title.split(":")[0]) for anchor, title in found]
