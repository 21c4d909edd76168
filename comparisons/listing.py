"""What there is, on a terminal: the tasks, and the atlas of differences."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from comparisons.differences import Difference
from comparisons.task import Task
from comparisons.tasks import TASKS


def rows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return every task for other programs."""
    return [
        {
            "task": t.stem,
            "chapter": t.chapter,
            "section": t.section,
            "title": t.title,
            "metric": t.metric,
            "unit": t.unit,
            "margin": t.margin,
            "baseline": t.baseline_name,
            "differences": list(t.differences),
        }
        for t in tasks
    ]


def table_of_tasks(tasks: Sequence[Task]) -> Table:
    """Return every task, how it is scored and how close is close enough."""
    table = Table(box=None, pad_edge=False)
    for column in ("book", "task", "what", "metric", "margin", "baseline"):
        table.add_column(column)
    for t in tasks:
        margin = f"{t.margin:g} {t.unit}".strip()
        table.add_row(
            t.section, t.stem, t.title, t.metric, margin, t.baseline_name
        )
    return table


def table_of_differences(entries: Sequence[Difference]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("title")
    for entry in entries:
        table.add_row(entry.name, entry.title)
    return table


def difference_lines(entry: Difference) -> list[str]:
    """Return both behaviours, the fix and the pairs that meet it, as markup."""
    pairs = [t.stem for t in TASKS if entry.name in t.differences]
    lines = [f"[bold]{entry.title}[/]  ({entry.name})\n"]
    for title, text in (
        ("Keras", entry.keras),
        ("PyTorch", entry.pytorch),
        ("Fix", entry.fix),
        ("Pairs", "\n".join(pairs) or "none yet"),
    ):
        lines.append(f"[dim]{title}[/]\n{escape(text)}\n")
    return lines
