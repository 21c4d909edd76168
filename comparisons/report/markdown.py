"""Results for people: terminal blocks, Markdown, curves, the README's table."""

from collections.abc import Sequence
from pathlib import Path

from comparisons.checkout import ROOT
from comparisons.common import TITLES, RequestError, write_whole
from comparisons.report.listing import rules_table
from comparisons.report.overview import conditions, table_of_memory
from comparisons.report.plots import curves
from comparisons.report.tables import row
from comparisons.report.words import (
    alarms,
    cached,
    gap,
    headline,
    kinds_of,
    memory_notes,
    memory_rows,
    proven_to,
    rung_cells,
    score,
    speed,
    tick,
    warnings,
)
from comparisons.results import Accuracy, Exhibit, Result, read_results


def make_folder(folder: Path) -> None:
    """Create the output folder and make sure that it can be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / ".writable", "")
        (folder / ".writable").unlink()
    except OSError as error:
        raise RequestError(
            f"received --out {folder} ({error.strerror}); expected a folder "
            "that can be written to"
        ) from None


def rewrite(file: str, marker: str, table: str) -> None:
    """Put a table between a page's two markers."""
    path = ROOT / file
    before, rest = path.read_text().split(f"<!-- {marker} -->\n", 1)
    _, after = rest.split(f"<!-- /{marker} -->", 1)
    write_whole(
        path, f"{before}<!-- {marker} -->\n{table}<!-- /{marker} -->{after}"
    )


def write(result: Result, folder: Path) -> Path:
    """Write JSON, Markdown and curves of one task; return the Markdown's path.

    Raises:
        OSError: the folder cannot be written.
    """
    path = folder / f"{result.task}.md"
    if trained(result):
        write_whole(path.with_suffix(".png"), curves([result]))
    write_whole(path, markdown(result))
    # Last, so that a result is never there without its report.
    write_whole(path.with_suffix(".json"), result.model_dump_json(indent=1))
    return path


def write_all(
    found: Sequence[Result], results: Path, out: Path, readme: bool
) -> None:
    """Write every report, an overview, all curves; the README if asked to.

    Pictures that halves drew lie beside their results in `results`.
    """
    make_folder(out)
    for result in found:
        write(result, out)
        drawn = results / f"{result.task}_exhibit.png"
        if drawn.exists() and out.resolve() != results.resolve():
            write_whole(out / drawn.name, drawn.read_bytes())
    table = table_of_pairs(found)
    memory = table_of_memory(found)
    whole = f"# Keras and PyTorch\n\n{table}\n{memory}".rstrip() + "\n"
    write_whole(out / "report.md", whole)
    shown = [result for result in found if trained(result)]
    if shown:
        write_whole(out / "curves.png", curves(shown))
    if readme:
        timed = table_of_pairs(found, benched(results))
        rewrite("README.md", "pairs", timed)
        rewrite("docs/weights.md", "layers", rules_table())


def trained(result: Result) -> bool:
    """Whether there are losses to draw."""
    accuracy = result.accuracy
    return accuracy is not None and any(accuracy.losses["keras"])


def markdown(result: Result) -> str:
    """Return the report of one task."""
    lines = [f"# {result.section} {result.title}", "", headline(result), ""]
    lines += [f"**{line}**\n" for line in alarms(result) + warnings(result)]
    state = "proven" if result.parity.passed else "NOT proven"
    when = f", {cached(result.parity)}" if result.parity.proven else ""
    lines += [
        f"## The same model: {state}",
        "",
        f"{result.parity.steps} training steps, "
        f"{result.parity.seconds:.0f} s{when}. Differences are relative; the "
        "noise floor is PyTorch against itself with every initial weight moved "
        "by one unit in the last place.",
        "",
        row("rung", "type", "lane", "difference", "noise floor")
        + " tolerance | worst | |",
        "|---|---|---|--:|--:|--:|---|---|",
    ]
    for r in result.parity.rungs:
        lines.append(row(*rung_cells(r), tick(r.passed)))
    lines += [
        f"- {r.name}: {r.detail}" for r in result.parity.rungs if r.detail
    ]
    if result.parity.differences:
        names = ", ".join(f"`{n}`" for n in result.parity.differences)
        lines += ["", f"Closed in the aligned lane: {names}."]
    if result.parity.answers_agree is not None:
        share = f"{result.parity.answers_agree:.2%}"
        lines += ["", f"Same answers after the whole run: {share}."]
    if result.accuracy:
        lines += markdown_accuracy(result.accuracy, result.task)
    if result.exhibit:
        lines += markdown_exhibit(result.exhibit, result.task)
    lines += markdown_cost(result)
    e = result.environment
    lines += [
        "## Machine",
        "",
        f"{e.cpu}, {e.cores} cores, {e.threads} threads for what is timed, "
        f"{e.platform}. Python {e.python}, NumPy {e.numpy}. Commit {e.commit}, "
        f"sources {e.sources}, {e.date}.",
    ]
    if result.overhead:
        o = result.overhead
        lines += [
            "",
            f"All this took {o.wall_s:.1f} s: {o.halves_s:.1f} s of work in "
            "the halves' processes, where what records them runs too; "
            f"{o.imports_s:.1f} s more in which they started; and "
            f"{o.harness_s:.1f} s that the harness took for itself.",
        ]
    return "\n".join(lines) + "\n"


