"""What there is, on a terminal: the tasks, and the atlas of differences."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from comparisons.differences import Difference
from comparisons.measure.differences import Apart, Measured
from comparisons.task import Task
from comparisons.tasks import TASKS
from comparisons.weights import RULES


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


def rules_table() -> str:
    """Return every kind of layer that weights.py knows, as Markdown."""
    lines = [
        "| Keras layer | its variables | PyTorch's tensors |",
        "|---|---|---|",
    ]
    for kind, rules in RULES.items():
        ours, theirs = [], []
        for rule in rules:
            ours.append(f"{', '.join(rule.keras.names)}: {rule.keras.form}")
            told = f"{', '.join(rule.torch.names)}: {rule.torch.form}"
            if rule.zero:
                told += f"; {rule.zero}: zeros"
            if rule.order:
                told += "; gates in the order " + ", ".join(
                    str(gate + 1) for gate in rule.order
                )
            theirs.append(told)
        cells = ("<br>".join(f"`{t}`" for t in some) for some in (ours, theirs))
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def table_of_differences(entries: Sequence[Difference]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("title")
    for entry in entries:
        table.add_row(entry.name, entry.title)
    return table


def difference_lines(measured: Measured) -> list[str]:
    """Return an entry with its code, its figures and its pairs, as markup."""
    entry = measured.entry
    pairs = [t.stem for t in TASKS if entry.name in t.differences]
    lines = [f"[bold]{escape(entry.title)}[/]  ({entry.name})\n"]
    for title, text in (
        ("Keras", entry.keras),
        ("PyTorch", entry.pytorch),
        ("Fix", entry.fix),
        *((f"{way}()", code.rstrip()) for way, code in entry.code.items()),
        ("Not possible", entry.not_possible),
        ("Measured", "\n".join(figures(measured))),
        ("Pairs", "\n".join(pairs) or "none of the book's"),
    ):
        if text:
            lines.append(f"[dim]{title}[/]\n{escape(text)}\n")
    return lines


def figures(measured: Measured) -> list[str]:
    """Return how far apart the defaults are, and what each fix leaves."""
    entry = measured.entry
    lines = [f"defaults, {entry.gap_type}: {distance(measured.gap)} apart"]
    lines += [
        f"{way}, {dtype}: {distance(apart)} left, {entry.closed[dtype]:.0e} "
        "allowed"
        for (way, dtype), apart in measured.residual.items()
    ]
    return lines


def distance(apart: Apart) -> str:
    number = f"{apart.distance:.1e}"
    return f"{number} ({apart.told})" if apart.told else number


def table_of_gaps(found: Sequence[Measured]) -> Table:
    """Return the largest figures of every entry that was measured."""
    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    for column in ("defaults", "fixed, float32", "float64"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for measured in found:
        worst = [
            max(
                (a.distance for (_, d), a in measured.residual.items()
                 if d == dtype),
                default=0.0,
            )
            for dtype in ("float32", "float64")
        ]  # fmt: skip
        cells = [f"{v:.0e}" for v in (measured.gap.distance, *worst)]
        table.add_row(
            measured.entry.name, *cells, "✗" if measured.faults else "✓"
        )
    held = sum(not measured.faults for measured in found)
    table.caption = f"{held} of {len(found)} entries hold"
    return table
