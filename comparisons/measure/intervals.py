"""Paired gaps, their interval, and the test for equivalence."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import integrate, stats

from comparisons.results import Verdict

MOST_SEEDS = 1000  # as many as the command line takes


class Gap(NamedTuple):
    mean: float
    ci90: tuple[float, float] | None
    verdict: Verdict


def paired_gap(
    keras: Sequence[float],
    torch: Sequence[float],
    margin: float,
    drawn: bool = True,
) -> Gap:
    """Judge the gap PyTorch minus Keras over seeds that share weights.

    Two one-sided t-tests at 5 % each reject a gap of `margin` or more exactly
    when the 90 % interval lies inside (-margin, margin): Schuirmann 1987,
    J. Pharmacokinet. Biopharm. 15. "Not significantly different" would not do:
    with few seeds nothing ever is. Where nothing is `drawn`, from a seed or
    otherwise, the gap of a single run is the gap of all.

    Raises:
        ValueError: the two are not equally many, or none.
    """
    if len(keras) != len(torch) or not len(keras):
        raise ValueError(
            f"received {len(keras)} and {len(torch)} scores; expected the same "
            "number of both, at least 1"
        )
    gaps = np.subtract(torch, keras)
    mean = float(gaps.mean())
    if len(gaps) > 1:
        error = float(gaps.std(ddof=1)) / np.sqrt(len(gaps))
        reach = float(stats.t.ppf(0.95, len(gaps) - 1)) * error
    elif drawn:
        return Gap(mean, None, "undecided")
    else:
        reach = 0.0
    low, high = mean - reach, mean + reach
    verdict: Verdict = "undecided"
    if -margin < low and high < margin:
        verdict = "equivalent"
    elif high < -margin or margin < low:
        verdict = "different"
    return Gap(mean, (low, high), verdict)


def chance_of_equivalence(margin: float, spread: float, seeds: int) -> float:
    """Return how often two halves without a gap are found equivalent.

    `spread` is the standard deviation of their paired gaps. For each spread
    that `seeds` runs may show (a chi distribution), the mean gap must stay
    within what the interval leaves of the margin; the mean does not depend
    on the spread shown, so the chances multiply: Phillips 1990,
    J. Pharmacokinet. Biopharm. 18.
    """
    if spread == 0:
        return 1.0
    root = np.sqrt(seeds)
    per_spread = stats.t.ppf(0.95, seeds - 1) / root  # what paired_gap reaches
    shown = stats.chi(seeds - 1, scale=spread / np.sqrt(seeds - 1))

    def density(value: float) -> float:
        left = (margin - per_spread * value) * root / spread
        return float(shown.pdf(value) * (2 * stats.norm.cdf(left) - 1))

    return float(integrate.quad(density, 0, margin / per_spread)[0])


def seeds_needed(margin: float, spread: float) -> int | None:
    """Return how many seeds find equal halves equivalent in nine of ten.

    None where more than `MOST_SEEDS` would have to run.
    """
    seeds = 3
    while seeds <= MOST_SEEDS:
        if chance_of_equivalence(margin, spread, seeds) >= 0.9:
            return seeds
        seeds += 1 + seeds // 10  # coarser where it is many
    return None


def spread_of(values: Sequence[float]) -> float:
    """Return the sample's standard deviation: 0 of one, nan with a nan."""
    if len(values) < 2:
        return 0.0
    with np.errstate(invalid="ignore"):  # infinity less infinity
        return float(np.std(values, ddof=1))


def beats_baseline(
    scores: Sequence[float],
    baseline: float,
    margin: float,
    higher_is_better: bool,
) -> bool:
    """Whether the worst of all scores is better by more than the margin."""
    sign = 1 if higher_is_better else -1
    # Not min(): a training that ended in nan must not be passed over.
    return all(sign * (s - baseline) > margin for s in scores)


def block_interval(logs: Sequence[float]) -> tuple[float, float]:
    """Return a 95 % interval of a ratio from its logarithm in each block.

    Student's t; from eight blocks on also the bootstrap (BCa: Efron 1987,
    JASA 82), and the wider of both on either side: of few blocks a bootstrap
    alone is too narrow, and t alone does not know of skewed ones.
    """
    if len(logs) < 2:
        return float("nan"), float("nan")
    mean, error = float(np.mean(logs)), float(stats.sem(logs))
    reach = float(stats.t.ppf(0.975, len(logs) - 1)) * error
    low, high = mean - reach, mean + reach
    if len(logs) >= 8 and error > 0:
        # A fixed seed: the same blocks have the same interval.
        found = stats.bootstrap(
            (logs,), np.mean, n_resamples=2000,
            rng=np.random.default_rng(0),
        ).confidence_interval  # fmt: skip
        low = min(low, float(found.low))
        high = max(high, float(found.high))
    return math.exp(low), math.exp(high)


def interval_of(starts: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return a 95 % interval of a ratio from the logarithms of its blocks.

    `starts` holds the blocks of each start of the processes. Blocks of one
    start share what that start decided, so its mean counts as one
    observation: Student's t over these means. Few of them may lie together by
    chance: the interval is no narrower than that of the blocks about their
    start's mean, as in an analysis of variance that lets no component be
    negative. Of a single start it is `block_interval`: how far another start
    would lie apart, it cannot tell.
    """
    if len(starts) == 1:
        return block_interval(starts[0])
    if not starts or any(len(blocks) < 2 for blocks in starts):
        return float("nan"), float("nan")
    means = np.array([np.mean(blocks) for blocks in starts])
    counts = np.array([len(blocks) for blocks in starts])
    free = int(counts.sum() - len(starts))
    squares = sum(float(np.var(b)) * len(b) for b in starts) / free
    error = math.sqrt(squares * float((1 / counts).sum())) / len(starts)
    reach = max(
        float(stats.t.ppf(0.975, len(starts) - 1) * stats.sem(means)),
        float(stats.t.ppf(0.975, free)) * error,
    )
    middle = float(means.mean())
    return math.exp(middle - reach), math.exp(middle + reach)
