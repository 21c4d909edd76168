"""The report of a task as Markdown, and the table of all pairs."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from comparisons.common import TITLES, RequestError, write_whole
from comparisons.digests import stale_sections
from comparisons.records import Exhibit
from comparisons.report import machines, roofline
from comparisons.report.memory import memory_notes, memory_rows
from comparisons.report.plots import curves
from comparisons.report.studies import grid as study_grid
from comparisons.report.tables import row
from comparisons.report.words import (
    OLDER,
    alarms,
    cached,
    control,
    gap,
    headline,
    kinds_of,
    made_with,
    proven_to,
    rung_cells,
    score,
    speed,
    tick,
    warnings,
)
from comparisons.results import (
    AccuracySection,
    MemorySection,
    ProofSection,
    Result,
    Section,
    SpeedSection,
)

LINES = list[str]


def make_folder(folder: Path) -> None:
    """Create the output folder and make sure that it can be written to.

    Raises:
        RequestError: it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / ".writable", "")
        (folder / ".writable").unlink()
    except OSError as error:
        raise RequestError(
            f"received --out {folder} ({error.strerror}); expected a folder "
            "that can be written to"
        ) from None


def trained(result: Result) -> bool:
    """Whether there are losses to draw."""
    shown = result.shown
    return shown is not None and any(shown.losses["keras"])


