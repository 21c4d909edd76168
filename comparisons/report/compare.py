"""What changed between two folders of results.

Reading only: what turns the gate red is written down here beside each change,
and told in gate.py. Figures that moved stand in shifts.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from comparisons.report.checks import Check, checks
from comparisons.report.shifts import moved_figures
from comparisons.report.tables import Grid
from comparisons.results import Result

GONE = "not there"


@dataclass(frozen=True)
class Change:
    """One thing of a task that is not as it was; `red` says why that counts."""

    task: str
    what: str
    old: str
    new: str
    red: str = ""


@dataclass
class Comparison:
    """What changed, by kind; `asked` counts the tasks that NEW has or lacks."""

    asked: int
    changes: list[Change] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def reds(self) -> list[Change]:
        return [change for change in self.changes if change.red]


def compare(
    old: Sequence[Result],
    new: Sequence[Result],
    expected: Collection[str] | None = None,
) -> Comparison:
    """Compare two folders' results, task by task.

    Args:
        old: what held so far, as the committed results.
        new: what is judged.
        expected: the tasks that `new` was meant to have; None: all of `old`.
    """
    before = {result.task: result for result in old}
    after = {result.task: result for result in new}
    wanted = set(before) if expected is None else before.keys() & expected
    found = Comparison(len(wanted | after.keys()))
    for task in [*before, *(t for t in after if t not in before)]:
        if task in after:
            found.changes += of_task(before.get(task), after[task])
        elif task in wanted:
            red = "OLD has it, and NEW was meant to"
            found.changes.append(Change(task, "result", "there", GONE, red))
    left_out = [t for t in before if t not in after and t not in wanted]
    if left_out:
        found.notes.append(f"Not asked of NEW: {len(left_out)} tasks of OLD.")
    both = [(before[task], after[task]) for task in before if task in after]
    found.grids = moved_figures(both)
    return found


# === What has to hold =======================================================


def of_task(old: Result | None, new: Result) -> list[Change]:
    """Return what a task has to hold and does not hold as it did."""
    after = {check.title: check for check in checks(new)}
    if old is None:
        known = sum(check.state == "held" for check in after.values())
        there = f"{known} of {len(after)} checks hold"
        found = [Change(new.task, "result", GONE, there)]
        before: dict[str, Check] = {}
    else:
        before = {check.title: check for check in checks(old)}
        found = [
            Change(new.task, name, str(was), str(now))
            for name, was, now in settings(old, new)
        ]
    for title in [*before, *(t for t in after if t not in before)]:
        change = of_check(before.get(title), after.get(title))
        # Of a new task only what does not hold is worth a line.
        if change and (old is not None or change[2]):
            found.append(Change(new.task, title, *change))
    return found


def of_check(
    old: Check | None, new: Check | None
) -> tuple[str, str, str] | None:
    """Return old and new state and why that is red; None if nothing changed.

    What held has to hold again: to be gone is no way to hold. What failed
    before may go on failing, but for a task below its baseline.
    """
    was, now = state(old), state(new)
    if new is None:
        red = "it held, and is not there" if old and old.state == "held" else ""
        return was, now, red
    if new.state == "failed":
        known = old is not None and old.state == "failed"
        red = "" if known and new.kind != "baseline" else new.told
        return was, f"still {now}" if known else now, red
    if new.state == "undecided" and old and old.state == "held":
        return was, now, new.told
    if old is None or old.state != new.state:
        return was, now, ""
    limits = old.figures.get("tolerance"), new.figures.get("tolerance")
    if limits[0] != limits[1]:
        return f"at most {limits[0]}", f"at most {limits[1]}", ""
    return None


def state(check: Check | None) -> str:
    if check is None:
        return GONE
    return check.name if check.kind == "verdict" else check.state


def settings(old: Result, new: Result) -> list[tuple[str, object, object]]:
    """Return what was asked otherwise, so that figures may differ for it."""
    asked: list[tuple[str, object, object]] = [
        ("preset", old.preset, new.preset),
        ("data", old.data, new.data),
        ("samples", old.samples, new.samples),
        ("steps of the proof", old.parity.steps, new.parity.steps),
    ]
    if old.accuracy and new.accuracy:
        seeds = len(old.accuracy.seeds), len(new.accuracy.seeds)
        asked.append(("seeds", *seeds))
    return [(name, was, now) for name, was, now in asked if was != now]
