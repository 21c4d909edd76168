"""Figures that moved between two results of a task; nothing here is judged."""

from collections import defaultdict
from collections.abc import Sequence

from comparisons.report.checks import name_of
from comparisons.report.tables import Grid
from comparisons.report.words import kinds_of, on_gpu, score
from comparisons.results import Accuracy, Compared, Memory, Result

Pairs = Sequence[tuple[Result, Result]]  # OLD and NEW of each task in both

VERSIONS = (
    *("keras", "backend", "backend_version", "torch", "python", "numpy"),
    *("device", "cpu", "cores", "threads", "platform", "commit"),
)
MEMORY = (
    ("host_allocator_peak_mib", "allocator's live peak"),
    ("gpu_allocator_peak_mib", "GPU allocator's live peak"),
    ("host_peak_mib", "process over its level"),
)


def moved_figures(both: Pairs) -> list[Grid]:
    """Return a table for each kind of figure that is not as it was."""
    grids = (
        rungs_grid(both),
        accuracy_grid(both),
        speed_grid(both),
        memory_grid(both),
        versions_grid(both),
    )
    return [grid for grid in grids if grid.rows]


def rungs_grid(both: Pairs) -> Grid:
    """Return differences of rungs that moved by more than rounding does."""
    columns = "task", "rung", "OLD", "NEW", "tolerance"
    grid = Grid("Differences that moved tenfold", columns)
    for old, new in both:
        before = {name_of(r): r.max_difference for r in old.parity.rungs}
        for rung in new.parity.rungs:
            name = name_of(rung)
            was, now = before.get(name), rung.max_difference
            if was is None or not tenfold(was, now):
                continue
            numbers = f"{was:.1e}", f"{now:.1e}", f"{rung.tolerance:.0e}"
            grid.rows.append([new.task, name, *numbers])
    return grid


def tenfold(old: float, new: float) -> bool:
    """Whether one of two differences is ten times the other, and not noise."""
    low, high = sorted((old, new))
    return high > 1e-15 and high >= 10 * low


def relative(old: float, new: float) -> str:
    """Return a change in percent; nothing where there is none to tell."""
    if not old or old == new:
        return ""
    return f" ({100 * (new / old - 1):+.1f} %)"


def moved(old: float | None, new: float | None, digits: int = 0) -> str:
    """Return `6,410 → 6,050 (-5.6 %)`, or what of it is known."""
    if old is None and new is None:
        return "not measured"
    said = [
        "not measured" if value is None else f"{value:,.{digits}f}"
        for value in (old, new)
    ]
    change = "" if old is None or new is None else relative(old, new)
    return f"{said[0]} → {said[1]}{change}"


def accuracy_grid(both: Pairs) -> Grid:
    """Return scores that are not the same to the last bit."""
    columns = "task", "metric", "Keras", "PyTorch", "gap", "verdict"
    grid = Grid("Accuracy", columns)
    same = 0
    for old, new in both:
        was, now = old.accuracy, new.accuracy
        if not was or not now:
            continue
        if (was.keras, was.torch) == (now.keras, now.torch):
            same += 1
            continue
        grid.rows.append(
            [
                new.task,
                now.metric,
                f"{score(was.keras, was)} → {score(now.keras, now)}",
                f"{score(was.torch, was)} → {score(now.torch, now)}",
                f"{gap_of(was)} → {gap_of(now)}",
                now.verdict
                if was.verdict == now.verdict
                else f"{was.verdict} → {now.verdict}",
            ]
        )
    if same:
        grid.notes.append(f"The scores of {same} other tasks have equal bits.")
    return grid


def gap_of(accuracy: Accuracy) -> str:
    return f"{accuracy.mean_gap:+.4f}"


def speed_grid(both: Pairs) -> Grid:
    """Return samples a second and their ratio; nothing of it is judged."""
    columns = "task", "work", "Keras", "PyTorch", "PyTorch / Keras"
    grid = Grid("Speed, samples/s", columns)
    for old, new in both:
        if not old.throughput or not new.throughput:
            continue
        before = dict(kinds_of(old.throughput))
        for work, now in kinds_of(new.throughput):
            was = before.get(work)
            # One result twice, as where NEW was copied, is no measurement.
            if was and (was.ratio or now.ratio) and was != now:
                cells = [new.task, work, *speed_cells(was, now)]
                grid.rows.append(cells)
    if any(o.environment.cpu != n.environment.cpu for o, n in both):
        grid.notes.append("Not of the same processor.")
    grid.notes.append("Shown and never judged: a machine is no pair.")
    return grid


def speed_cells(was: Compared, now: Compared) -> list[str]:
    cells = [
        moved(one.median if one else None, other.median if other else None)
        for one, other in ((was.keras, now.keras), (was.torch, now.torch))
    ]
    old, new = (p.ratio.median if p.ratio else None for p in (was, now))
    note = f"; {now.note}" if now.note and not now.ratio else ""
    return [*cells, moved(old, new, digits=2) + note]


def memory_grid(both: Pairs) -> Grid:
    """Return peaks that differ by more than what is shown of them."""
    grid = Grid("Memory, MiB", ("task", "what", "Keras", "PyTorch"))
    same = 0
    for old, new in both:
        if not old.memory or not new.memory:
            continue
        rows = memory_rows(old.memory, new.memory)
        grid.rows += [[new.task, *cells] for cells in rows]
        same += not rows
    if same:
        grid.notes.append(f"{same} other tasks need what they needed.")
    return grid


def memory_rows(old: Memory, new: Memory) -> list[list[str]]:
    rows = []
    for name, title in MEMORY:
        if name.startswith("gpu") and not (on_gpu(old) or on_gpu(new)):
            continue
        pairs = [
            (getattr(was, name), getattr(now, name))
            for was, now in ((old.keras, new.keras), (old.torch, new.torch))
        ]
        if any(shown(was) != shown(now) for was, now in pairs):
            rows.append([title, *(moved(*pair, digits=1) for pair in pairs)])
    return rows


def shown(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def versions_grid(both: Pairs) -> Grid:
    """Return versions and machines that changed, each change once."""
    grid = Grid("Versions", ("what", "OLD", "NEW", "tasks"))
    met: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for old, new in both:
        for name in VERSIONS:
            was, now = (str(getattr(r.environment, name)) for r in (old, new))
            if was != now:
                met[name, was, now].append(new.task)
    order = {name: place for place, name in enumerate(VERSIONS)}
    for (name, was, now), tasks in sorted(
        met.items(), key=lambda item: order[item[0][0]]
    ):
        several = f"{len(tasks)} of {len(both)}"
        cells = [name.replace("_", " "), was, now]
        grid.rows.append([*cells, several if len(tasks) > 1 else tasks[0]])
    return grid
