"""The ladder's parts without a framework: evidence is made by hand here.

`tests/` has the ladder on real halves and planted faults elsewhere; here each
kind of change to otherwise equal evidence must be met by its own rung.
"""

import copy
import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from comparisons.proof.distance import (
    FLOORS,
    TOLERANCES,
    Comparison,
    difference,
    rung,
)
from comparisons.proof.evidence import (
    HELD_OUT,
    SEEDS,
    Evidence,
    Failure,
    Plan,
    Question,
    Work,
    general_weights,
    one_ulp_away,
)
from comparisons.proof.ladder import judge, planned, proven
from comparisons.proof.settings import alike
from comparisons.results import Rung
from comparisons.sides.wire import (
    Description,
    Outputs,
    Recording,
    Split,
)
from comparisons.task import Task
from comparisons.weights import Layer, keras_to_torch

# === difference =============================================================


def test_difference_is_relative_and_counts_every_value():
    a, b = np.array([3.0, 4.0]), np.array([3.0, 4.5])
    expected = 0.5 / math.hypot(3.0, 4.5)
    assert difference(a, b, 1e-6) == pytest.approx(expected)
    assert difference(b, a, 1e-6) == difference(a, b, 1e-6)
    assert difference(a, a, 1e-6) == 0.0


def test_difference_is_no_signed_mean():
    a, b = np.array([1.0, 1.0]), np.array([0.0, 2.0])
    assert difference(a, b, 1e-6) == pytest.approx(math.sqrt(2) / 2)


@pytest.mark.parametrize("bad", (math.nan, math.inf, -math.inf))
def test_what_is_not_finite_is_infinitely_far_even_from_itself(bad):
    a = np.array([1.0, bad])
    assert difference(a, a, 1e-6) == math.inf
    assert difference(a, np.ones(2), 1e-6) == math.inf
    assert difference(np.ones(2), a, 1e-6) == math.inf


@pytest.mark.parametrize("shape", ((3,), (1, 2), (2, 1), ()))
def test_shapes_that_would_broadcast_are_infinitely_far(shape):
    assert difference(np.ones(2), np.ones(shape), 1e-6) == math.inf


def test_below_the_floor_an_array_counts_as_the_floor():
    a, b = np.full(4, 1e-12), np.full(4, -1e-12)
    # The root mean square of the gap is 2e-12, of the floor 1e-6.
    assert difference(a, b, 1e-6) == pytest.approx(2e-6)
    assert difference(a, b, 1e-13) == pytest.approx(2.0)
    assert difference(np.zeros(4), np.zeros(4), 1e-6) == 0.0


def test_difference_takes_numbers_and_other_types():
    assert difference(2.0, 1.0, 1e-6) == 0.5
    bytes_ = np.array([0, 255], "uint8")
    assert difference(bytes_, bytes_[::-1], 1e-6) == pytest.approx(math.sqrt(2))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8), st.data())
def test_difference_lies_between_zero_and_two(values, data):
    size = len(values)
    other = data.draw(
        st.lists(st.floats(-1e6, 1e6), min_size=size, max_size=size)
    )
    found = difference(np.array(values), np.array(other), 1e-6)
    assert 0.0 <= found <= 2.0 + 1e-12


# === Comparison =============================================================


def test_the_first_that_breaks_is_named_not_the_largest():
    compared = Comparison((("a", 1e-12), ("b", 1e-3), ("c", 0.9)))
    assert compared.worst(1e-9) == ("b", 1e-3)
    assert compared.worst(1e-2) == ("c", 0.9)
    assert compared.worst(1.0) == ("c", 0.9)
    assert compared.largest == 0.9


def test_nan_breaks_every_tolerance():
    compared = Comparison((("a", 0.0), ("b", math.nan), ("c", 9.0)))
    assert compared.worst(1.0)[0] == "b"
    assert not rung("step", compared, 1.0).passed


def test_names_are_met_in_the_order_of_the_keras_half():
    keras = {"conv1": np.ones(2), "conv2": np.zeros(2), "classifier": 1.0}
    torch = {"classifier": 2.0, "conv2": np.ones(2), "conv1": np.ones(2)}
    compared = Comparison.of(keras, torch, 1e-6)
    assert [name for name, _ in compared.items] == list(keras)
    assert compared.worst(1e-9)[0] == "conv2"
    assert compared.detail == ""


@pytest.mark.parametrize("absent", ("Keras", "PyTorch"))
def test_what_one_half_lacks_is_infinitely_far(absent):
    whole, part = {"a": 1.0, "b": 1.0}, {"a": 1.0}
    halves = (part, whole) if absent == "Keras" else (whole, part)
    compared = Comparison.of(*halves, 1e-6)
    assert compared.worst(1.0) == ("b", math.inf)
    assert compared.detail == f"b: the {absent} half has none"


def test_unequal_shapes_are_told():
    compared = Comparison.of({"a": np.ones((2, 3))}, {"a": np.ones(6)}, 1e-6)
    assert compared.worst(1.0) == ("a", math.inf)
    assert compared.detail == "a: Keras (2, 3), PyTorch (6,)"


