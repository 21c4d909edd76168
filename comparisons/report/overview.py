"""Speeds as text: for a task's report, and of all tasks in one table."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from comparisons.common import TITLES, write_whole
from comparisons.report import roofline
from comparisons.report.tables import Grid, ratio
from comparisons.report.words import (
    NAMES,
    kinds_of,
    made_with,
    mebibytes,
    memory_notes,
    on_gpu,
    predicted,
)
from comparisons.results import (
    Compared,
    Result,
    read_results,
)
from comparisons.sides import quiet
from comparisons.sides.memory import said_once


def conditions(result: Result) -> list[str]:
    """Return latencies, and under what conditions the figures were taken."""
    lines = []
    throughput, machine = result.throughput, result.machine
    if throughput:
        lines.append(over_what(found for _, found in kinds_of(throughput)))
    if throughput and throughput.latency:
        told = "; ".join(
            f"{TITLES[name]} {t.p50_ms:.2f}, {t.p95_ms:.2f}, {t.p99_ms:.2f}"
            for name, t in throughput.latency.items()
        )
        lines.append(
            "One sample takes, in ms (median, 95th and 99th percentile of "
            f"single calls): {told}."
        )
    if machine:
        sets = ", ".join(machine.instructions) or "not told"
        lines.append(
            f"Instruction sets: {sets}. Governor: "
            f"{machine.governor or 'not told by the kernel'}. "
            f"{machine.memory_gib:.0f} GiB. Load {machine.load_before:.1f} "
            f"before and {machine.load_after:.1f} after."
        )
    if throughput and quiet.ASLEEP in throughput.mode.get("torch", ""):
        lines.append(
            "OpenMP's threads sleep between operations, for the sake of "
            "others on this machine. PyTorch is slower by that, the shorter "
            "its operations the more; with `--dedicated` they spin, as they "
            "do by default."
        )
    if machine and machine.busy:
        lines.append(
            "**Other work held the machine when the measurement began.**"
        )
    return lines


def over_what(parts: Iterable[Compared]) -> str:
    """Return what the intervals and the controls of races are made of."""
    counts = sorted({part.starts for part in parts if part.ratio})
    several = [count for count in counts if count > 1]
    told = " to ".join(map(str, sorted({*several[:1], *several[-1:]})))
    over = (
        f"95 % intervals over {told} starts of both processes; A/A: "
        "processes of one half against others of it, by the same protocol."
    )
    if several and several == counts:
        return over
    mixed = f"Where there were several starts: {over} All others: "
    return (mixed if several else "") + (
        "95 % intervals over the blocks of one start of both processes: how "
        "far another start would differ is not in them, `bench` starts them "
        "several times. A/A: a half's process against itself."
    )


def controls(
    results: Sequence[Result], kind: str | None = None
) -> tuple[int, int]:
    """Return how many controls hold 1, and how many there are.

    Those of one kind of work, by its name in `NAMES`, or of all.
    """
    found = [
        part.ratio.control_ci95
        for result in results
        if result.throughput
        for name, part in kinds_of(result.throughput)
        if part.ratio and kind in (None, name)
    ]
    return sum(low <= 1 <= high for low, high in found), len(found)


def by_kind(results: Sequence[Result]) -> str:
    return ", ".join(
        "{1} of {2} for {0}".format(name, *controls(results, name))
        for name in NAMES.values()
    )


def speed_grid(results: Sequence[Result]) -> Grid:
    """Return PyTorch's speed over Keras' for each task and kind of work."""
    table = Grid(
        "PyTorch's speed over Keras'",
        ["task", *NAMES.values(), "ms for one: Keras", "PyTorch"],
    )
    for result in results:
        throughput = result.throughput
        if throughput is None:
            continue
        cells = [result.task]
        for kind in NAMES:
            part = getattr(throughput, kind)
            if part is None or part.ratio is None:
                cells.append(part.note if part else "–")
                continue
            found = ratio(part.ratio.median, part.ratio.ci95)
            low, high = part.ratio.control_ci95
            cells.append(f"{found} · A/A [{low:.2f}, {high:.2f}]")
        for name in ("keras", "torch"):
            told = (throughput.latency or {}).get(name)
            cells.append(f"{told.p50_ms:.2f}" if told else "–")
        table.rows.append(cells)
    held, count = controls(results)
    table.notes.append(
        "Median ratio of samples a second. "
        + over_what(
            part
            for result in results
            if result.throughput
            for _, part in kinds_of(result.throughput)
        )
        + f" {held} of {count} of these controls hold 1, where 95 % are "
        f"expected to: {by_kind(results)}."
    )
    busy = [r.task for r in results if r.machine and r.machine.busy]
    if busy:
        table.notes.append(f"Other work held the machine: {', '.join(busy)}.")
    table.notes += several_machines(results)
    table.notes += ways(results)
    table.notes += [made_with(r.environment) for r in results[-1:]]
    table.notes += several_commits(results)
    return table


def ways(results: Sequence[Result]) -> list[str]:
    """Return how halves were run, and which tasks so, if not all."""
    found: dict[str, list[str]] = {}
    for result in results:
        modes = result.throughput.mode if result.throughput else {}
        for name, mode in modes.items():
            found.setdefault(f"{TITLES[name]}: {mode}", []).append(result.task)
    usual = max(map(len, found.values()), default=0)
    return [
        f"{way}." if len(tasks) == usual else f"{way}, in {', '.join(tasks)}."
        for way, tasks in sorted(found.items())
    ]


def several_commits(results: Sequence[Result]) -> list[str]:
    """Return which other commits than the last task's there are."""
    found = {r.environment.commit for r in results}
    others = sorted(found - {r.environment.commit for r in results[-1:]})
    return [f"Some at commit {c}: their reports say so." for c in others]


