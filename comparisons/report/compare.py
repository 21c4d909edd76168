"""What changed between two folders of results.

What has to hold is judged by the checks of both; see gate.py. All other
figures are walked field by field and shown. Nothing of them is judged.
"""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from comparisons.records import Compared, Environment, Rung
from comparisons.report.checks import Check, checks, name_of
from comparisons.report.tables import Grid
from comparisons.results import AccuracySection, Result, Section

GONE = "not there"
# Fields whose change says nothing, or is said by another one.
UNSHOWN = {
    *("date", "digest", "iqr", "control_ci95", "losses", "seconds", "proven"),
    *("repeats", "blocks", "rejected", "repeated", "foreign_cores", "worst"),
    *("conditions", "warmup_s", "per_cpu_second", "reproduced", "exhibit"),
    *("noise_floor", "tolerance", "passed", "verdict", "ceilings", "latency"),
    *("beats_baseline", "detail", "note", "share_of_roof", "calls"),
}


@dataclass(frozen=True)
class Change:
    """One thing of a task that is not as it was; `red` says why that counts."""

    task: str
    what: str
    old: str
    new: str
    red: str = ""


@dataclass
class Changes:
    """What changed, by kind; `asked` counts the tasks that NEW has or lacks."""

    asked: int
    judged: list[Change] = field(default_factory=list)
    shown: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def reds(self) -> list[Change]:
        return [change for change in self.judged if change.red]

    def grids(self) -> Iterator[Grid]:
        """Yield a table of what has to hold, and one of all other figures."""
        if self.judged:
            grid = Grid("What has to hold", ("task", "what", *SIDES, "gate"))
            for one in sorted(self.judged, key=lambda c: not c.red):
                told = f"✗ {one.red}" if one.red else ""
                grid.rows.append([one.task, one.what, one.old, one.new, told])
            yield grid
        if self.shown:
            grid = Grid("Figures that moved", ("task", "figure", *SIDES))
            grid.rows = list(together(self.shown))
            grid.notes.append("Shown and never judged.")
            yield grid


SIDES = "OLD", "NEW"


def together(changes: Sequence[Change]) -> Iterator[list[str]]:
    """Yield rows; what changed alike in many tasks is one row."""
    met: dict[tuple[str, str, str], list[str]] = {}
    for one in changes:
        met.setdefault((one.what, one.old, one.new), []).append(one.task)
    for told, tasks in met.items():
        several = f"{len(tasks)} tasks" if len(tasks) > 1 else tasks[0]
        yield [several, *told]


def compare(
    old: Sequence[Result],
    new: Sequence[Result],
    expected: Collection[str] | None = None,
) -> Changes:
    """Compare two folders' results, task by task.

    Args:
        old: what held so far, as the committed results.
        new: what is judged.
        expected: the tasks that `new` was meant to have; None: all of `old`.
    """
    before = {result.task: result for result in old}
    after = {result.task: result for result in new}
    wanted = set(before) if expected is None else before.keys() & expected
    found = Changes(len(wanted | after.keys()))
    for task in [*before, *(t for t in after if t not in before)]:
        if task in after:
            found.judged += judged(before.get(task), after[task])
        elif task in wanted:
            red = "OLD has it, and NEW was meant to"
            found.judged.append(Change(task, "result", "there", GONE, red))
        if task in before and task in after:
            pairs = moved(before[task], after[task])
            found.shown += [Change(task, *told) for told in pairs]
    left_out = [t for t in before if t not in after and t not in wanted]
    if left_out:
        found.notes.append(f"Not asked of NEW: {len(left_out)} tasks of OLD.")
    return found


# === What has to hold =======================================================


def judged(old: Result | None, new: Result) -> list[Change]:
    """Return what a task has to hold and does not hold as it did."""
    after = {check.title: check for check in checks(new)}
    found = []
    before: dict[str, Check] = {}
    if old is None:
        known = sum(check.state == "held" for check in after.values())
        there = f"{known} of {len(after)} checks hold"
        found.append(Change(new.task, "result", GONE, there))
    else:
        before = {check.title: check for check in checks(old)}
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
    before may go on failing, except for a task below its baseline.
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


# === Every other figure =====================================================


def moved(old: Any, new: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield (figure, old, new) of all that differs in both, however deep.

    A section or a record that only one of the two has is passed over.
    """
    if isinstance(old, Compared) and not (old.ratio and new.ratio):
        if old.note != new.note:
            yield path, old.note or "measured", new.note or "measured"
        return
    if isinstance(old, BaseModel) and isinstance(new, BaseModel):
        for name in type(old).model_fields:
            if name not in UNSHOWN:
                yield from moved(
                    getattr(old, name), getattr(new, name, None),
                    below(path, old, name),
                )  # fmt: skip
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in old.keys() & new.keys():
            yield from moved(old[name], new[name], f"{path} {name}".strip())
    elif keyed(old) and keyed(new):
        before, after = ({key_of(v): v for v in some} for some in (old, new))
        for name in [name for name in before if name in after]:
            where = f"{path}, {name}"
            yield from moved(before[name], after[name], where)
    elif old is not None and new is not None and differs(old, new, path):
        yield path, text(old), text(new) + relative(old, new)


def below(path: str, owner: BaseModel, name: str) -> str:
    """Return a field's name for people: versions need no path."""
    if isinstance(owner, Environment):
        return name.replace("_", " ")
    return f"{path} {name}".strip()


def keyed(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and bool(key_of(value[0]))


def key_of(value: Any) -> str:
    """Return what tells a record of a list from the others; "" if nothing."""
    if isinstance(value, Rung):
        return name_of(value)
    if isinstance(value, Section) and not isinstance(value, AccuracySection):
        return ", ".join(value.key)
    names = [
        str(getattr(value, name))
        for name in ("half", "name", "axis", "samples", "batch")
        if hasattr(value, name)
    ]
    return " ".join(names)


def differs(old: Any, new: Any, path: str) -> bool:
    """Whether a figure moved by more than is shown of it."""
    if isinstance(old, float) and isinstance(new, float):
        if path.endswith("max_difference"):
            low, high = sorted((old, new))
            return high > 1e-15 and high >= 10 * low  # less is rounding
        return text(old) != text(new)
    if isinstance(old, list | tuple) and old and isinstance(old[0], float):
        # Scores are compared to the last bit.
        return list(old) != list(new)
    return bool(old != new)


def text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        if isinstance(value, list | tuple) and value:
            return f"[{', '.join(map(text, value))}]"
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def relative(old: Any, new: Any) -> str:
    """Return a change in percent; nothing where there is none to tell."""
    numbers = isinstance(old, float) and isinstance(new, float)
    if not numbers or not old or not math.isfinite(new / old):
        return ""
    return f" ({100 * (new / old - 1):+.1f} %)"
