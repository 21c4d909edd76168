"""What studies of speed found, as tables."""

from collections.abc import Sequence

from comparisons.common import TITLES
from comparisons.records import Grown, Growth, Timed
from comparisons.report.tables import Grid
from comparisons.report.words import control, times
from comparisons.results import Section, StudySection
from comparisons.tasks import BY_STEM

TITLES_OF = {
    "modes": "the modes of each half",
    "idioms": "the half against the loop written first",
}
NOTES = {
    "modes": (
        "Speed is that of an epoch, feeding included. Ratios are to the "
        "default mode of the same half. Agreement: the relative difference of "
        "predictions from the same weights, of the mean loss of ten steps "
        "without dropout, and of predictions after them, each with what is "
        "allowed; ✗ if rounding at that precision does not explain it."
    ),
    "idioms": (
        "Ratio: the half over the other loop, above 1 where the half is "
        "faster. Both use the half's model, loss and step. The last ratio is "
        "the limit for any feeding: its batches lie in memory."
    ),
}


def grid(stem: str, found: Section) -> Grid:
    """Return a study of a task as a table."""
    assert isinstance(found, StudySection)
    task = BY_STEM[stem]
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
        f"Intervals over {starts} launches; A/A: the same in other processes."
        if starts > 1
        else "One launch: intervals over its blocks."
    )
    for row in rows:
        cells = [TITLES[row.half], row.label]
        cells.append(f"{row.speed.median:,.0f}" if row.speed else "–")
        cells.append(times(row.ratio) if row.ratio else "–")
        cells.append(control(row.ratio) if row.ratio else "–")
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
        "Peak: anonymous memory of the process, above its level before the "
        "first row; the samples lie on disk."
    )
    return table
