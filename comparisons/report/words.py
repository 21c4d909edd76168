"""A result's figures as text, for terminal and Markdown alike."""

from collections.abc import Iterator, Sequence

import numpy as np

from comparisons.measure.intervals import MOST_SEEDS, seeds_needed, spread_of
from comparisons.records import (
    Accuracy,
    Compared,
    Environment,
    Latency,
    Parity,
    Ratio,
    Rung,
    Throughput,
)
from comparisons.results import AccuracySection, Result, Section

ENGINES = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def proven_to(result: Result) -> str:
    """Return how far apart the halves are at the end of the proof."""
    parity = result.proof
    if parity is None or not parity.passed:
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
    told = f"gap {scale * accuracy.mean_gap:+.{digits}f}"
    told += f" {unit}" if unit else ""
    if accuracy.ci90:
        low, high = (f"{scale * x:+.{digits}f}" for x in accuracy.ci90)
        told += f" [{low}, {high}]"
    told += f": {accuracy.verdict}"
    if accuracy.verdict == "undecided":
        told += f" ({what_would_decide(accuracy)})"
    return f"{told}, margin {scale * accuracy.margin:g} {unit}".rstrip()


def what_would_decide(accuracy: Accuracy) -> str:
    """Return how many seeds will probably decide.

    Estimated from the spread of the seeds that ran, which may be too small by
    chance; a true gap needs more seeds.
    """
    gaps = np.subtract(accuracy.torch, accuracy.keras)
    if not np.isfinite(gaps).all():
        return "a score is not a finite number"
    seeds = seeds_needed(accuracy.margin, spread_of(list(gaps)))
    if seeds is None:
        return f"needs over {MOST_SEEDS:,} seeds"
    return f"needs {max(seeds, len(gaps) + 2)} seeds"


# A bound of the interval further than a quarter from the median, as a factor:
# then the ratio is no measurement.
WIDE = 1.25
NOT_TOLD = "not told apart here"


def narrow(ratio: Ratio) -> bool:
    """Whether the interval is narrow enough for a ratio to be told."""
    low, high = ratio.ci95
    # Not the other way round: nan is not narrow.
    return high / ratio.median <= WIDE and ratio.median / low <= WIDE


def times(ratio: Ratio) -> str:
    """Return a ratio of speeds with its interval, if that is narrow enough."""
    if not narrow(ratio):
        return NOT_TOLD
    low, high = ratio.ci95
    return f"{ratio.median:.2f} [{low:.2f}, {high:.2f}]"


def control(ratio: Ratio) -> str:
    low, high = ratio.control_ci95
    return f"[{low:.2f}, {high:.2f}]"


def speed(compared: Compared) -> tuple[str, str, str]:
    """Return both speeds and their ratio, or why there are none."""
    if not (compared.keras and compared.torch and compared.ratio):
        return "–", "–", compared.note
    return (
        f"{compared.keras.median:,.0f}",
        f"{compared.torch.median:,.0f}",
        times(compared.ratio),
    )


def latency(told: Latency) -> str:
    return f"{told.p50_ms:.2f}, 95 %: {told.p95_ms:.2f}"


def alarms(result: Result) -> list[str]:
    """Return what shows that the halves are not the same model after all."""
    unequal = [
        one.arithmetic.detail
        for one in result.memory
        if one.arithmetic and not one.arithmetic.equal
    ]
    return [
        f"PARITY BUG: memory unequal by arithmetic: {detail}"
        for detail in dict.fromkeys(unequal)
    ]


def engine(made: Environment) -> str:
    return f"Keras on {ENGINES[made.backend]}"


def versions(made: Environment) -> str:
    return (
        f"Keras {made.keras} on {ENGINES[made.backend]} "
        f"{made.backend_version}, PyTorch {made.torch}"
    )


def headline(result: Result) -> str:
    """Return with what a result was made: the first of its sections."""
    _, section = next(result.sections())
    parts = [f"{section.samples['train']:,} samples", section.preset]
    if section.data == "book":
        parts.append("the book's data")
    if result.shown:
        parts.append(f"{len(result.shown.seeds)} seeds")
    made = section.made_with
    return " · ".join([*parts, versions(made), made.machine_class])


def proof(parity: Parity) -> str:
    """Return the float64 rungs on one line; the native lane's gap last."""
    words = []
    for rung in parity.rungs:
        if rung.passed and (rung.dtype != "float64" or rung.variant):
            continue
        if rung.name in ("settings", "initialisation"):
            words.append(f"{rung.name} {tick(rung.passed)}")
        elif not (native(rung) and rung.passed):
            number = f"{rung.max_difference:.0e}"
            words.append(f"{rung.name} {number} {tick(rung.passed)}")
    step = next(
        (r for r in parity.rungs if r.name == "step" and r.lane == "native"),
        None,
    )
    if step and parity.differences:
        names = ", ".join(parity.differences)
        words.append(f" native step {step.max_difference:.0e}: {names}")
    variants = {r.variant for r in parity.rungs if r.variant}
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


def warnings(accuracy: AccuracySection | None) -> list[str]:
    """Return what a reader must know before trusting the scores."""
    lines = []
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


def made_with(section: Section) -> str:
    """Return machine, versions, commit and date of a section on one line."""
    made = section.made_with
    own = "" if section.data == "bundled" else ", the book's own data"
    return (
        f"{made.machine_class}; {versions(made)}; Python {made.python}, NumPy "
        f"{made.numpy}; {made.threads} threads; {made.platform}. Preset "
        f"{section.preset}{own}. Commit {made.commit}, {made.date}."
    )


# The mark of a section whose code has changed since.
OLDER = (
    "Older than its code: this section was made before the code or the data "
    "last changed."
)
