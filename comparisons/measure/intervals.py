"""Paired gaps between the halves, their intervals, and the equivalence test.

SciPy computes every interval. statsmodels has the equivalence test as well
(`ttost_paired`), but it would add pandas and 150 MB for the one comparison
that `paired_gap` makes.
"""

import math
import warnings
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import integrate, stats

from comparisons.results import Verdict

MOST_SEEDS = 1000  # the largest number that the command line accepts


class Gap(NamedTuple):
    mean: float
    ci90: tuple[float, float] | None
    verdict: Verdict


def mean_interval(
    values: npt.ArrayLike, confidence: float
) -> tuple[float, float]:
    """Return Student's t interval of the mean of two or more values."""
    with warnings.catch_warnings():
        # Values that are all equal are a valid result of a measurement; their
        # interval has no width.
        warnings.filterwarnings("ignore", "Precision loss", RuntimeWarning)
        found = stats.ttest_1samp(values, 0.0).confidence_interval(confidence)
    return float(found.low), float(found.high)


def paired_gap(
    keras: Sequence[float],
    torch: Sequence[float],
    margin: float,
    drawn: bool = True,
) -> Gap:
    """Judge the gap, PyTorch minus Keras, over seeds that share weights.

    Two one-sided t-tests at 5 % each reject a gap of `margin` or more exactly
    when the 90 % interval lies inside (-margin, margin): Schuirmann 1987,
    J. Pharmacokinet. Biopharm. 15. A test for "no significant difference"
    would prove nothing: with few seeds, no difference is significant.

    `drawn` says whether scores depend on a seed. Where they do not, a single
    run decides, because every other run would give the same gap.

    Raises:
        ValueError: the numbers of scores differ, or are 0.
    """
    if len(keras) != len(torch) or not len(keras):
        raise ValueError(
            f"received {len(keras)} and {len(torch)} scores; expected the same "
            "number of both, at least 1"
        )
    gaps = np.subtract(torch, keras)
    mean = float(gaps.mean())
    if len(gaps) > 1:
        low, high = mean_interval(gaps, 0.90)
    elif drawn:
        return Gap(mean, None, "undecided")
    else:
        low = high = mean
    verdict: Verdict = "undecided"
    if -margin < low and high < margin:
        verdict = "equivalent"
    elif high < -margin or margin < low:
        verdict = "different"
    return Gap(mean, (low, high), verdict)


def chance_of_equivalence(margin: float, spread: float, seeds: int) -> float:
    """Return how often two halves with no gap are found equivalent.

    `spread` is the true standard deviation of their paired gaps. The spread
    that `seeds` runs show follows a chi distribution, and the mean gap does
    not depend on it. So this integrates, over the spread that is shown, its
    density times the chance that the interval lies within the margin:
    Phillips 1990, J. Pharmacokinet. Biopharm. 18.
    """
    if spread == 0:
        return 1.0
    root = np.sqrt(seeds)
    # Half the width of the interval in `paired_gap`, for a spread of 1.
    per_spread = stats.t.ppf(0.95, seeds - 1) / root
    shown = stats.chi(seeds - 1, scale=spread / np.sqrt(seeds - 1))

    def density(value: float) -> float:
        left = (margin - per_spread * value) * root / spread
        return float(shown.pdf(value) * (2 * stats.norm.cdf(left) - 1))

    return float(integrate.quad(density, 0, margin / per_spread)[0])


def seeds_needed(margin: float, spread: float) -> int | None:
    """Return how many seeds find equal halves equivalent nine times in ten.

    None if it would take more than `MOST_SEEDS`.
    """
    seeds = 3
    while seeds <= MOST_SEEDS:
        if chance_of_equivalence(margin, spread, seeds) >= 0.9:
            return seeds
        seeds += 1 + seeds // 10  # larger numbers are tried in larger steps
    return None


def spread_of(values: Sequence[float]) -> float:
    """Return the sample's standard deviation: 0 of one value, nan of nan."""
    if len(values) < 2:
        return 0.0
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return float(np.std(values, ddof=1))


def beats_baseline(
    scores: Sequence[float],
    baseline: float,
    margin: float,
    higher_is_better: bool,
) -> bool:
    """Whether even the worst score beats the baseline by over the margin."""
    sign = 1 if higher_is_better else -1
    # Not min(): it may skip a nan, and a score of nan must fail.
    return all(sign * (s - baseline) > margin for s in scores)


def block_interval(logs: Sequence[float]) -> tuple[float, float]:
    """Return a 95 % interval of a ratio from its logarithm in each block.

    Student's t interval. From eight blocks on it is widened, on either side,
    to the bootstrap interval (BCa: Efron 1987, JASA 82): a bootstrap of few
    blocks is too narrow, and Student's t does not see that blocks are skewed.
    Both ends are nan with fewer than two blocks.
    """
    if len(logs) < 2:
        return math.nan, math.nan
    low, high = mean_interval(logs, 0.95)
    if len(logs) >= 8 and low < high:
        # A fixed seed: the same blocks always have the same interval.
        found = stats.bootstrap(
            (logs,), np.mean, n_resamples=2000,
            rng=np.random.default_rng(0),
        ).confidence_interval  # fmt: skip
        low = min(low, float(found.low))
        high = max(high, float(found.high))
    return math.exp(low), math.exp(high)


def interval_of(launches: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return a 95 % interval of a ratio from the logarithms of its blocks.

    `launches` holds the blocks of each launch of the processes. Blocks of one
    launch share what was decided at its start, such as where memory lies. So
    the mean of a launch counts as one observation: Student's t interval over
    these means. Means of few launches may be close by chance. Therefore the
    interval is at least as wide as the one that the spread of blocks around
    their own launch's mean gives, as in an analysis of variance that allows no
    negative component. A single launch has its `block_interval`, which cannot
    know how much another launch would differ. Both ends are nan with no
    launch, or with one of fewer than two blocks among several.
    """
    if len(launches) == 1:
        return block_interval(launches[0])
    if not launches or any(len(blocks) < 2 for blocks in launches):
        return math.nan, math.nan
    means = [float(np.mean(blocks)) for blocks in launches]
    low, high = mean_interval(means, 0.95)
    counts = np.array([len(blocks) for blocks in launches])
    free = int(counts.sum() - len(launches))  # degrees of freedom
    squares = sum(float(np.var(b)) * len(b) for b in launches) / free
    error = math.sqrt(squares * float((1 / counts).sum())) / len(launches)
    reach = float(stats.t.ppf(0.975, free)) * error
    middle = float(np.mean(means))
    low, high = min(low, middle - reach), max(high, middle + reach)
    return math.exp(low), math.exp(high)
