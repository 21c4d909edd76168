"""A result's figures as text: what terminal and Markdown both say."""

from collections.abc import Iterator, Sequence

import numpy as np

from comparisons.measure.intervals import MOST_SEEDS, seeds_needed, spread_of
from comparisons.results import (
    Accuracy,
    Compared,
    Environment,
    Latency,
    Memory,
    Parity,
    Peaks,
    Result,
    Rung,
    Throughput,
)
from comparisons.sides.memory import NO_CUDA

ENGINES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def proven_to(result: Result) -> str:
    """Return how far apart the halves are at the end of the proof."""
    parity = result.parity
    if not parity.passed:
        return "not proven"
    last = [r for r in parity.rungs if r.lane == "aligned"]
    when = f"after {parity.steps} steps"
    if not parity.steps:
        last = [r for r in parity.rungs if r.dtype == "float64"]
        when = "without training"
    number = max((r.max_difference for r in last), default=0.0)
    return f"{number:.0e} {when}"


def tick(passed: bool) -> str:
    return "✓" if passed else "✗"


def score(values: Sequence[float], accuracy: Accuracy) -> str:
    """Return mean and spread over seeds: `0.962 ± 0.004`."""
    mean, spread = float(np.mean(values)), spread_of(values)
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
    more = ""
    if accuracy.verdict == "undecided":
        more = f" ({what_would_decide(accuracy)})"
    return (
        f"gap {scale * accuracy.mean_gap:+.{digits}f} {unit}{interval}: "
        f"{accuracy.verdict}{more}, margin {scale * accuracy.margin:g} {unit}"
    )


def what_would_decide(accuracy: Accuracy) -> str:
    """Return how many seeds are likely to, by the spread of those that ran.

    A gap of its own, or a lucky spread, may ask for more than there were.
    """
    gaps = np.subtract(accuracy.torch, accuracy.keras)
    if not np.isfinite(gaps).all():
        return "a score is not a finite number"
    seeds = seeds_needed(accuracy.margin, spread_of(list(gaps)))
    if seeds is None:
        return f"needs over {MOST_SEEDS:,} seeds"
    return f"needs {max(seeds, len(gaps) + 2)} seeds"


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


def latency(told: Latency) -> str:
    return f"{told.p50_ms:.2f}, 95 %: {told.p95_ms:.2f}"


def live_memory(peaks: Peaks) -> str:
    for field, where in (
        ("gpu_allocator_peak_mib", "live on the GPU"),
        ("host_allocator_peak_mib", "live"),
        ("host_peak_mib", "process"),
    ):
        if getattr(peaks, field) is not None:
            return f"{mebibytes(peaks, field, ' MiB')} {where}"
    return "not measured"


def mebibytes(peaks: Peaks, field: str, unit: str = "") -> str:
    """Return a median and, of several repeats, the range: `20 [19, 21]`."""
    value = getattr(peaks, field)
    if value is None:
        return "not measured"
    several = [getattr(repeat, field) for repeat in peaks.repeats]
    known = [one for one in several if one is not None]
    span = ""
    if len(known) > 1:
        span = f" [{min(known):,.1f}, {max(known):,.1f}]"
    return f"{value:,.1f}{span}{unit}"


ARITHMETIC = (
    ("weights_mib", "weights"),
    ("frozen_mib", "of them frozen"),
    ("gradients_mib", "gradients"),
    ("slots_mib", "optimizer slots"),
    ("batch_mib", "one batch"),
)
HOST = (
    ("host_allocator_peak_mib", "allocator's live peak, a settled step"),
    ("host_peak_mib", "process, peak over its level"),
    ("host_level_mib", "process, level with imports, data and model"),
)
ALWAYS = ("host_allocator_peak_mib", "host_peak_mib")  # or they were missed
GPU = (
    ("gpu_allocator_peak_mib", "GPU allocator's live peak, a settled step"),
    ("gpu_warmup_peak_mib", "GPU allocator's live peak while warming up"),
    ("gpu_reserved_mib", "GPU reserved"),
    ("gpu_process_mib", "GPU, whole process"),
)