def write(result: Result, folder: Path) -> Path:
    """Write report and curves of one task; return the report's path.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / f"{result.task}.md"
    if trained(result):
        write_whole(path.with_suffix(".webp"), curves([result]))
    write_whole(path, markdown(result))
    return path


def markdown(result: Result, stale: Collection[str] | None = None) -> str:
    """Return the report of one task.

    `stale` names the sections that are older than their code; None: look.
    """
    stale = stale_sections(result) if stale is None else stale
    lines = [f"# {result.section} {result.title}", "", headline(result), ""]
    lines += [f"**{line}**\n" for line in alarms(result)]
    for name, section in result.sections():
        kind = name.partition(", ")[0]
        first = next(n for n, _ in result.sections() if n.startswith(kind))
        if kind == "speed" and name == first:
            lines += ["## Speed", ""]
        elif kind == "memory" and name == first:
            lines += [
                *("## Memory", ""),
                *("CPU memory is no proxy for GPU memory.", ""),
            ]
        lines += of_section(section, result)
        mark = [f"**{OLDER}**", ""] if name in stale else []
        lines += [*mark, f"Made with: {made_with(section)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def of_section(section: Section, result: Result) -> LINES:
    """Return the lines of one section, whatever it is."""
    if isinstance(section, ProofSection):
        return proof_lines(section)
    if isinstance(section, AccuracySection):
        return accuracy_lines(section, result)
    if isinstance(section, SpeedSection):
        return speed_lines(section)
    if isinstance(section, MemorySection):
        return memory_lines(section)
    return study_grid(result.task, section).markdown().split("\n")


def proof_lines(proof: ProofSection) -> LINES:
    state = "proven" if proof.passed else "NOT proven"
    when = f", {cached(proof)}" if proof.proven else ""
    lines = [
        f"## The same model: {state}",
        "",
        f"{proof.steps} training steps, {proof.seconds:.0f} s{when}. "
        "Differences are relative. The noise floor is PyTorch against itself "
        "with every initial weight moved by one unit in the last place.",
        "",
        row("rung", "type", "lane", "difference", "noise floor")
        + " tolerance | worst | |",
        "|---|---|---|--:|--:|--:|---|---|",
    ]
    lines += [row(*rung_cells(r), tick(r.passed)) for r in proof.rungs]
    lines.append("")
    lines += [f"- {r.name}: {r.detail}" for r in proof.rungs if r.detail]
    if proof.differences:
        names = ", ".join(f"`{name}`" for name in proof.differences)
        lines += ["", f"Closed in the aligned lane: {names}."]
    if proof.answers_agree is not None:
        share = f"{proof.answers_agree:.2%}"
        lines += ["", f"Same answers after the whole run: {share}."]
    return [*lines, ""]


def accuracy_lines(accuracy: AccuracySection, result: Result) -> LINES:
    """Return the scores of one preset; curves stand with the one shown."""
    shown = accuracy is result.shown
    lines = [
        f"## {accuracy.metric.capitalize()}, preset {accuracy.preset}",
        "",
        *(f"**{line}**\n" for line in warnings(accuracy)),
        row("seed", "Keras", "PyTorch"),
        "|--:|--:|--:|",
    ]
    for seed, ours, theirs in zip(
        accuracy.seeds, accuracy.keras, accuracy.torch, strict=True
    ):
        lines.append(row(str(seed), f"{ours:.4f}", f"{theirs:.4f}"))
    better = "higher" if accuracy.higher_is_better else "lower"
    lines += [
        row("mean", *(score(s, accuracy) for s in both(accuracy))),
        "",
        f"PyTorch minus Keras: {gap(accuracy)}; {better} is better. Both give "
        f"the same answer on {accuracy.agreement:.1%} of the test samples. The "
        f"trivial method ({accuracy.baseline_name}) scores "
        f"{accuracy.baseline:.4f}."
        + (
            " The last run of the same code gave the same bits."
            if accuracy.reproduced
            else ""
        ),
        "",
    ]
    if any(accuracy.losses["keras"]):
        if shown:
            picture = f"![Training loss of both halves]({result.task}.webp)"
            lines += [picture, ""]
    elif len(accuracy.seeds) > 1:
        lines += [
            "Nothing is trained: each run after the first begins from weights "
            "moved by one unit in the last place, so the spread shows the "
            "effect of rounding.",
            "",
        ]
    if accuracy.exhibit and shown:
        lines += exhibit_lines(accuracy.exhibit, result.task)
    return lines


def both(accuracy: AccuracySection) -> tuple[list[float], list[float]]:
    return accuracy.keras, accuracy.torch


def exhibit_lines(exhibit: Exhibit, task: str) -> LINES:
    lines = ["### What it shows", ""]
    if exhibit.picture:
        lines += [f"![Both halves' pictures]({task}_exhibit.webp)", ""]
    for name, halves in exhibit.texts.items():
        lines += [f"#### {name.capitalize()}", ""]
        for side, said in halves.items():
            lines += [f"{TITLES[side]}:", "", "```text", *said, "```", ""]
    return lines


def speed_lines(one: SpeedSection) -> LINES:
    lines = [
        f"### {machines.title_of(one)}",
        "",
        row("samples/s", "Keras", "PyTorch", "PyTorch / Keras", "A/A")
        + " blocks |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, part in kinds_of(one):
        count = f"{part.starts} × {part.blocks} kept, "
        count += f"{part.rejected} rejected"
        if part.repeated:
            slices = "slice" if part.repeated == 1 else "slices"
            count += f", {part.repeated} {slices} again"
        same = control(part.ratio) if part.ratio else ""
        lines.append(row(name, *speed(part), same, count))
    modes = ", ".join(f"{TITLES[n]}: {m}" for n, m in one.mode.items())
    warm = "; ".join(
        f"{TITLES[name]} import {w['import']:.1f} s, build "
        f"{w['build']:.2f} s, first step {w['first_step']:.2f} s"
        for name, w in one.warmup_s.items()
    )
    lines += ["", f"{modes}. {warm}.", ""]
    lines += [f"{line}\n" for line in machines.conditions(one)]
    cost = one.cost
    if cost:
        reached = "; ".join(
            f"{TITLES[name]} reaches {cost.achieved_gflops[name]:,.1f} "
            f"GFLOP/s, {share:.0%} of the roof"
            for name, share in cost.share_of_roof.items()
        )
        lines += [
            f"A training step has {cost.step_flops / 1e6:,.1f} MFLOP in "
            f"{cost.operations:,} operations and moves "
            f"{cost.step_bytes / 1e6:,.1f} MB. {reached}; bound by "
            f"{roofline.bound_by(cost)}.",
            "",
        ]
    return lines


def memory_lines(memory: MemorySection) -> LINES:
    return [
        f"### {memory.made_with.machine_class}",
        "",
        row("MiB", "Keras", "PyTorch"),
        "|---|--:|--:|",
        *(row(*cells) for cells in memory_rows(memory)),
        "",
        " ".join(memory_notes(memory)),
        "",
    ]


# === All pairs ==============================================================


def table_of_pairs(
    results: Sequence[Result], link: Callable[[str], str] | None = None
) -> str:
    """Return a row for each result; speed stands by machine class elsewhere.

    `link` returns where a task's name leads to; None: nowhere.
    """
    lines = [
        row("book", "task", "metric", "proof", "Keras", "PyTorch", "verdict"),
        "|---|---|---|---|--:|--:|---|",
    ]
    for result in results:
        accuracy = result.shown
        cells = ["–", "–", "–"]
        metric = "–"
        if accuracy:
            metric = accuracy.metric.replace("_", " ")
            metric += f" {'↑' if accuracy.higher_is_better else '↓'}"
            cells = [*(score(s, accuracy) for s in both(accuracy))]
            cells.append(gap(accuracy))
        name = result.task
        task = f"[{name}]({link(name)})" if link else name
        lines.append(
            row(result.section, task, metric, proven_to(result), *cells)
        )
    return "\n".join(lines) + "\n"
