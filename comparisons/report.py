"""Results for people: terminal blocks, Markdown, curves, the README's table."""

import statistics
from collections.abc import Sequence
from pathlib import Path

from comparisons.plots import curves
from comparisons.results import (
    Accuracy,
    Compared,
    Exhibit,
    Peaks,
    Result,
    Rung,
    write_whole,
)
from comparisons.worker import TITLES, RequestError

ENGINES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


# === Figures as text ========================================================


def tick(passed: bool) -> str:
    return "✓" if passed else "✗"


def score(values: Sequence[float], accuracy: Accuracy) -> str:
    """Return mean and spread over seeds: `0.962 ± 0.004`."""
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    mean = statistics.mean(values)
    return f"{mean:.3f} ± {spread:.3f} {accuracy.unit}".rstrip()


def gap(accuracy: Accuracy) -> str:
    """Return the gap PyTorch minus Keras, its interval and the verdict."""
    scale, unit = (100, "pt") if accuracy.metric == "accuracy" else (1, "")
    unit = unit or accuracy.unit
    digits = 1 if unit == "pt" else 3
    interval = ""
    if accuracy.ci90:
        low, high = (f"{scale * x:+.{digits}f}" for x in accuracy.ci90)
        interval = f" [{low}, {high}]"
    more = " (more seeds)" if accuracy.verdict == "undecided" else ""
    return (
        f"gap {scale * accuracy.mean_gap:+.{digits}f} {unit}{interval}: "
        f"{accuracy.verdict}{more}, margin {scale * accuracy.margin:g} {unit}"
    )


def speed(compared: Compared) -> tuple[str, str, str]:
    """Return both speeds and their ratio, or why there are none."""
    if not (compared.keras and compared.torch and compared.ratio):
        return "–", "–", compared.note
    low, high = compared.ratio.ci95
    return (
        f"{compared.keras.median:,.0f}",
        f"{compared.torch.median:,.0f}",
        f"{compared.ratio.median:.2f} [{low:.2f}, {high:.2f}]",
    )


def live_memory(peaks: Peaks) -> str:
    for value, where in (
        (peaks.gpu_allocator_peak_mib, "live on the GPU"),
        (peaks.host_allocator_peak_mib, "live"),
        (peaks.host_peak_mib, "process"),
    ):
        if value is not None:
            return f"{value:,.1f} MiB {where}"
    return "not measured"


def versions(result: Result) -> str:
    e = result.environment
    backend = f"{ENGINES[e.backend]} {e.backend_version}"
    return (
        f"Keras {e.keras} on {backend} · PyTorch {e.torch} · "
        f"{e.device.upper()}, {e.threads} threads"
    )


def headline(result: Result) -> str:
    parts = [f"{result.samples['train']:,} samples", result.preset]
    if result.data == "book":
        parts.append("the book's data")
    if result.accuracy:
        parts.append(f"{len(result.accuracy.seeds)} seeds")
    return " · ".join([*parts, versions(result)])


def proof(result: Result) -> str:
    """Return the float64 rungs on one line; the native lane's gap last."""
    words = []
    for rung in result.parity.rungs:
        if rung.passed and (rung.dtype != "float64" or rung.variant):
            continue
        if rung.name in ("settings", "initialisation"):
            words.append(f"{rung.name} {tick(rung.passed)}")
        elif not (rung.lane == "native" and rung.passed and native(rung)):
            number = f"{rung.max_difference:.0e}"
            words.append(f"{rung.name} {number} {tick(rung.passed)}")
    step = next(
        (
            r
            for r in result.parity.rungs
            if r.name == "step" and r.lane == "native"
        ),
        None,
    )
    if step and result.parity.differences:
        names = ", ".join(result.parity.differences)
        words.append(f" native step {step.max_difference:.0e}: {names}")
    variants = {r.variant for r in result.parity.rungs if r.variant}
    if variants:
        many = "variant" if len(variants) == 1 else "variants"
        words.append(f" and {len(variants)} {many}")
    return "  ".join(words)


TRAINED = ("step", "trajectory", "whole run")  # rungs with two lanes


def native(rung: Rung) -> bool:
    return rung.name in TRAINED


def warnings(result: Result) -> list[str]:
    """Return what a reader must know before trusting the figures."""
    lines = []
    accuracy = result.accuracy
    if accuracy and not accuracy.beats_baseline:
        lines.append(
            f"does not clearly beat {accuracy.baseline_name} "
            f"({accuracy.baseline:.3f}): agreement at this level proves nothing"
        )
    if accuracy and accuracy.reproduced is False:
        lines.append(
            "not reproduced: the same code on this machine gave other scores "
            "last time"
        )
    return lines


