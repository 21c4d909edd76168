"""Speeds of both halves: what is timed, and the result of a race."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np

from comparisons.common import Name
from comparisons.measure.intervals import interval_of
from comparisons.measure.race import Budget, Contender, Race, race
from comparisons.records import Compared, Latency, Ratio, Speed, Throughput
from comparisons.sides.process import Side
from comparisons.sides.wire import Half, Split

# Each is a work that both sides know: see `bench/works.py`.
KINDS = ("step", "train", "predict", "predict_one")
LONG_S = 1.0  # of a call, where less than an epoch may be timed


def compared(found: Race) -> Compared:
    """Return the result of a race between the two halves."""
    result = Compared(
        starts=found.starts,
        blocks=found.blocks,
        rejected=found.rejected,
        repeated=found.repeated,
        foreign_cores=found.foreign_cores,
        note=unmeasured(found),
    )
    if not result.note:
        result.keras = summary(found, "keras")
        result.torch = summary(found, "torch")
        result.ratio = ratio_of(found, "torch", "keras")
    return result


def unmeasured(found: Race) -> str:
    """Return why a race has no figures; empty if it has."""
    if found.blocks >= 2:
        return ""
    cores = f"{found.foreign_cores:.2f}"
    return f"not measurable here: others held up to {cores} cores"


def ratio_of(found: Race, over: str, under: str) -> Ratio:
    """Return how many times faster a group is, and what A/A makes of it."""
    gaps = found.gaps(over, under)
    return Ratio(
        median=float(np.exp(np.median(np.concatenate(gaps)))),
        ci95=interval_of(gaps),
        control_ci95=interval_of(found.controls([over, under])),
    )


def summary(found: Race, group: str) -> Speed:
    low, median, high = np.percentile(found.speeds[group], (25, 50, 75))
    return Speed(
        median=float(median),
        iqr=(float(low), float(high)),
        per_cpu_second=float(np.median(found.per_cpu[group])),
    )


def latency(found: Race, group: str) -> Latency | None:
    """Return percentiles over all calls of the kept blocks, in ms."""
    calls = found.latencies[group]
    if not calls:
        return None
    p50, p95, p99 = np.percentile(np.multiply(calls, 1000), (50, 95, 99))
    return Latency(
        p50_ms=float(p50), p95_ms=float(p95), p99_ms=float(p99),
        calls=len(calls),
    )  # fmt: skip


def throughput(
    starts: Sequence[dict[Name, Side]],
    halves: dict[Name, Half],
    config: Any,
    train: Split,
    test: Split,
    budget: Budget,
    import_s: dict[Name, float],
    kinds: Sequence[str] = ("train", "predict"),
) -> Throughput:
    """Measure both halves, warmed up, in turn; `starts` are their processes.

    `import_s` is told on, beside what warming up took. Of an epoch that would
    fill several blocks only a part is measured, where that is fair to both.
    """
    names = list(starts[0])
    warm: dict[Name, list[Any]] = {name: [] for name in names}
    for sides in starts:
        for name, side in sides.items():
            warm[name].append(
                side.call("warm_up", halves[name], config, train, test, kinds)
            )
    teams = [
        [Contender(name, side) for name, side in sides.items()]
        for sides in starts
    ]
    firsts = [warm[name][0] for name in names]
    found: dict[str, Compared] = {}
    latencies: dict[str, Latency] = {}
    for what in kinds:
        offers = [w["works"].get(what) for w in firsts]
        if None in offers:
            found[what] = Compared(
                blocks=0, rejected=0, foreign_cores=0.0,
                note=next(w["lacks"][what] for w in firsts
                          if what in w["lacks"]),
            )  # fmt: skip
            continue
        samples = min(offer["samples"] for offer in offers)
        if all(offer["parts"] for offer in offers):
            samples = sized(teams[0], what, samples, config.batch_size, budget)
        shown = race(teams, what, samples, budget)
        found[what] = compared(shown)
        for name in names:
            told = latency(shown, name)
            if told and found[what].ratio:
                latencies[name] = told
    return Throughput(
        train=found["train"],
        predict=found["predict"],
        step=found.get("step"),
        predict_one=found.get("predict_one"),
        latency=latencies or None,
        warmup_s={
            name: {
                "import": import_s[name],
                "build": median(w["build_s"] for w in warm[name]),
                "first_step": median(w["first_step_s"] for w in warm[name]),
            }
            for name in names
        },
        mode={name: warm[name][0]["mode"] for name in names},
    )


def sized(
    contenders: Sequence[Contender],
    what: str,
    samples: int,
    batch: int,
    budget: Budget,
) -> int:
    """Return how many samples to time; all, if that is done in `LONG_S`.

    If not, as many as take most of that: what a call costs, however few it
    gets, must not weigh much. A few batches are timed to know it.
    """
    few = part_of(samples, 0.0, batch)
    for contender in contenders:
        contender.rounds = 1
    spent = min(c.run(what, few)["wall_s"] for c in contenders)
    all_s = spent * samples / few
    if all_s <= LONG_S:
        return samples
    return part_of(samples, 0.7 * LONG_S / all_s, batch)


def part_of(samples: int, share: float, batch: int) -> int:
    """Return a share of the samples: whole batches, no fewer than four.

    And the short one with which the epoch ends, if it does. Keras compiles for
    batches of any size then, which is slower: 58 ms a step instead of 42 of
    10.4's GRU.
    """
    batches = max(4, math.ceil(samples * share / batch))
    return min(samples, batches * batch + samples % batch)
