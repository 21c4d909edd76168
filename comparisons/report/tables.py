"""A table for a terminal and for a Markdown file."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text


@dataclass
class Grid:
    """Rows of text below a title; each of `notes` is a line below them."""

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def markdown(self) -> str:
        lines = [f"## {self.title}", ""] if self.title else []
        lines.append(row(*self.columns))
        lines.append("|" + "---|" * len(self.columns))
        lines += [row(*cells) for cells in self.rows]
        lines += [f"\n{note}" for note in self.notes]
        return "\n".join(lines) + "\n"

    def shown(self) -> Table:
        table = Table(
            title=self.title,
            title_justify="left",
            box=None,
            pad_edge=False,
            caption="\n".join(self.notes) or None,
            caption_justify="left",
        )
        for name in self.columns:
            table.add_column(name, overflow="fold")
        for cells in self.rows:
            table.add_row(*(Text(cell) for cell in cells))
        return table


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
