"""Results on a terminal: one block a task, and the ladder rung by rung."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from comparisons.report.words import (
    alarms,
    cached,
    gap,
    headline,
    latency,
    live_memory,
    native,
    on_gpu,
    proof,
    rung_cells,
    score,
    speed,
    tick,
    warnings,
)
from comparisons.results import Result, Rung
from comparisons.sides.memory import NO_CUDA
from comparisons.tasks import BY_STEM


def block(result: Result, report: Path | None = None) -> Table:
    """Return what a person sees of one task at the end of a run."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    for _ in range(3):
        table.add_column(overflow="fold")
    name = BY_STEM[result.task].name if result.task in BY_STEM else result.task
    title = Text(f"{result.section} {name}", style="bold")
    outer = Table.grid(padding=(0, 1))
    outer.add_row(Text.assemble(title, "   ", (headline(result), "dim")))
    parity = result.parity
    style = "green" if parity.passed else "bold red"
    outer.add_row(
        Text.assemble(
            ("  same model   " if parity.passed else "  NOT THE SAME   "),
            (proof(result), style),
            (f"  {cached(parity)}" if parity.proven else "", "dim"),
        )
    )
    for rung in parity.rungs:
        if not rung.passed:
            outer.add_row(Text(f"    {rung.name}: {rung.detail}", style="red"))
    if parity.answers_agree is not None:
        share = f"{parity.answers_agree:.2%}"
        outer.add_row(f"  same answers {share} of the test samples")
    accuracy = result.accuracy
    if accuracy:
        table.add_row("", "Keras", "PyTorch", "PyTorch / Keras")
        table.add_row(
            f"  {accuracy.metric}",
            score(accuracy.keras, accuracy),
            score(accuracy.torch, accuracy),
            f"{gap(accuracy)} · {accuracy.baseline_name} "
            f"{accuracy.baseline:.3f}",
        )
        table.add_row(
            "  same answers",
            "",
            "",
            f"{accuracy.agreement:.1%} of test samples",
        )
    if result.throughput:
        t = result.throughput
        if t.step:
            table.add_row("  steps, samples/s", *speed(t.step))
        table.add_row("  train/s", *speed(t.train))
        table.add_row("  predict/s", *speed(t.predict))
        if t.predict_one:
            table.add_row("  one by one/s", *speed(t.predict_one))
        if t.latency:
            table.add_row("  ms for one", *map(latency, t.latency.values()))
    if result.machine and result.machine.busy:
        table.add_row("", "", "", "other work held the machine")
    if result.memory:
        table.add_row(
            "  memory",
            live_memory(result.memory.keras),
            live_memory(result.memory.torch),
            "" if on_gpu(result.memory) else f"GPU {NO_CUDA}",
        )
    if table.rows:
        outer.add_row(table)
    for line in alarms(result):
        outer.add_row(Text(f"  {line}", style="bold red"))
    for line in warnings(result):
        outer.add_row(Text(f"  {line}", style="bold yellow"))
    if report:
        curves = f" · curves {report.with_suffix('.png')}" if accuracy else ""
        drawn = report.with_name(f"{result.task}_exhibit.png")
        shown = result.exhibit is not None and result.exhibit.picture
        pictures = f" · pictures {drawn}" if shown else ""
        line = f"  report       {report}{curves}{pictures}"
        outer.add_row(Text(line, style="dim"))
    return outer


def ladder_table(result: Result) -> Table:
    """Return every rung of a task with its figures."""
    title = f"{result.task} · {result.parity.steps} steps"
    return rungs_table(title, result.parity.rungs)


def rungs_table(title: str, rungs: Sequence[Rung]) -> Table:
    """Return rungs with their figures."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("rung", "type", "lane"):
        table.add_column(column, no_wrap=True)
    for column in ("difference", "noise floor", "tolerance"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("worst", overflow="fold")
    table.add_column("")
    for r in rungs:
        table.add_row(
            *rung_cells(r),
            Text(tick(r.passed), style="green" if r.passed else "bold red"),
        )
    return table


def proof_lines(result: Result) -> list[str]:
    """Return what a proof says below its rungs."""
    parity = result.parity
    lines = [f"{r.name}: {r.detail}" for r in parity.rungs if r.detail]
    if parity.answers_agree is not None:
        share = f"{parity.answers_agree:.2%}"
        lines.append(f"same answers on {share} of the test samples")
    closed = ", ".join(parity.differences) or "nothing"
    state = "proven" if parity.passed else "NOT the same model"
    when = f", {cached(parity)}" if parity.proven else ""
    lines.append(
        f"{state} in {parity.seconds:.0f} s{when}; the aligned lane closes "
        + closed
    )
    return lines


def summary(results: Sequence[Result]) -> list[str]:
    """Return how many pairs are proven, and the ten largest differences."""
    if len(results) < 2:
        return []
    proven = sum(result.parity.passed for result in results)
    earlier = sum(result.parity.proven is not None for result in results)
    seconds = sum(r.parity.seconds for r in results if not r.parity.proven)
    before = f", {earlier} of them earlier" if earlier else ""
    aligned = sorted(
        (
            (rung.max_difference, result.task, rung)
            for result in results
            for rung in result.parity.rungs
            if rung.dtype == "float64"
            and rung.tolerance  # or it is counted
            and not native(rung)
        ),
        key=lambda item: -item[0],
    )
    return [
        f"{proven} of {len(results)} pairs proven{before}, {seconds:.0f} s on "
        "the ladder; the ten largest differences once aligned:",
        *(
            f"  {value:.1e}  {task}  {rung_cells(rung)[0]}, {rung.worst}"
            for value, task, rung in aligned[:10]
        ),
    ]


def time_spent(names: str, spent: dict[str, float]) -> str:
    """Return how long a run took, and how much of it was the harness' own."""
    return (
        f"{names}: {spent['wall_s']:.0f} s, of these {spent['halves_s']:.0f} s "
        f"inside the halves' processes, {spent['imports_s']:.0f} s imports, "
        f"{spent['harness_s']:.0f} s the harness"
    )
