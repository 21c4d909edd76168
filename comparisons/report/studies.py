"""What studies of speed found, as tables."""

from collections.abc import Sequence
from pathlib import Path

from comparisons.common import TITLES, write_whole
from comparisons.measure.records import Grown, Growth, Study, Timed
from comparisons.report.tables import Grid, ratio
from comparisons.report.words import made_with
from comparisons.tasks import BY_STEM

TITLES_OF = {
    "modes": "what each mode buys",
    "idioms": "the half and the loop that is written first",
}
NOTES = {
    "modes": (
        "Speed is that of an epoch with its feeding. Ratios are to the "
        "default mode of the same half. Agreement: relative difference of "
        "predictions from the same weights, of the mean loss of ten steps "
        "with dropout off, and of predictions after them, each of what is "
        "allowed; ✗ where it is more than rounding of that precision explains."
    ),
    "idioms": (
        "Ratio: the half over the other loop, above 1 where the half is "
        "faster. Model, loss and step are the half's in both. The last ratio "
        "is the most that any feeding could gain: its batches lie in memory."
    ),
}


def grid(found: Study) -> Grid:
    """Return a study as a table."""
    task = BY_STEM[found.task]
    title = f"{task.section} {task.name}"
    if not task.trains:
        return Grid(title, ["does not train"])
    if found.kind == "scale":
        return grid_of_scale(title, found.grown, found.growth)
    return grid_of_races(found.kind, title, found.timed)


def grid_of_races(kind: str, title: str, rows: Sequence[Timed]) -> Grid:
    """Return a table of a study's rows."""
    columns = ["half", "how", "samples/s", "ratio", "A/A", "first step"]
    if kind == "modes":
        columns.append("agrees with the default")
    table = Grid(f"{title}: {TITLES_OF[kind]}", [*columns, ""])
    table.notes.append(NOTES[kind])
    starts = max((row.starts for row in rows), default=1)
    table.notes.append(
        f"Each in {starts} started processes, over which intervals go; A/A: "
        "the same in other processes."
        if starts > 1
        else "Each in one process: intervals go over blocks."
    )
    for row in rows:
        cells = [TITLES[row.half], row.label]
        cells.append(f"{row.speed.median:,.0f}" if row.speed else "–")
        cells.append(ratio(row.ratio.median, row.ratio.ci95)
                     if row.ratio else "–")  # fmt: skip
        cells.append("[{:.2f}, {:.2f}]".format(*row.ratio.control_ci95)
                     if row.ratio else "–")  # fmt: skip
        cells.append("–" if row.first_step_s is None
                     else f"{row.first_step_s:.2f} s")  # fmt: skip
        if kind == "modes":
            cells.append(agreement(row))
        table.rows.append([*cells, row.note])
    return table


def agreement(row: Timed) -> str:
    if row.agrees is None or row.name == "default":
        return "–"
    told = ", ".join(
        f"{what} {found:.0e} of {row.tolerances[what]:.0e}"
        for what, found in row.differs.items()
    )
    return f"{'✓' if row.agrees else '✗'} {told}"


def grid_of_scale(
    title: str, rows: Sequence[Grown], fits: Sequence[Growth]
) -> Grid:
    columns = "half", "samples", "batch", "seconds", "µs a sample", "peak MiB"
    table = Grid(f"{title}: how cost grows", [*columns, "data MiB"])
    for r in rows:
        table.rows.append(
            [
                TITLES[r.half],
                f"{r.samples:,}",
                f"{r.batch}",
                f"{r.seconds:.2f}",
                f"{1e6 * r.seconds / r.samples:,.1f}",
                f"{r.peak_mib:,.1f}",
                f"{r.data_mib:,.1f}",
            ]  # fmt: skip
        )
    for fit in fits:
        small, large = fit.per_sample_us
        state = "streams" if fit.streams else "DEFECT: does not stream"
        table.notes.append(
            f"{TITLES[fit.half]}: time grows as samples to the power of "
            f"{fit.slope:.2f} ({small:,.1f} to {large:,.1f} µs a sample); "
            f"memory by {fit.grown_mib:,.1f} MiB while the data grow by "
            f"{fit.added_mib:,.1f} MiB: {state}."
        )
    table.notes.append(
        "Peak: memory of the process that is no file's, above its level "
        "before the first row; the samples lie on disk."
    )
    return table


def write(found: Study, grid: Grid, folder: Path) -> Path:
    """Write a study's table and then its JSON; return the table's path."""
    folder = folder / found.kind
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.task}.md"
    grid.notes.append(made_with(found.environment))
    write_whole(path, grid.markdown())
    write_whole(path.with_suffix(".json"), found.model_dump_json(indent=1))
    return path
