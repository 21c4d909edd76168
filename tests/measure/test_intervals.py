"""The equivalence test and its neighbours, against hand calculations."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from comparisons.measure.intervals import (
    beats_baseline,
    block_interval,
    chance_of_equivalence,
    interval_of,
    paired_gap,
    seeds_needed,
    spread_of,
)
from comparisons.proof.distance import agreement

# As accuracies are: in [0, 1], on a grid, so that no two gaps differ by
# rounding alone.
scores = st.integers(0, 1_000).map(lambda n: n / 1_000)
pairs = st.lists(st.tuples(scores, scores), min_size=2, max_size=12)
margins = st.floats(1e-3, 0.5)


# === paired_gap =============================================================


def test_the_gap_of_three_seeds_by_hand():
    gap = paired_gap([0.95, 0.96, 0.97], [0.951, 0.963, 0.975], margin=0.015)
    # Gaps 1, 3 and 5 points in a thousand: mean 3, deviation 2; the 95 %
    # point of Student's t with two degrees of freedom is 2.91999.
    reach = 2.91999 * 2e-3 / math.sqrt(3)
    assert gap.mean == pytest.approx(3e-3)
    assert gap.ci90 == pytest.approx((3e-3 - reach, 3e-3 + reach), abs=1e-8)
    assert gap.verdict == "equivalent"


@pytest.mark.parametrize(
    ("margin", "verdict"),
    # The interval of the gaps above is (-0.37, 6.37) thousandths.
    [(0.0064, "equivalent"), (0.0063, "undecided"), (0.001, "undecided")],
)
def test_the_whole_interval_must_lie_within_the_margin(margin, verdict):
    gap = paired_gap([0.95, 0.96, 0.97], [0.951, 0.963, 0.975], margin)
    assert gap.verdict == verdict


@pytest.mark.parametrize("sign", (1, -1))
def test_a_gap_beyond_the_margin_is_a_difference(sign):
    keras = [0.90, 0.91, 0.92, 0.93]
    torch = [keras[i] + sign * (0.05, 0.06)[i % 2] for i in range(4)]
    gap = paired_gap(keras, torch, margin=0.01)
    assert gap.verdict == "different"
    assert gap.mean == pytest.approx(sign * 0.055)


def test_the_same_mean_with_wide_spread_is_not_called_equivalent():
    gap = paired_gap([0.9, 0.9, 0.9, 0.9], [0.8, 1.0, 0.8, 1.0], 0.01)
    assert gap.mean == pytest.approx(0.0)
    assert gap.verdict == "undecided"


def test_equal_scores_are_equivalent():
    assert paired_gap([0.5, 0.6], [0.5, 0.6], 0.01) == (
        0.0,
        (0.0, 0.0),
        "equivalent",
    )


def test_one_seed_decides_nothing():
    assert paired_gap([0.9], [0.9], 0.1) == (0.0, None, "undecided")
    assert paired_gap([0.1], [0.9], 0.1).verdict == "undecided"


def test_one_run_decides_where_nothing_is_drawn():
    same = paired_gap([0.9], [0.9], 0.1, drawn=False)
    assert same == (0.0, (0.0, 0.0), "equivalent")
    assert paired_gap([0.1], [0.9], 0.1, drawn=False).verdict == "different"
    lost = paired_gap([0.1], [math.nan], 0.1, drawn=False)
    assert lost.verdict == "undecided"


@pytest.mark.parametrize("keras, torch", [([], []), ([1.0], []), ([1], [1, 2])])
def test_unequal_or_no_scores_are_refused(keras, torch):
    numbers = f"received {len(keras)} and {len(torch)} scores; expected"
    with pytest.raises(ValueError, match=numbers):
        paired_gap(keras, torch, 0.1)


@pytest.mark.parametrize("bad", (math.nan, math.inf))
def test_a_score_that_is_no_number_is_never_equivalent(bad):
    with np.errstate(invalid="ignore"):
        gap = paired_gap([0.5, 0.5, 0.5], [0.5, bad, 0.5], 0.1)
    assert gap.verdict == "undecided"


@given(pairs, margins)
def test_equivalent_exactly_when_two_one_sided_tests_reject(pairs, margin):
    keras, torch = zip(*pairs, strict=True)
    gaps = np.subtract(torch, keras)
    assume(gaps.std() > 1e-6)
    p_values = (
        stats.ttest_1samp(gaps, -margin, alternative="greater").pvalue,
        stats.ttest_1samp(gaps, margin, alternative="less").pvalue,
    )
    assume(abs(max(p_values) - 0.05) > 1e-9)
    verdict = paired_gap(keras, torch, margin).verdict
    assert (verdict == "equivalent") == (max(p_values) < 0.05)


@given(pairs, margins)
def test_different_exactly_when_a_test_beyond_the_margin_rejects(pairs, margin):
    keras, torch = zip(*pairs, strict=True)
    gaps = np.subtract(torch, keras)
    assume(gaps.std() > 1e-6)
    p_values = (
        stats.ttest_1samp(gaps, -margin, alternative="less").pvalue,
        stats.ttest_1samp(gaps, margin, alternative="greater").pvalue,
    )
    assume(abs(min(p_values) - 0.05) > 1e-9)
    verdict = paired_gap(keras, torch, margin).verdict
    assert (verdict == "different") == (min(p_values) < 0.05)


@given(pairs)
def test_the_interval_is_students(pairs):
    keras, torch = zip(*pairs, strict=True)
    gaps = np.subtract(torch, keras)
    assume(gaps.std() > 1e-6)
    expected = stats.ttest_1samp(gaps, 0.0).confidence_interval(0.90)
    assert paired_gap(keras, torch, 0.1).ci90 == pytest.approx(expected)


@given(pairs, margins)
def test_the_halves_may_change_places(pairs, margin):
    keras, torch = zip(*pairs, strict=True)
    one, other = (
        paired_gap(keras, torch, margin),
        paired_gap(torch, keras, margin),
    )
    assert other.mean == -one.mean
    # SciPy computes either end by itself, so that the last bits may differ.
    mirrored = (-one.ci90[1], -one.ci90[0])
    assert other.ci90 == pytest.approx(mirrored, rel=1e-12, abs=1e-12)
    assert other.verdict == one.verdict


# === chance_of_equivalence ==================================================


@pytest.mark.parametrize("seeds", (3, 7))
@pytest.mark.parametrize("margin", (1.0, 1.6, 3.0))
def test_the_chance_is_how_often_equal_halves_are_found_equivalent(
    margin, seeds
):
    draw = np.random.default_rng(0)
    gaps = draw.normal(0.0, 1.0, (2_000, seeds))
    nothing = np.zeros(seeds)
    found = [
        paired_gap(nothing, row, margin).verdict == "equivalent" for row in gaps
    ]
    # Four standard errors of a share of 2,000.
    assert chance_of_equivalence(margin, 1.0, seeds) == pytest.approx(
        np.mean(found), abs=4 * 0.5 / math.sqrt(2_000)
    )


def test_the_chance_is_one_without_spread_and_does_not_ask_for_the_unit():
    assert chance_of_equivalence(0.02, 0.0, 3) == 1.0
    assert chance_of_equivalence(2e-2, 1e-2, 5) == pytest.approx(
        chance_of_equivalence(2.0, 1.0, 5)
    )


@pytest.mark.parametrize("ratio", (0.3, 1.0, 2.0, 5.0))
def test_seeds_needed_are_enough_and_not_many_too_many(ratio):
    seeds = seeds_needed(ratio, 1.0)
    assert chance_of_equivalence(ratio, 1.0, seeds) >= 0.9
    if seeds > 3:
        fewer = seeds - 1 - seeds // 10
        assert chance_of_equivalence(ratio, 1.0, fewer) < 0.9


@pytest.mark.parametrize("ratio", (1e-2, 1e-6))
def test_seeds_that_nobody_can_run_are_not_sought_for_ever(ratio):
    assert seeds_needed(ratio, 1.0) is None


def test_a_spread_is_zero_of_one_and_no_number_with_none():
    assert spread_of([0.5]) == 0.0
    assert spread_of([1.0, 2.0, 3.0]) == pytest.approx(1.0)
    assert math.isnan(spread_of([1.0, math.nan]))
    assert math.isnan(spread_of([1.0, math.inf]))


# === beats_baseline =========================================================


@pytest.mark.parametrize(
    ("scores", "baseline", "higher", "beats"),
    [
        ([0.9, 0.8], 0.5, True, True),
        ([0.9, 0.49], 0.5, True, False),  # the worst counts
        ([0.9, 0.509], 0.5, True, False),  # better, not by the margin
        ([2.8, 2.9], 3.4, False, True),
        ([2.8, 3.395], 3.4, False, False),
        ([2.8, 4.0], 3.4, False, False),
        ([0.9, math.nan], 0.5, True, False),
        ([math.nan, 0.9], 0.5, True, False),
    ],
)
def test_the_worst_score_must_beat_the_trivial_method_by_the_margin(
    scores, baseline, higher, beats
):
    assert beats_baseline(scores, baseline, 0.01, higher) is beats


# === block_interval =========================================================


def test_the_interval_of_few_blocks_by_hand():
    # Logs -ln 2, 0, ln 2: mean 0, standard error ln 2 / sqrt 3; the 97.5 %
    # point of Student's t with two degrees of freedom is 4.30265.
    reach = math.exp(4.30265 * math.log(2) / math.sqrt(3))
    low, high = block_interval(list(np.log([0.5, 1.0, 2.0])))
    assert (low, high) == pytest.approx((1 / reach, reach), rel=1e-5)


def test_one_block_has_no_interval():
    assert all(math.isnan(bound) for bound in block_interval([1.5]))


@given(st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=7))
def test_the_inverse_ratios_have_the_inverse_interval(logs):
    low, high = block_interval(logs)
    inverse = block_interval([-log for log in logs])
    assert inverse == pytest.approx((1 / high, 1 / low), rel=1e-6)
    centre = math.exp(float(np.mean(logs)))
    assert low <= centre * (1 + 1e-9) and centre <= high * (1 + 1e-9)


def test_of_many_skewed_blocks_the_bootstrap_widens_one_end():
    # Eleven equal blocks and one that was held up: t reaches as far to both
    # sides, the bootstrap further to the one where that block lies.
    logs = [0.0, 0.001] * 6 + [1.0]
    low, high = block_interval(logs)
    mean = float(np.mean(logs))
    t = float(stats.t.ppf(0.975, len(logs) - 1) * stats.sem(logs))
    assert math.log(low) == pytest.approx(mean - t)
    assert math.log(high) > mean + 1.05 * t
    assert block_interval(logs) == (low, high)  # the same each time


def test_blocks_that_are_all_the_same_have_an_interval_without_width():
    assert block_interval([0.25] * 9) == pytest.approx([math.exp(0.25)] * 2)


@pytest.mark.parametrize("blocks", (3, 5, 8, 12))
def test_the_interval_holds_the_truth_nineteen_times_of_twenty(blocks):
    generator = np.random.default_rng(blocks)
    held = 0
    for _ in range(400):
        low, high = block_interval(list(generator.normal(0.1, 0.05, blocks)))
        held += low <= math.exp(0.1) <= high
    assert held >= 400 * 0.93  # three standard errors below 95 % is 91.7 %


# === agreement ==============================================================


def test_agreement_of_classes_is_that_of_the_largest_logits():
    keras = np.array([[1.0, 2.0, 0.0], [5.0, 1.0, 1.0], [0.0, 0.0, 9.0]])
    torch = np.array([[0.1, 0.2, 0.0], [1.0, 5.0, 1.0], [0.0, 0.0, 0.1]])
    assert agreement("class", keras, torch) == pytest.approx(2 / 3)
    assert agreement("class", keras, keras) == 1.0


def test_agreement_of_signs():
    keras = np.array([[0.3], [-0.2], [4.0], [-1.0]])
    torch = np.array([[9.0], [-0.1], [-4.0], [1.0]])
    assert agreement("sign", keras, torch) == 0.5


def test_where_a_variant_has_several_logits_the_largest_counts():
    keras = np.array([[1.0, 2.0, 0.5], [-3.0, -2.0, -1.0]])
    torch = np.array([[-1.0, 2.0, 0.5], [-1.0, -2.0, -3.0]])
    assert agreement("sign", keras, torch) == 0.5


def test_agreement_within_a_distance_includes_the_distance():
    keras = np.array([[0.0], [1.0], [2.0], [3.0]])
    torch = np.array([[0.0], [1.5], [2.5078125], [-3.0]])
    assert agreement("0.5", keras, torch) == 0.5


@pytest.mark.parametrize("answer", ("class", "0.5"))
def test_no_number_agrees_with_nothing_by_distance(answer):
    keras = np.array([[0.0, 1.0]])
    torch = np.array([[np.nan, 1.0]])
    expected = {"class": 0.0, "0.5": 0.5}[answer]
    assert agreement(answer, keras, torch) == expected


def test_an_unknown_kind_of_answer_is_refused():
    with pytest.raises(ValueError, match="could not convert"):
        agreement("colour", np.zeros(2), np.zeros(2))


# === interval_of ============================================================


def test_the_interval_is_over_launches_and_not_over_blocks():
    # Means 0.0 and 0.2; a hundred blocks each, which hardly differ.
    launches = [[-0.01, 0.01] * 50, [0.19, 0.21] * 50]
    low, high = interval_of(launches)
    reach = 12.7062 * 0.1  # Student's t with one degree of freedom
    assert low == pytest.approx(math.exp(0.1 - reach), rel=1e-4)
    assert high == pytest.approx(math.exp(0.1 + reach), rel=1e-4)


def test_launches_with_equal_means_are_no_surer_than_their_blocks():
    launches = [[-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1], [-0.1, 0.1]]
    low, high = interval_of(launches)
    # Variance 0.02 of a block, eight of them, four degrees of freedom.
    reach = 2.776445 * math.sqrt(0.02 / 8)
    assert (low, high) == pytest.approx((math.exp(-reach), math.exp(reach)))


def test_one_launch_has_the_interval_of_its_blocks():
    blocks = [0.1, 0.2, 0.15]
    assert interval_of([blocks]) == block_interval(blocks)


@pytest.mark.parametrize("launches", [[], [[0.1], [0.2]], [[0.1, 0.2], []]])
def test_too_few_blocks_have_no_interval(launches):
    assert all(math.isnan(bound) for bound in interval_of(launches))