def several_machines(results: Sequence[Result]) -> list[str]:
    """Return which tasks were timed on which processor, if not on one."""
    found: dict[str, list[str]] = {}
    for result in results:
        if result.machine:
            sets = ", ".join(result.machine.instructions) or "not told"
            found.setdefault(sets, []).append(result.task)
    if len(found) < 2:
        return []
    return [
        f"On a processor with {sets}: {', '.join(tasks)}."
        for sets, tasks in found.items()
    ]


def table_of_memory(results: Sequence[Result]) -> str:
    """Return the memory of all tasks, in MiB: medians and ranges."""
    known = [(r, r.memory) for r in results if r.memory]
    if not known:
        return ""
    columns = (
        *("task", "weights", "gradients", "slots", "batch", "equal"),
        *("Keras live", "PyTorch live", "predicted"),
        *("Keras process", "PyTorch process"),
    )
    table = Grid("Memory, MiB", columns)
    fields = ("weights_mib", "gradients_mib", "slots_mib", "batch_mib")
    for result, memory in known:
        cells = ["–"] * 5
        if memory.arithmetic:
            part, equal = memory.arithmetic.torch, memory.arithmetic.equal
            cells = [f"{getattr(part, field):,.2f}" for field in fields]
            cells.append("✓" if equal else "**PARITY BUG**")
        peaks = memory.keras, memory.torch
        where = "gpu" if on_gpu(memory) else "host"
        live = [mebibytes(p, f"{where}_allocator_peak_mib") for p in peaks]
        process = [mebibytes(p, "host_peak_mib") for p in peaks]
        told = predicted(memory.torch)
        table.rows.append([result.task, *cells, *live, told, *process])
    notes = said_once(line for _, m in known for line in memory_notes(m))
    table.notes += [f"- {note}" for note in notes]
    return table.markdown()


def write(found: Sequence[Result], out: Path) -> list[Path]:
    """Write the overview of a bench, and the roofline.

    What lies in the folder from earlier tasks is in it too.
    """
    tasks = {r.task: r for r in read_results(out)}
    tasks |= {r.task: r for r in found}
    results = sorted(
        tasks.values(), key=lambda r: (r.chapter, r.section, r.task)
    )
    if not results:
        return []
    grids = [speed_grid(results), roofline.grid(results)]
    text = "\n".join(grid.markdown() for grid in grids)
    paths = [out / "bench.md"]
    png = roofline.picture(results)
    if png:
        paths.append(out / "roofline.png")
        write_whole(paths[1], png)
        text += "\n![Roofline](roofline.png)\n"
    memory = table_of_memory(results)
    write_whole(paths[0], f"# Speed and memory\n\n{text}\n{memory}")
    return paths