def rung_cells(rung: Rung) -> list[str]:
    counted = rung.tolerance == 0.0
    number = "g" if counted else ".1e"
    floor = rung.noise_floor
    return [
        f"{rung.name} ({rung.variant})" if rung.variant else rung.name,
        rung.dtype,
        rung.lane,
        f"{rung.max_difference:{number}}",
        "" if floor is None else f"{floor:.1e}",
        f"{rung.tolerance:{'g' if counted else '.0e'}}",
        rung.worst,
    ]


# === Files ==================================================================


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


def rewrite_readme(table: str) -> None:
    """Put the table between the README's two markers."""
    path = Path(__file__).parent.parent / "README.md"
    before, rest = path.read_text().split("<!-- pairs -->\n", 1)
    _, after = rest.split("<!-- /pairs -->", 1)
    write_whole(path, f"{before}<!-- pairs -->\n{table}<!-- /pairs -->{after}")


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


def trained(result: Result) -> bool:
    """Whether there are losses to draw."""
    accuracy = result.accuracy
    return accuracy is not None and any(accuracy.losses["keras"])


def markdown(result: Result) -> str:
    """Return the report of one task."""
    lines = [f"# {result.section} {result.title}", "", headline(result), ""]
    lines += [f"**{line}**\n" for line in warnings(result)]
    state = "proven" if result.parity.passed else "NOT proven"
    lines += [
        f"## The same model: {state}",
        "",
        f"{result.parity.steps} training steps, "
        f"{result.parity.seconds:.0f} s. Differences are relative; the noise "
        "floor is PyTorch against itself with every initial weight moved by "
        "one unit in the last place.",
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
        f"{e.cpu}, {e.cores} cores, {e.threads} threads, {e.platform}. Python "
        f"{e.python}, NumPy {e.numpy}. Commit {e.commit}, sources {e.sources}, "
        f"{e.date}.",
    ]
    return "\n".join(lines) + "\n"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


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
        for name, part in (("train", t.train), ("predict", t.predict)):
            control = ""
            if part.ratio:
                low, high = part.ratio.control_ci95
                control = f"[{low:.2f}, {high:.2f}]"
            count = f"{part.blocks} kept, {part.rejected} rejected"
            lines.append(row(name, *speed(part), control, count))
        modes = ", ".join(f"{TITLES[n]}: {m}" for n, m in t.mode.items())
        starts = "; ".join(
            f"{TITLES[name]} import {w['import']:.1f} s, build "
            f"{w['build']:.2f} s, first step {w['first_step']:.2f} s"
            for name, w in t.warmup_s.items()
        )
        lines += ["", f"{modes}. {starts}.", ""]
    if result.memory:
        lines += [
            "## Memory",
            "",
            row("MiB", "Keras", "PyTorch"),
            "|---|--:|--:|",
        ]
        for field, title in (
            ("host_allocator_peak_mib", "allocator's live peak, one step"),
            ("host_peak_mib", "process peak over the level before training"),
            ("gpu_allocator_peak_mib", "GPU allocator's live peak"),
            ("gpu_reserved_mib", "GPU reserved"),
            ("gpu_process_mib", "GPU, whole process"),
        ):
            cells = []
            for peaks in (result.memory.keras, result.memory.torch):
                value = getattr(peaks, field)
                cells.append(
                    f"{value:,.1f}" if value is not None else peaks.note or "–"
                )
            lines.append(row(title, *cells))
        lines += ["", "CPU memory is no proxy for GPU memory.", ""]
    return lines


def table_of_pairs(results: Sequence[Result]) -> str:
    """Return the README's table, made from committed results."""
    lines = [
        row("book", "task", "proof", "Keras", "PyTorch", "verdict")
        + " train ratio |",
        "|---|---|---|--:|--:|---|--:|",
    ]
    for result in results:
        last = [r for r in result.parity.rungs if r.lane == "aligned"]
        if not result.parity.steps:
            last = [r for r in result.parity.rungs if r.dtype == "float64"]
        number = max((r.max_difference for r in last), default=0.0)
        when = f"after {result.parity.steps} steps"
        if not result.parity.steps:
            when = "without training"
        state = f"{number:.0e} {when}"
        accuracy = result.accuracy
        cells = ["–", "–", "–"]
        if accuracy:
            cells = [
                score(accuracy.keras, accuracy),
                score(accuracy.torch, accuracy),
                gap(accuracy),
            ]
        ratio = "–"
        if result.throughput:
            ratio = speed(result.throughput.train)[2]
        lines.append(
            row(
                result.section,
                f"[{result.task}](keras_impl/{result.task}.py)",
                state if result.parity.passed else "not proven",
                *cells,
                ratio,
            )
        )
    return "\n".join(lines) + "\n"