def test_a_rung_says_what_it_received_and_expected():
    noise = Comparison((("a", 1e-16),))
    compared = Comparison((("a", 1e-3), ("b", 0.5)))
    failed = rung("step", compared, 1e-9, lane="aligned", noise=noise)
    assert (failed.passed, failed.worst) == (False, "a")
    assert failed.max_difference == 1e-3
    assert failed.noise_floor == 1e-16
    assert failed.detail == (
        "a is the first to differ: received 1.0e-03, expected at most 1e-09"
    )
    passed = rung("step", compared, 0.5, lane="aligned")
    assert (passed.passed, passed.detail) == (True, "")
    assert (passed.max_difference, passed.worst) == (0.5, "b")
    assert passed.noise_floor is None


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (1e-3, float(np.float32(1e-3)), True),
        (1e-3, 1.1e-3, False),
        (0, 0.0, True),
        (0.0, 1e-9, False),
        ("mean", "mean", True),
        ("mean", "sum", False),
        (0.5, None, False),
        ([0.5], [0.5], True),
        ([0.5], [0.5, 0.5], False),
    ],
)
def test_settings_are_alike_but_for_a_float32s_rounding(a, b, same):
    assert alike(a, b) is same
    assert alike(b, a) is same


# === Plan ===================================================================


@dataclass(frozen=True)
class Budget:
    batch_size: int
    epochs: int = 3


@given(
    st.integers(1, 500),
    st.integers(1, 600),
    st.integers(1, 20_000),
)
def test_a_plan_takes_enough_steps_from_the_data_there_is(
    steps, batch, available
):
    plan = Plan.of(steps, Budget(batch), available)
    assert plan.steps >= steps
    assert 1 <= plan.samples <= available
    # That many steps is what a loop over these samples takes.
    assert plan.steps == plan.epochs * math.ceil(plan.samples / batch)
    # Never as much as an epoch too many.
    assert plan.steps - steps < plan.epochs


@given(st.integers(1, 500), st.integers(2, 600), st.integers(1, 20_000))
def test_the_last_batch_of_a_plan_is_partial(steps, batch, available):
    plan = Plan.of(steps, Budget(batch), available)
    assert plan.samples % batch != 0


@given(st.integers(1, 600), st.integers(1, 20_000), st.integers(1, 20))
def test_a_full_plan_is_the_whole_budget(batch, available, epochs):
    plan = Plan.of("full", Budget(batch, epochs), available)
    per_epoch = math.ceil(available / batch)
    assert plan == Plan(epochs, available, epochs * per_epoch, full=True)


def test_a_proof_takes_small_batches_and_a_whole_run_its_own():
    slow = replace(TASK, few=40)
    assert proven(TASK, Budget(512, 3), 50) == Budget(32, 3)
    assert proven(slow, Budget(512, 3), 50) == Budget(8, 3)
    assert proven(TASK, Budget(16, 3), 50) == Budget(16, 3)
    assert proven(slow, Budget(512, 3), "full") == Budget(512, 3)


def test_a_slow_network_is_proven_with_few_samples(tmp_path):
    train, test = Split(tmp_path, "train", 800), Split(tmp_path, "test", 900)
    config = Budget(16, 3)
    slow = replace(TASK, few=40)
    assert planned(TASK, config, train, 50).samples == 50 * 16 - 8
    assert planned(slow, config, train, 50) == Plan(25, 24, 50)
    assert planned(slow, config, train, "full").samples == 800
    still = replace(slow, trains=False)
    assert planned(still, config, train, 50) == Plan.none()
    for task, count in ((TASK, HELD_OUT), (slow, 40)):
        plan = planned(task, config, train, 50)
        asked = Work(task, config, train, test, plan).keras_requests({})
        assert replace(test, samples=count) in asked[FORWARD]


def test_a_network_that_was_trained_before_is_drawn_less_often(tmp_path):
    train, test = Split(tmp_path, "train", 800), Split(tmp_path, "test", 900)
    for task, count in (
        (TASK, len(SEEDS)),
        (replace(TASK, pretrained=("backbone",)), 2),
        (replace(TASK, trains=False), 1),
    ):
        plan = planned(task, Budget(16, 3), train, 50)
        work = Work(task, Budget(16, 3), train, test, plan)
        for asked in (work.keras_requests({}), work.torch_requests({})):
            drawn = [q for q in asked if q.about == "initial"]
            assert len(drawn) == count
            assert initial(1) in drawn  # of the round trip


@pytest.mark.parametrize("steps", (50, "full"))
def test_a_whole_run_is_run_once_in_keras_formulas_and_not_in_others(
    tmp_path, steps
):
    train, test = Split(tmp_path, "train", 800), Split(tmp_path, "test", 900)
    plan = planned(TASK, Budget(16, 3), train, steps)
    work = Work(TASK, Budget(16, 3), train, test, plan)
    asked = work.torch_requests({}).keys()
    trained = {TRAINING, TRAINING_MOVED}
    assert trained <= asked
    assert (NATIVE in asked) == (steps == 50)