def markdown_accuracy(accuracy: Accuracy, task: str) -> list[str]:
    lines = [
        "",
        f"## {accuracy.metric.capitalize()}",
        "",
        row("seed", "Keras", "PyTorch"),
        "|--:|--:|--:|",
    ]
    for seed, ours, theirs in zip(
        accuracy.seeds, accuracy.keras, accuracy.torch, strict=True
    ):
        lines.append(row(str(seed), f"{ours:.4f}", f"{theirs:.4f}"))
    reproduced = ""
    if accuracy.reproduced:
        reproduced = " The last run of the same code gave the same bits."
    lines += [
        row(
            "mean",
            score(accuracy.keras, accuracy),
            score(accuracy.torch, accuracy),
        ),
        "",
        f"PyTorch minus Keras: {gap(accuracy)}. Both give the same answer on "
        f"{accuracy.agreement:.1%} of the test samples. The trivial method "
        f"({accuracy.baseline_name}) scores {accuracy.baseline:.4f}."
        + reproduced,
        "",
    ]
    if any(accuracy.losses["keras"]):
        lines += [f"![Training loss of both halves]({task}.png)", ""]
    elif len(accuracy.seeds) > 1:
        lines += [
            "Nothing is trained: behind the first, each run begins from "
            "weights moved by one unit in the last place, so that the spread "
            "is what rounding makes of it.",
            "",
        ]
    return lines


def markdown_exhibit(exhibit: Exhibit, task: str) -> list[str]:
    lines = ["## What it shows", ""]
    if exhibit.picture:
        lines += [f"![Both halves' pictures]({task}_exhibit.png)", ""]
    for name, halves in exhibit.texts.items():
        lines += [f"### {name.capitalize()}", ""]
        for side, said in halves.items():
            lines += [f"{TITLES[side]}:", "", "```text", *said, "```", ""]
    return lines


def markdown_cost(result: Result) -> list[str]:
    lines: list[str] = []
    if result.throughput:
        t = result.throughput
        lines += [
            "## Speed",
            "",
            row("samples/s", "Keras", "PyTorch", "PyTorch / Keras", "A/A")
            + " blocks |",
            "|---|--:|--:|--:|--:|--:|",
        ]
        for name, part in kinds_of(t):
            control = ""
            if part.ratio:
                low, high = part.ratio.control_ci95
                control = f"[{low:.2f}, {high:.2f}]"
            count = f"{part.starts} × {part.blocks} kept, "
            count += f"{part.rejected} rejected"
            if part.repeated:
                letters = "letter" if part.repeated == 1 else "letters"
                count += f", {part.repeated} {letters} again"
            lines.append(row(name, *speed(part), control, count))
        modes = ", ".join(f"{TITLES[n]}: {m}" for n, m in t.mode.items())
        starts = "; ".join(
            f"{TITLES[name]} import {w['import']:.1f} s, build "
            f"{w['build']:.2f} s, first step {w['first_step']:.2f} s"
            for name, w in t.warmup_s.items()
        )
        lines += ["", f"{modes}. {starts}.", ""]
        lines += [f"{line}\n" for line in conditions(result)]
    if result.memory:
        lines += [
            "## Memory",
            "",
            row("MiB", "Keras", "PyTorch"),
            "|---|--:|--:|",
        ]
        lines += [row(*cells) for cells in memory_rows(result.memory)]
        notes = " ".join(memory_notes(result.memory))
        lines += ["", f"CPU memory is no proxy for GPU memory. {notes}", ""]
    return lines


def benched(results: Path) -> list[Result]:
    """Return what `bench` has measured, if it lies beside these results."""
    folder = results / "bench"
    return read_results(folder) if folder.is_dir() else []


def table_of_pairs(
    results: Sequence[Result], benches: Sequence[Result] = ()
) -> str:
    """Return a row for each result; the README's table, with their benches.

    Speed is of the one start of a run, unless there is a bench of the task.
    """
    timed = {result.task: result for result in (*results, *benches)}
    lines = [
        row("book", "task", "proof", "Keras", "PyTorch", "verdict")
        + " train ratio |",
        "|---|---|---|--:|--:|---|--:|",
    ]
    for result in results:
        accuracy = result.accuracy
        cells = ["–", "–", "–"]
        if accuracy:
            cells = [
                score(accuracy.keras, accuracy),
                score(accuracy.torch, accuracy),
                gap(accuracy),
            ]
        throughput = timed[result.task].throughput
        ratio = speed(throughput.train)[2] if throughput else "–"
        lines.append(
            row(
                result.section,
                f"[{result.task}](keras_impl/{result.task}.py)",
                proven_to(result),
                *cells,
                ratio,
            )
        )
    return "\n".join(lines) + "\n"
