"""Speed by machine class: no ratio stands without its machine and its work.

`PyTorch / Keras` is always PyTorch's samples per second over Keras'.
"""

from collections.abc import Iterable, Iterator, Sequence

from comparisons.common import TITLES
from comparisons.records import Compared, Ratio
from comparisons.report.tables import Grid
from comparisons.report.words import (
    NAMES,
    NOT_TOLD,
    control,
    engine,
    kinds_of,
    narrow,
    times,
)
from comparisons.results import Result, SpeedSection


def title_of(one: SpeedSection) -> str:
    """Return machine class and engine, which name a record of speed."""
    return f"{one.made_with.machine_class} · {engine(one.made_with)}"


def classes(results: Sequence[Result]) -> list[str]:
    """Return the titles of all records, those with most tasks first."""
    counts: dict[str, int] = {}
    for result in results:
        for one in result.speed:
            counts[title_of(one)] = counts.get(title_of(one), 0) + 1
    return sorted(counts, key=lambda title: (-counts[title], title))


def by_class(
    results: Sequence[Result], title: str
) -> Iterator[tuple[Result, SpeedSection]]:
    for result in results:
        for one in result.speed:
            if title_of(one) == title:
                yield result, one


# === An epoch, by machine class =============================================


def faster(ratio: Ratio | None) -> str:
    """Return which half is faster; "" if the interval does not tell."""
    if ratio is None or not narrow(ratio):
        return ""
    low, high = ratio.ci95
    return "PyTorch" if low > 1 else "Keras" if high < 1 else ""


def agreement(records: Iterable[SpeedSection]) -> str:
    """Return the faster half, or that machine classes disagree about it.

    Only with TensorFlow as the engine: another engine is another program.
    """
    found = {
        faster(one.train.ratio)
        for one in records
        if one.made_with.backend == "tensorflow"
    } - {""}
    if len(found) > 1:
        return "**classes disagree**"
    return found.pop() if found else NOT_TOLD


def epochs(results: Sequence[Result]) -> str:
    """Return the table of docs/machines.md: an epoch, feeding included."""
    titles = classes(results)
    last = "faster half, Keras on TensorFlow"
    table = Grid("", ["book", "task", *titles, last])
    for result in results:
        found = {title_of(one): one.train.ratio for one in result.speed}
        if not any(found.values()):
            continue
        cells = [
            times(ratio) if (ratio := found.get(title)) else "–"
            for title in titles
        ]
        table.rows.append(
            [result.section, result.task, *cells, agreement(result.speed)]
        )
    return table.markdown()


# === All kinds of work, on one machine class ================================


def speed_grid(title: str, results: Sequence[Result]) -> Grid:
    """Return the ratios of all tasks on one machine class."""
    found = list(by_class(results, title))
    # Work that was timed of no task here, and single calls, have no column.
    names = {
        k: n for k, n in NAMES.items() if any(getattr(o, k) for _, o in found)
    }
    columns = [f"PyTorch / Keras, {name}" for name in names.values()]
    single = any(one.latency for _, one in found)
    columns += ["ms for one: Keras", "PyTorch"] if single else []
    table = Grid(title, ["task", *columns])
    for result, one in found:
        cells = [result.task]
        for kind in names:
            part: Compared | None = getattr(one, kind)
            if part is None or part.ratio is None:
                cells.append(part.note if part else "–")
            else:
                told, same = times(part.ratio), control(part.ratio)
                cells.append(f"{told} · A/A {same}")
        for name in TITLES if single else ():
            latency = (one.latency or {}).get(name)
            cells.append(f"{latency.p50_ms:.2f}" if latency else "–")
        table.rows.append(cells)
    parts = [part for _, one in found for _, part in kinds_of(one)]
    held, count = controls(parts)
    table.notes.append(
        f"Median ratio of samples per second. {over_what(parts)} {held} of "
        f"{count} of these controls contain 1; about 95 % should."
    )
    busy = [
        r.task for r, one in found if one.conditions and one.conditions.busy
    ]
    if busy:
        table.notes.append(f"Other work used the machine: {', '.join(busy)}.")
    made = dict.fromkeys(
        f"commit {one.made_with.commit}, {one.made_with.date[:10]}"
        for _, one in found
    )
    table.notes.append(f"Made with {'; '.join(made)}.")
    return table


def controls(parts: Iterable[Compared]) -> tuple[int, int]:
    """Return how many controls contain 1, and how many there are."""
    found = [part.ratio.control_ci95 for part in parts if part.ratio]
    return sum(low <= 1 <= high for low, high in found), len(found)


def over_what(parts: Iterable[Compared]) -> str:
    """Return what the intervals and the controls of races are made of."""
    counts = {part.starts for part in parts if part.ratio}
    several = sorted(counts - {1})
    launches = " to ".join(map(str, dict.fromkeys(several[:1] + several[-1:])))
    over = (
        f"95 % intervals over {launches} launches of both processes; A/A "
        "compares launches of the same half by the same protocol."
    )
    single = (
        "95 % intervals over the blocks of one launch of both processes: how "
        "much another launch would differ is not in them. A/A compares a "
        "half's process with itself."
    )
    if several and 1 in counts:
        return f"With several launches: {over} With one launch: {single}"
    return over if several else single


def conditions(one: SpeedSection) -> list[str]:
    """Return latencies, and under what conditions a task was timed."""
    lines = [over_what(found for _, found in kinds_of(one))]
    if one.latency:
        told = "; ".join(
            f"{TITLES[name]} {t.p50_ms:.2f}, {t.p95_ms:.2f}, {t.p99_ms:.2f}"
            for name, t in one.latency.items()
        )
        lines.append(
            "Time for one sample in ms (median, 95th and 99th percentile of "
            f"single calls): {told}."
        )
    machine, made = one.conditions, one.made_with
    if machine:
        sets = ", ".join(made.instructions) or "not recorded"
        lines.append(
            f"Instruction sets: {sets}. Governor: "
            f"{machine.governor or 'not reported by the kernel'}. "
            f"{machine.memory_gib:.0f} GiB. Load average before "
            f"{machine.load_before:.1f}, after {machine.load_after:.1f}."
        )
    if made.thread_policy == "sleep":
        lines.append(
            "Threads sleep while they wait, so that other work on the machine "
            "is not disturbed. That slows PyTorch down, most where operations "
            "are short. With `--dedicated` they spin, which is PyTorch's "
            "default."
        )
    if machine and machine.busy:
        lines.append("**Other work used the machine at the beginning.**")
    return lines