def memory_rows(memory: Memory) -> list[tuple[str, str, str]]:
    """Return what is known of the memory of both, by what it is."""
    rows = []
    both = memory.keras, memory.torch
    if memory.arithmetic:
        parts = memory.arithmetic.keras, memory.arithmetic.torch
        for field, title in ARITHMETIC:
            ours, theirs = (f"{getattr(part, field):,.3f}" for part in parts)
            rows.append((f"{title}, by arithmetic", ours, theirs))
    rows.append(("predicted live peak", "–", predicted(memory.torch)))
    for field, title in (*HOST, *(GPU if on_gpu(memory) else ())):
        if field in ALWAYS or any(getattr(p, field) is not None for p in both):
            ours, theirs = (mebibytes(peaks, field) for peaks in both)
            rows.append((title, ours, theirs))
    return rows


def on_gpu(memory: Memory) -> bool:
    """Whether any figure is of a GPU."""
    return any(
        getattr(peaks, field) is not None
        for peaks in (memory.keras, memory.torch)
        for field, _ in GPU
    )


def predicted(peaks: Peaks) -> str:
    """Return what was predicted, and how far it is from what was measured."""
    value = peaks.predicted_allocator_peak_mib
    if value is None:
        why = peaks.prediction_note
        return f"withheld: {why}" if why else "not predicted"
    measured = peaks.gpu_allocator_peak_mib or peaks.host_allocator_peak_mib
    if not measured:
        return f"{value:,.1f}"
    return f"{value:,.1f} ({value / measured - 1:+.1%} of what was measured)"


def memory_notes(memory: Memory) -> list[str]:
    """Return what must be known of the figures, each thing once."""
    lines = []
    both = {"Keras": memory.keras, "PyTorch": memory.torch}
    if not on_gpu(memory):
        lines.append(f"GPU {NO_CUDA}.")
    counts = {len(peaks.repeats) for peaks in both.values()} - {0}
    if counts:
        many = max(counts)
        lines.append(
            "Of one fresh process."
            if many == 1
            else f"Median of {many} fresh processes, the range in brackets."
        )
    if memory.arithmetic:
        lines += [f"{said}." for said in memory.arithmetic.explained]
    if memory.torch.predicted_allocator_peak_mib is not None:
        lines.append(
            "Predicted from fake CPU tensors: without what a kernel takes for "
            "itself, and for PyTorch alone."
        )
    for title, peaks in both.items():
        said = [part for part in peaks.note.split("; ") if part != NO_CUDA]
        lines += [f"{title}: {part}." for part in said if part]
        if peaks.gpu_allocator:
            lines.append(f"{title}: {peaks.gpu_allocator}.")
    return lines


def alarms(result: Result) -> list[str]:
    """Return what shows that the halves are not the same model after all."""
    arithmetic = result.memory and result.memory.arithmetic
    if not arithmetic or arithmetic.equal:
        return []
    return [f"PARITY BUG: unequal by arithmetic: {arithmetic.detail}"]


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
        elif not (native(rung) and rung.passed):
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


def cached(parity: Parity) -> str:
    """Return since when a proof is known that was not made again."""
    return f"cached from {parity.proven}"


TRAINED = ("step", "trajectory")  # rungs with two lanes


def native(rung: Rung) -> bool:
    """Whether a rung shows the native lane of training."""
    return rung.lane == "native" and rung.name in TRAINED


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


NAMES = {
    "step": "training steps alone",
    "train": "an epoch, feeding included",
    "predict": "predict, the task's batch",
    "predict_one": "predict, one sample",
}


def kinds_of(throughput: Throughput) -> Iterator[tuple[str, Compared]]:
    """Yield what each kind of work is called and what was found of it."""
    for kind, name in NAMES.items():
        found = getattr(throughput, kind)
        if found is not None:
            yield name, found


def made_with(e: Environment) -> str:
    """Return machine, versions and commit on one line."""
    return (
        f"{e.cpu}, {e.cores} cores, {e.threads} threads, {e.platform}. Keras "
        f"{e.keras} on {e.backend} {e.backend_version}, PyTorch {e.torch}. "
        f"Commit {e.commit}, {e.date}."
    )
