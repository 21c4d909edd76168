"""Results on a terminal: one block a task, and the ladder rung by rung."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from comparisons.records import Rung
from comparisons.report.memory import live_memory
from comparisons.report.studies import grid
from comparisons.report.words import (
    alarms,
    cached,
    gap,
    headline,
    kinds_of,
    latency,
    native,
    proof,
    rung_cells,
    score,
    speed,
    tick,
    warnings,
)
from comparisons.results import Result
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
    parity = result.proof
    assert parity is not None
    style = "green" if parity.passed else "bold red"
    outer.add_row(
        Text.assemble(
            ("  same model   " if parity.passed else "  NOT THE SAME   "),
            (proof(parity), style),
            (f"  {cached(parity)}" if parity.proven else "", "dim"),
        )
    )
    for rung in parity.rungs:
        if not rung.passed:
            outer.add_row(Text(f"    {rung.name}: {rung.detail}", style="red"))
    if parity.answers_agree is not None:
        share = f"{parity.answers_agree:.2%}"
        outer.add_row(f"  same answers {share} of the test samples")
    accuracy = result.shown
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
    for one in result.speed:
        for name, part in kinds_of(one):
            table.add_row(f"  {name}, samples/s", *speed(part))
        if one.latency:
            table.add_row("  ms for one", *map(latency, one.latency.values()))
        if one.conditions and one.conditions.busy:
            table.add_row("", "", "", "other work used the machine")
    for memory in result.memory:
        table.add_row(
            "  memory", live_memory(memory.keras), live_memory(memory.torch)
        )
    if table.rows:
        outer.add_row(table)
    for study in result.studies:
        outer.add_row(grid(result.task, study).shown())
    for line in alarms(result):
        outer.add_row(Text(f"  {line}", style="bold red"))
    for line in warnings(accuracy):
        outer.add_row(Text(f"  {line}", style="bold yellow"))
    if report:
        pictures = [report.with_suffix(".webp")] if accuracy else []
        if accuracy and accuracy.exhibit and accuracy.exhibit.picture:
            drawn = f"{result.task}_exhibit.webp"
            pictures.append(report.with_name(drawn))
        told = " · ".join(map(str, [report, *pictures]))
        outer.add_row(Text(f"  report       {told}", style="dim"))
    return outer


def ladder_table(result: Result) -> Table:
    """Return every rung of a task with its figures."""
    proof = result.proof
    assert proof is not None
    return rungs_table(f"{result.task} · {proof.steps} steps", proof.rungs)


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
    parity = result.proof
    assert parity is not None
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
    proofs = [(r.task, r.proof) for r in results if r.proof]
    proven = sum(proof.passed for _, proof in proofs)
    earlier = sum(proof.proven is not None for _, proof in proofs)
    seconds = sum(proof.seconds for _, proof in proofs if not proof.proven)
    before = f", {earlier} of them earlier" if earlier else ""
    aligned = sorted(
        (
            (rung.max_difference, task, rung)
            for task, proof in proofs
            for rung in proof.rungs
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
