"""The gate: does NEW hold what OLD held?

Red is a rung that held and does not, a verdict that was `equivalent` and is
not, a task below its baseline, memory that is unequal by arithmetic and was
equal, and a task that OLD has and NEW was meant to have. What failed in OLD
may go on failing; a check that OLD does not know has to hold. Timing is shown
with its change and never judged.
"""

from rich.console import Console
from rich.markup import escape

from comparisons.report.compare import Change, Changes


def verdict(found: Changes) -> str:
    """Return what the gate says, on one line."""
    many = len(found.reds)
    if many:
        reasons = "1 reason" if many == 1 else f"{many} reasons"
        tasks = len({change.task for change in found.reds})
        return f"gate: red, {reasons} in {tasks} of {found.asked} tasks"
    if found.asked == 1:
        return "gate: green, 1 task holds what it held"
    return f"gate: green, {found.asked} tasks hold what they held"


def reason(change: Change) -> str:
    return (
        f"{change.task}: {change.what}: {change.old} → {change.new}: "
        f"{change.red}"
    )


def markdown(found: Changes, old: str, new: str) -> str:
    """Return all that changed; `old` and `new` name the folders."""
    lines = [f"# {old} → {new}", "", f"{verdict(found)}.", ""]
    lines += [f"{note}\n" for note in found.notes]
    tables = [grid.markdown() for grid in found.grids()]
    return "\n".join([*lines, *(tables or ["Nothing changed.\n"])])


def show(found: Changes, console: Console) -> None:
    """Print the same on a terminal."""
    tables = list(found.grids())
    for grid in tables:
        console.print(grid.shown())
        console.print()
    if not tables:
        console.print("nothing changed")
    for note in found.notes:
        console.print(escape(note))


def judge(found: Changes, console: Console) -> bool:
    """Print what the gate says, and why; return whether it is green."""
    console.print(verdict(found), style="bold red" if found.reds else "green")
    for change in found.reds:
        console.print(f"  {escape(reason(change))}", soft_wrap=True)
    return not found.reds