@pytest.mark.parametrize("steps", (1, 50))
def test_shuffling_is_seen_against_a_first_batch_that_is_whole(tmp_path, steps):
    train, test = Split(tmp_path, "train", 800), Split(tmp_path, "test", 900)
    plan = planned(TASK, Budget(16, 3), train, steps)
    asked = Work(TASK, Budget(16, 3), train, test, plan).keras_requests({})
    assert (STRAIGHT in asked) == (steps == 1)
    _, shuffled = asked[SHUFFLED]
    _, other = asked[STRAIGHT if steps == 1 else TRAINING]
    assert shuffled.shuffle and not other.shuffle
    assert shuffled.split.samples == 32
    assert other.split.samples >= 16
    assert (shuffled.dtype, shuffled.aligned) == (other.dtype, other.aligned)


def test_plans_by_hand():
    assert Plan.of(50, Budget(64), 4_000) == Plan(1, 50 * 64 - 32, 50)
    assert Plan.of(50, Budget(512), 15_000) == Plan(2, 25 * 512 - 256, 50)
    assert Plan.of(3, Budget(64), 10) == Plan(3, 10, 3)


# === Weights ================================================================

arrays = st.lists(
    st.floats(-(2.0**99), 2.0**99, width=32), min_size=1, max_size=20
).map(np.array)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@given(values=arrays)
def test_every_weight_moves_by_exactly_one_unit_in_the_last_place(
    dtype, values
):
    state = {"kernel": values.astype(dtype), "bias": np.zeros(3, dtype)}
    moved = one_ulp_away(state)
    for name, before in state.items():
        after = moved[name]
        assert after.dtype == before.dtype
        up = np.nextafter(before, np.array(np.inf, dtype))
        down = np.nextafter(before, np.array(-np.inf, dtype))
        assert ((after == up) | (after == down)).all()
        assert (after != before).all()


def test_weights_move_up_and_down_and_repeatably():
    state = {"kernel": np.ones(1_000)}
    moved = one_ulp_away(state)["kernel"]
    share = float((moved > 1).mean())
    assert 0.4 < share < 0.6
    assert np.array_equal(moved, one_ulp_away(state)["kernel"])
    assert (state["kernel"] == 1).all()


@pytest.mark.parametrize("shape", ((7,), (3, 2), (5, 4, 3)))
def test_general_weights_hide_nothing(shape):
    initial = {
        "bias": np.zeros(shape),
        "gamma": np.ones(shape),
        "kernel": np.random.default_rng(1).normal(size=shape),
    }
    general = general_weights(initial)
    for name, before in initial.items():
        after = general[name]
        assert after.dtype == np.float64
        assert (after != 0).all() and (after != before).all()
        assert np.abs(after - before).max() <= 0.05
        assert len(np.unique(after)) == after.size
    assert (general["gamma"] > 0).all()
    again = general_weights(initial)
    assert all(np.array_equal(general[n], again[n]) for n in general)


@given(st.integers(1, 50))
def test_general_weights_of_zeros_are_never_zero(size):
    moved = general_weights({"a": np.zeros(size), "b": np.zeros(size)})
    assert (moved["a"] != 0).all() and (moved["b"] != 0).all()
    assume(size > 1)
    assert not np.array_equal(moved["a"], moved["b"])


# === judge ==================================================================

LAYERS = [
    Layer("hidden", "Dense", {"kernel": (3, 4), "bias": (4,)}),
    Layer("classifier", "Dense", {"kernel": (4, 2), "bias": (2,)}),
]
TASK = Task(
    stem="chapter99_example",
    section="99.1",
    title="an example",
    metric="accuracy",
    margin=0.01,
    margin_why="it is only an example",
    answer="class",
    baseline_name="majority class",
    differences=("rmsprop_epsilon",),
    native_bounds={"step": 0.1, "trajectory": 0.1},
)
STEPS = 5
SETTINGS = Question("settings")
FORWARD, FORWARD_32 = Question("forward"), Question("forward", "float32")
FORWARD_32_MOVED = Question("forward", "float32", moved=True)
TRAINING, TRAINING_32 = Question("training"), Question("training", "float32")
TRAINING_MOVED = Question("training", moved=True)
NATIVE, EXHIBIT = Question("native"), Question("exhibit")
SHUFFLED, STRAIGHT = Question("shuffled"), Question("straight")


def initial(seed: int) -> Question:
    return Question("initial", "float32", seed)


