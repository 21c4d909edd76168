"""A result's figures as text: what terminal and Markdown both say."""

from collections.abc import Sequence

import numpy as np

from comparisons.results import Accuracy, Compared, Parity, Peaks, Result, Rung
from comparisons.statistics import MOST_SEEDS, seeds_needed, spread_of

ENGINES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


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
