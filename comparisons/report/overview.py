"""All tasks in one report: report.md with its pictures, and docs/machines.md.

The Markdown follows from results alone, so that a check can compare bytes.
"""

from collections.abc import Mapping, Sequence

from comparisons.report import memory, roofline
from comparisons.report.machines import classes, speed_grid
from comparisons.report.markdown import table_of_pairs, trained
from comparisons.report.plots import curves
from comparisons.report.tables import Grid
from comparisons.results import MemorySection, Result


def reports_of(
    results: Sequence[Result], stale: Mapping[str, Sequence[str]]
) -> str:
    """Return report.md.

    `stale` has for each task the sections that are older than their code.
    """
    table = table_of_pairs(results, lambda task: f"{task}.md")
    parts = ["# Keras and PyTorch", "", "## The pairs", "", table]
    marks = [
        f"- {task}: {name}" for task, names in stale.items() for name in names
    ]
    if marks:
        parts += [
            "## Older than their code",
            "",
            "These sections were made before the code or the data last "
            "changed.",
            "",
            *marks,
            "",
        ]
    if any(map(trained, results)):
        parts += ["![Training loss of every pair](curves.webp)", ""]
    for title in classes(results):
        parts.append(speed_grid(title, results).markdown())
        costs = roofline.grid(title, results)
        if costs.rows:
            parts.append(costs.markdown())
    costly = most_counted(results)
    if costly:
        parts += [f"![Roofline, {costly}](roofline.webp)", ""]
    parts += [grid.markdown() for grid in memories(results)]
    return "\n".join(parts).rstrip() + "\n"


def most_counted(results: Sequence[Result]) -> str:
    """Return the machine class whose roofline is drawn; "" if there is none."""
    counts = {
        title: len(roofline.grid(title, results).rows)
        for title in classes(results)
    }
    title = max(counts, key=lambda t: counts[t], default="")
    return title if title and counts[title] else ""


def memories(results: Sequence[Result]) -> list[Grid]:
    """Return a table of memory for each machine class and engine."""
    found: dict[tuple[str, ...], list[tuple[str, MemorySection]]] = {}
    for result in results:
        for one in result.memory:
            found.setdefault(one.key, []).append((result.task, one))
    return [
        memory.overview(f"Memory, MiB: {' · '.join(key)}", known)
        for key, known in sorted(found.items(), key=lambda i: -len(i[1]))
    ]


def pictures_of(results: Sequence[Result]) -> dict[str, bytes]:
    """Return the pictures of report.md by name."""
    found = {}
    shown = [result for result in results if trained(result)]
    if shown:
        found["curves.webp"] = curves(shown)
    title = most_counted(results)
    drawn = roofline.picture(title, results) if title else None
    if drawn:
        found["roofline.webp"] = drawn
    return found