def draw(generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw weights in Keras' names; biases begin with zeros."""
    return {
        f"{layer.name}/{name}": generator.normal(size=shape)
        if name == "kernel"
        else np.zeros(shape)
        for layer in LAYERS
        for name, shape in layer.shapes.items()
    }


def random_state(seed: int) -> dict[str, np.ndarray]:
    return general_weights(draw(np.random.default_rng(seed)))


def forward(dtype: str) -> Outputs:
    generator = np.random.default_rng(3)
    return Outputs(
        predictions=generator.normal(size=(8, 2)).astype(dtype),
        scores={"accuracy": 0.75},
        layers={
            "hidden": generator.normal(size=(8, 4)).astype(dtype),
            "classifier": generator.normal(size=(8, 2)).astype(dtype),
        },
        dropouts=[],
        aligned=[],
    )


def training(side: str, **changed: Any) -> Recording:
    def named(seed: int) -> dict[str, np.ndarray]:
        state = random_state(seed)
        return keras_to_torch(LAYERS, state) if side == "torch" else state

    made = Recording(
        side=side,
        epoch_losses=np.array([1.5]),
        losses=np.linspace(2.0, 1.0, STEPS),
        gradients=named(5),
        after_one=named(6),
        final=named(7),
        predictions=np.zeros((8, 2)),
        dropouts=[],
        aligned=[],
    )
    return replace(made, **changed)


def settings(side: str) -> Description:
    common: dict[str, Any] = {
        "trainable": 26,
        "optimizer": {"name": "RMSprop", "learning_rate": 1e-3, "rho": 0.9},
        "loss": {"name": "cross entropy", "logits": True, "reduction": "mean"},
    }
    if side == "keras":
        names = sorted(random_state(0))
        return Description(layers=LAYERS, trained=names, **common)
    arrays = keras_to_torch(LAYERS, random_state(0))
    shapes = {name: array.shape for name, array in arrays.items()}
    return Description(shapes=shapes, trained=sorted(shapes), **common)


class Pair:
    """Equal evidence of both halves, to be spoiled by a test."""

    def __init__(self) -> None:
        self.task = TASK
        self.keras = self.evidence("keras")
        self.torch = self.evidence("torch")
        self.torch |= {
            replace(question, moved=True): copy.deepcopy(answer)
            for question, answer in self.torch.items()
            if question.about in ("forward", "training")
        }
        self.torch[NATIVE] = training("torch")
        self.replay: Any = copy.deepcopy(self.torch[initial(1)])

    def evidence(self, side: str) -> dict[Question, Any]:
        found: dict[Question, Any] = {SETTINGS: settings(side)}
        for dtype in ("float64", "float32"):
            found[Question("forward", dtype)] = forward(dtype)
            found[Question("training", dtype)] = training(side)
        # Another order of the same samples: another loss of the first step.
        found[SHUFFLED] = training(side, losses=np.array([2.3, 1.9]))
        for seed in SEEDS:
            # The same distribution, drawn with other generators.
            offset = 0 if side == "keras" else 1_000
            state = draw(np.random.default_rng(seed + offset))
            if side == "torch":
                state = keras_to_torch(LAYERS, state)
            found[initial(seed)] = state
        return found

    def change(self, side: str, question: Question, **fields: Any) -> None:
        """Give an answer of one side other fields."""
        answers = getattr(self, side)
        answers[question] = replace(answers[question], **fields)

    def judge(self, full: bool = False) -> list[Rung]:
        both = Evidence(self.keras), Evidence(self.torch)
        return judge(self.task, *both, self.replay, full)

    def align(self, *names: str) -> None:
        for question in (TRAINING, TRAINING_MOVED):
            self.change("torch", question, aligned=list(names))


@pytest.fixture
def pair() -> Pair:
    return Pair()


def failures(rungs: list[Rung]) -> list[tuple[str, str, str]]:
    return [(r.name, r.dtype, r.lane) for r in rungs if not r.passed]


def only(rungs: list[Rung], name: str) -> Rung:
    """Return the one rung that failed, which must be `name`."""
    failed = [r for r in rungs if not r.passed]
    assert [r.name for r in failed] == [name]
    return failed[0]


def test_equal_evidence_holds_on_every_rung(pair: Pair):
    rungs = pair.judge()
    assert failures(rungs) == []
    assert [(r.name, r.dtype, r.lane) for r in rungs] == [
        ("settings", "float64", "native"),
        ("initialisation", "float32", "native"),
        ("forward", "float64", "native"),
        ("gradients", "float64", "native"),
        ("step", "float64", "native"),
        ("trajectory", "float64", "native"),
        ("step", "float64", "aligned"),
        ("trajectory", "float64", "aligned"),
        ("forward", "float32", "native"),
        ("gradients", "float32", "native"),
        ("round trip", "float32", "native"),
    ]
    for r in rungs:
        if (r.name, r.dtype) in TOLERANCES:
            assert r.max_difference == 0.0
            assert r.tolerance == TOLERANCES[r.name, r.dtype]
            assert r.noise_floor == 0.0


def test_a_whole_run_is_named_so(pair: Pair):
    rungs = pair.judge(full=True)
    assert failures(rungs) == []
    trained = ("step", "trajectory", "whole run")
    found = [(r.name, r.lane) for r in rungs if r.name in trained]
    assert found == [(name, "aligned") for name in trained]


@pytest.mark.parametrize(("apart", "holds"), [(5e-6, True), (5e-5, False)])
def test_a_row_may_widen_the_whole_run_and_must_say_why(
    pair: Pair, apart: float, holds: bool
):
    ours = pair.torch[TRAINING].final["hidden.weight"]
    ours *= 1 + apart
    whole_run = [("whole run", "float64", "aligned")]
    assert failures(pair.judge(full=True)) == whole_run
    pair.task = replace(
        pair.task, tolerances={"whole run": 1e-5}, tolerances_why="unstable"
    )
    rungs = pair.judge(full=True)
    assert failures(rungs) == ([] if holds else whole_run)
    said = [r.detail for r in rungs if r.name == "whole run"][-1]
    assert ("unstable" in said) == holds
    # Fifty steps have no such excuse.
    assert failures(pair.judge()) == [("trajectory", "float64", "aligned")]


@pytest.mark.parametrize("bad", (math.nan, math.inf))
def test_a_whole_run_that_ends_in_no_number_fails(pair: Pair, bad: float):
    for key in (TRAINING, TRAINING_MOVED):
        pair.torch[key].final["hidden.weight"][0, 0] = bad
    pair.keras[TRAINING].final["hidden/kernel"][0, 0] = bad
    assert ("whole run", "float64", "aligned") in failures(
        pair.judge(full=True)
    )


def leave_itself(pair: Pair, step: int) -> None:
    """Let PyTorch, moved, go another way from a step on; weights too."""
    moved = pair.torch[TRAINING_MOVED]
    moved.losses[step:] += 0.1
    moved.final["hidden.weight"] += 1.0


@pytest.mark.parametrize(
    ("differs", "holds"), [(STEPS - 1, True), (3, True), (2, False)]
)
def test_a_chaotic_whole_run_is_compared_as_far_as_it_goes(
    pair: Pair, differs: int, holds: bool
):
    leave_itself(pair, 3)
    pair.keras[TRAINING].losses[differs:] += 0.1
    pair.keras[TRAINING].final["hidden/kernel"] += 1.0
    pair.task = replace(pair.task, native_bounds={"trajectory": 1.0})
    rungs = pair.judge(full=True)
    (whole,) = [
        r for r in rungs if (r.name, r.lane) == ("whole run", "aligned")
    ]
    assert whole.passed == holds
    assert whole.compared_steps == 3
    told = f"compared for 3 of {STEPS} steps" in whole.detail
    assert told == holds
    assert ("loss of step 3 " in whole.detail) != holds


def test_a_run_that_keeps_to_itself_is_compared_to_its_end(pair: Pair):
    pair.keras[TRAINING].losses[-1] += 0.1
    rungs = pair.judge(full=True)
    assert ("whole run", "float64", "aligned") in failures(rungs)
    assert not any(r.compared_steps for r in rungs)


def test_a_run_that_leaves_itself_at_once_is_not_excused(pair: Pair):
    leave_itself(pair, 0)
    pair.keras[TRAINING].final["hidden/kernel"] += 1.0
    rungs = pair.judge(full=True)
    assert ("whole run", "float64", "aligned") in failures(rungs)
    assert not any(r.compared_steps for r in rungs)


def test_a_chaotic_run_without_losses_is_compared_to_its_end(pair: Pair):
    leave_itself(pair, 3)
    pair.change("keras", TRAINING, losses=None)
    assert failures(pair.judge(full=True)) == []
    pair.keras[TRAINING].final["hidden/kernel"] += 1.0
    rungs = pair.judge(full=True)
    assert ("whole run", "float64", "aligned") in failures(rungs)
    assert not any(r.compared_steps for r in rungs)


def test_weights_alone_that_leave_themselves_excuse_nothing(pair: Pair):
    pair.torch[TRAINING_MOVED].final["hidden.weight"] += 1.0
    pair.keras[TRAINING].final["hidden/kernel"] += 1.0
    rungs = pair.judge(full=True)
    assert ("whole run", "float64", "aligned") in failures(rungs)
    assert not any(r.compared_steps for r in rungs)


def test_without_a_replay_there_is_no_round_trip(pair: Pair):
    pair.replay = None
    assert "round trip" not in [r.name for r in pair.judge()]


@pytest.mark.parametrize("asked", (TRAINING, FORWARD), ids=lambda q: q.about)
def test_unequal_dropout_fails_the_settings(pair: Pair, asked: Question):
    pair.keras[asked].dropouts.append(0.5)
    failed = only(pair.judge(), "settings")
    when = "training" if asked == TRAINING else "prediction"
    assert failed.detail == f"dropout rates in {when}: Keras [0.5], PyTorch []"


@pytest.mark.parametrize(
    ("part", "name", "value", "told"),
    [
        ("optimizer", "learning_rate", 2e-3, "optimizer learning_rate"),
        ("optimizer", "name", "Adam", "optimizer name"),
        ("optimizer", "momentum", 0.9, "optimizer momentum"),
        ("loss", "reduction", "sum", "loss reduction"),
        ("loss", "logits", False, "loss logits"),
    ],
)
def test_unequal_settings_are_told(pair: Pair, part, name, value, told):
    getattr(pair.torch[SETTINGS], part)[name] = value
    failed = only(pair.judge(), "settings")
    assert failed.worst == told
    assert f"PyTorch {value}" in failed.detail
    assert failed.max_difference == 1.0


def test_a_half_that_does_not_shuffle_fails_the_settings(pair: Pair):
    straight = copy.deepcopy(pair.torch[TRAINING])
    pair.torch[SHUFFLED] = straight
    failed = only(pair.judge(), "settings")
    told = "shuffles when asked to: Keras True, PyTorch False"
    assert failed.detail == told


def test_a_half_that_takes_no_step_when_shuffled_fails_the_settings(pair: Pair):
    pair.change("torch", SHUFFLED, losses=np.array([]))
    failed = only(pair.judge(), "settings")
    assert "shuffles when asked to" in failed.detail


def test_shuffling_is_told_from_a_whole_first_batch_alone(pair: Pair):
    for side in ("keras", "torch"):
        getattr(pair, side)[STRAIGHT] = training("keras")
        pair.change(side, TRAINING, losses=np.array([2.5, 1.8]))
    pair.torch[SHUFFLED] = training("torch")
    assert "shuffles when asked to" in pair.judge()[0].detail


def test_another_number_of_trained_parameters_fails_the_settings(pair: Pair):
    pair.change("torch", SETTINGS, trainable=24)
    failed = only(pair.judge(), "settings")
    assert failed.detail == "trainable parameters: Keras 26, PyTorch 24"


def test_a_weight_frozen_on_one_side_fails_the_settings(pair: Pair):
    pair.torch[SETTINGS].trained.remove("classifier.bias")
    assert "trained weights" in only(pair.judge(), "settings").detail


def test_a_decay_on_one_side_fails_the_settings(pair: Pair):
    pair.torch[SETTINGS].decay["classifier.weight"] = 0.004
    failed = only(pair.judge(), "settings")
    assert (
        failed.detail == "decay: Keras {}, PyTorch {'classifier/kernel': 0.004}"
    )


def test_a_decay_twice_as_large_fails_the_settings(pair: Pair):
    pair.keras[SETTINGS].decay["classifier/kernel"] = 0.004
    pair.torch[SETTINGS].decay["classifier.weight"] = 0.002
    assert "decay" in only(pair.judge(), "settings").detail


def test_an_exhibit_is_compared_where_there_is_one(pair: Pair):
    shown = {"images/a": np.ones((2, 3, 3)), "text/b": np.array(["yes"])}
    for evidence in (pair.keras, pair.torch):
        evidence[EXHIBIT] = dict(shown)
    (found,) = (r for r in pair.judge() if r.name == "exhibit")
    assert found.passed and found.max_difference == 0
    pair.torch[EXHIBIT]["text/b"] = np.array(["no"])
    assert only(pair.judge(), "exhibit").worst == "text/b"


def test_a_task_without_training_has_no_rung_of_training(pair: Pair):
    pair.task = replace(pair.task, trains=False)
    names = {rung.name for rung in pair.judge()}
    assert not names & {"gradients", "step", "trajectory"}
    assert {"settings", "forward", "round trip"} <= names


def test_a_row_may_widen_a_tolerance_and_must_say_why(pair: Pair):
    pair.task = replace(
        pair.task,
        tolerances={"forward float32": 1e-3},
        tolerances_why="sums of a million",
    )
    widened = [r for r in pair.judge() if r.tolerance == 1e-3]
    assert [(r.name, r.dtype) for r in widened] == [("forward", "float32")]
    assert "sums of a million" in widened[0].detail


def test_a_missing_layer_fails_the_settings_by_name(pair: Pair):
    shapes = pair.torch[SETTINGS].shapes
    kept = {n: s for n, s in shapes.items() if not n.startswith("classifier")}
    pair.change("torch", SETTINGS, shapes=kept)
    failed = pair.judge()[0]
    assert (failed.name, failed.passed) == ("settings", False)
    assert "classifier" in failed.detail


def test_a_layer_of_another_shape_fails_the_settings_by_name(pair: Pair):
    pair.torch[SETTINGS].shapes["hidden.weight"] = (3, 4)
    failed = only(pair.judge(), "settings")
    assert "hidden.weight of shape (3, 4)" in failed.detail
    assert "expected shape (4, 3)" in failed.detail


def test_weights_that_do_not_fit_are_told_by_the_settings(pair: Pair):
    pair.torch[TRAINING].final["hidden.weight"] = np.ones((3, 4))
    failed = only(pair.judge(), "settings")
    assert "hidden.weight of shape (3, 4)" in failed.detail


def test_a_weight_lost_in_training_fails_the_trajectory(pair: Pair):
    del pair.torch[TRAINING].final["hidden.weight"]
    failed = only(pair.judge(), "trajectory")
    assert failed.detail == "hidden/kernel: the PyTorch half has none"


@pytest.mark.parametrize(
    ("side", "key", "expected"),
    [
        ("torch", SETTINGS, [("settings", "float64", "native")]),
        ("torch", FORWARD, [("forward", "float64", "native")]),
        ("torch", FORWARD_32_MOVED, [("forward", "float32", "native")]),
        ("keras", TRAINING_32, [("gradients", "float32", "native")]),
        ("torch", initial(3), [("initialisation", "float32", "native")]),
        ("torch", NATIVE, [("trajectory", "float64", "native")]),
    ],
)
def test_a_half_that_cannot_do_its_part_fails_that_rung(
    pair: Pair, side: str, key: Question, expected: list[tuple[str, str, str]]
):
    words = "PyTorch: ValueError: it broke"
    getattr(pair, side)[key] = Failure(words)
    rungs = pair.judge()
    assert failures(rungs) == expected
    (failed,) = [r for r in rungs if not r.passed]
    assert failed.detail == words
    assert failed.max_difference == math.inf


def test_training_that_breaks_fails_gradients_and_both_lanes(pair: Pair):
    pair.keras[TRAINING] = Failure("Keras: ValueError: no")
    failed = pair.judge()
    assert [f[0] for f in failures(failed)] == [
        "gradients",
        "trajectory",
        "trajectory",
    ]


def test_a_keras_half_without_settings_ends_the_climb(pair: Pair):
    pair.keras[SETTINGS] = Failure("Keras: TypeError: no model")
    rungs = pair.judge()
    assert failures(rungs) == [("settings", "float64", "native")]
    assert len(rungs) == 1


def test_another_first_bias_fails_the_initialisation(pair: Pair):
    for seed in SEEDS:
        pair.torch[initial(seed)]["hidden.bias"] = np.ones(4)
    pair.replay = pair.torch[initial(1)]
    failed = only(pair.judge(), "initialisation")
    assert (failed.worst, failed.max_difference) == ("hidden/bias", math.inf)


def test_another_spread_fails_the_initialisation(pair: Pair):
    for seed in SEEDS:
        pair.torch[initial(seed)]["hidden.weight"] *= 0.05
    pair.replay = pair.torch[initial(1)]
    failed = only(pair.judge(), "initialisation")
    assert failed.worst == "hidden/kernel"
    assert failed.max_difference > 1.0


def test_one_drawing_must_be_equal(pair: Pair):
    for side in (pair.keras, pair.torch):
        for seed in SEEDS[1:]:
            del side[initial(seed)]
    # As after six drawings, but that of one nothing is left to chance.
    failed = only(pair.judge(), "initialisation")
    assert failed.max_difference == math.inf
    state = keras_to_torch(LAYERS, pair.keras[initial(1)])
    pair.torch[initial(1)] = pair.replay = state
    assert not failures(pair.judge())


def test_the_forward_rung_names_the_first_layer_that_differs(pair: Pair):
    outputs = pair.torch[FORWARD]
    outputs.layers["hidden"] += 1e-7
    outputs.layers["classifier"] += 1e-2
    outputs.predictions[:] += 1e-2
    failed = only(pair.judge(), "forward")
    assert (failed.dtype, failed.worst) == ("float64", "hidden")


def test_predictions_and_scores_belong_to_the_forward_rung(pair: Pair):
    pair.torch[FORWARD_32].scores["accuracy"] = 0.76
    failed = only(pair.judge(), "forward")
    assert (failed.dtype, failed.worst) == ("float32", "score accuracy")
    pair.torch[FORWARD_32].predictions[:] = 0
    assert only(pair.judge(), "forward").worst == "predictions"


def test_rounding_passes_the_forward_rung(pair: Pair):
    for dtype, step in (("float64", 1e-13), ("float32", 1e-7)):
        pair.torch[Question("forward", dtype)].predictions[:] += step
    assert failures(pair.judge()) == []


@pytest.mark.parametrize("dtype", ("float64", "float32"))
def test_another_gradient_fails_the_gradients(pair: Pair, dtype: str):
    gradients = pair.torch[Question("training", dtype)].gradients
    gradients["hidden.weight"] *= 1.001
    failed = only(pair.judge(), "gradients")
    assert (failed.dtype, failed.worst) == (dtype, "hidden/kernel")


def test_a_missing_gradient_fails_the_gradients(pair: Pair):
    gradients = pair.torch[TRAINING].gradients
    del gradients["classifier.bias"]
    failed = [r for r in pair.judge() if r.name == "gradients"][0]
    assert (failed.passed, failed.worst) == (False, "classifier/bias")


def test_another_first_loss_fails_the_gradients(pair: Pair):
    pair.torch[TRAINING_32].losses[0] *= 2
    failed = only(pair.judge(), "gradients")
    assert (failed.dtype, failed.worst) == ("float32", "loss")


def test_only_what_the_aligned_lane_shows_is_a_fault_of_meaning(pair: Pair):
    pair.torch[TRAINING].final["hidden.weight"] += 1e-6
    assert failures(pair.judge()) == [("trajectory", "float64", "aligned")]


def test_one_wrong_step_fails_the_step(pair: Pair):
    pair.torch[TRAINING].after_one["hidden.bias"] += 1e-6
    rungs = pair.judge()
    assert failures(rungs) == [("step", "float64", "aligned")]
    assert only(rungs, "step").worst == "hidden/bias"


def test_the_trajectory_names_the_first_step_whose_loss_differs(pair: Pair):
    pair.torch[TRAINING].losses[3:] += 1e-3
    failed = only(pair.judge(), "trajectory")
    assert failed.worst == "loss of step 4"


def test_another_loss_returned_by_train_fails_the_trajectory(pair: Pair):
    pair.torch[TRAINING].epoch_losses[:] = 1.4
    failed = only(pair.judge(), "trajectory")
    assert failed.worst == "losses that train returns"


def test_a_loop_that_drops_a_step_fails_the_trajectory(pair: Pair):
    run = pair.torch[TRAINING]
    pair.change("torch", TRAINING, losses=run.losses[:-1])
    failed = only(pair.judge(), "trajectory")
    assert failed.worst == f"loss of step {STEPS}"
    assert "the PyTorch half has none" in failed.detail


def test_a_closed_difference_loosens_the_native_lane_to_its_bound(pair: Pair):
    pair.align("rmsprop_epsilon")
    for part in ("after_one", "final"):
        getattr(pair.torch[NATIVE], part)["hidden.weight"] *= 1.05
    rungs = pair.judge()
    assert failures(rungs) == []
    native = [r for r in rungs if r.lane == "native" and r.name == "step"][0]
    assert native.tolerance == 0.1
    assert native.max_difference == pytest.approx(0.05 / 1.05)


def test_beyond_its_bound_the_native_lane_fails(pair: Pair):
    pair.align("rmsprop_epsilon")
    pair.torch[NATIVE].final["hidden.weight"] *= 1.3
    failed = only(pair.judge(), "trajectory")
    assert (failed.lane, failed.worst) == ("native", "hidden/kernel")


def test_without_a_closed_difference_the_native_lane_must_be_equal(pair: Pair):
    pair.torch[NATIVE].final["hidden.weight"] *= 1.05
    failed = only(pair.judge(), "trajectory")
    assert (failed.lane, failed.tolerance) == ("native", 1e-9)


def test_the_aligned_lane_may_close_only_what_the_row_names(pair: Pair):
    pair.align("rmsprop_epsilon", "adam_epsilon")
    rungs = pair.judge()
    assert failures(rungs) == [
        ("step", "float64", "aligned"),
        ("trajectory", "float64", "aligned"),
    ]
    for r in rungs:
        if not r.passed:
            assert r.worst == "the row in tasks.py"
            assert "does not name adam_epsilon," in r.detail


def test_a_weight_without_gradient_is_left_out_of_the_comparison(pair: Pair):
    pair.task = replace(TASK, zero_gradient=("hidden/bias",))
    for run in (
        *(a for a in pair.keras.values() if isinstance(a, Recording)),
        *(a for a in pair.torch.values() if isinstance(a, Recording)),
    ):
        for name, gradient in run.gradients.items():
            if name in ("hidden/bias", "hidden.bias"):
                gradient[:] = 0
    for key in (TRAINING, NATIVE):
        pair.torch[key].final["hidden.bias"] += 1.0
    assert failures(pair.judge()) == []
    pair.task = TASK
    assert {f[0] for f in failures(pair.judge())} == {"trajectory"}


def test_a_weight_that_has_a_gradient_after_all_is_not_left_out(pair: Pair):
    pair.task = replace(TASK, zero_gradient=("hidden/bias",))
    rungs = pair.judge()
    assert {f[0] for f in failures(rungs)} == {"step", "trajectory"}
    for r in rungs:
        if not r.passed:
            assert r.detail == "hidden/bias has a gradient after all"


def test_a_bit_lost_on_the_round_trip_is_found(pair: Pair):
    pair.replay["hidden.bias"] = -pair.replay["hidden.bias"]  # 0.0 to -0.0
    failed = only(pair.judge(), "round trip")
    assert failed.detail == "changed on the way: hidden.bias"


def test_a_tensor_lost_on_the_round_trip_is_found(pair: Pair):
    del pair.replay["classifier.weight"]
    assert only(pair.judge(), "round trip").worst == "classifier.weight"


def test_a_round_trip_that_breaks_says_why(pair: Pair):
    pair.replay = Failure("LayoutError: no place")
    assert only(pair.judge(), "round trip").detail == "LayoutError: no place"


def test_the_noise_floor_is_what_the_moved_run_shows(pair: Pair):
    moved = pair.torch[TRAINING_MOVED].final["hidden.weight"]
    moved *= 1 + 1e-13
    rungs = pair.judge()
    assert failures(rungs) == []
    last = [r for r in rungs if r.name == "trajectory"][-1]
    assert last.noise_floor == pytest.approx(1e-13, rel=1e-2)
    assert last.max_difference == 0.0


def test_floors_are_smaller_than_what_is_compared():
    assert FLOORS["float64"] < FLOORS["float32"] < 1e-3
    for (name, dtype), tolerance in TOLERANCES.items():
        most = {"float64": 1e-9, "float32": 1e-4}[dtype]
        assert tolerance <= (1e-8 if name == "exhibit" else most)
