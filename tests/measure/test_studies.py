"""Studies beyond a result's own figures, with sides that are scripted."""

import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from test_results import make_environment, make_result, make_speed

from comparisons.checkout import ROOT
from comparisons.common import HalfFailed, RequestError
from comparisons.measure import bench as command
from comparisons.measure import machine, roofline, scale
from comparisons.measure import race as racing
from comparisons.measure import studies as races
from comparisons.measure.race import Budget
from comparisons.records import (
    Compared,
    Cost,
    Grown,
    Ratio,
    Speed,
    Throughput,
    Timed,
)
from comparisons.report import machines
from comparisons.report import roofline as drawn
from comparisons.report import studies as grids
from comparisons.report.tables import Grid
from comparisons.request import Request
from comparisons.results import SpeedSection
from comparisons.sides import ceilings
from comparisons.sides import quiet as steady
from comparisons.sides.wire import Split, write_split
from comparisons.tasks import BY_STEM
from shared_data import Arrays

TASK = BY_STEM["chapter08_digits_convnet"]
CONFIG: Any = SimpleNamespace(batch_size=10, seed=0)
SPLITS = tuple(Split(Path(), name, 100) for name in ("train", "test"))
QUICK = Budget(letter_s=1e-9, blocks=3, attempts=3)


class Side:
    """A side whose modes take so many seconds and give such answers."""

    def __init__(
        self,
        seconds: dict[str, float],
        answers: dict[str, float] | None = None,
        precisions: dict[str, str] | None = None,
        fails: tuple[str, ...] = (),
        lacks: tuple[str, ...] = (),
    ) -> None:
        self.seconds, self.fails, self.lacks = seconds, fails, lacks
        self.answers = answers or {}
        self.precisions = precisions or {}
        self.asked: list[tuple[str, ...]] = []
        self.weights = {"w": np.full(3, 1.2345678, "float32")}
        self.shaky = 0.0  # how much moved weights move the predictions

    def call(self, function: str, *args: Any) -> Any:
        if function == "mode_names":
            return {
                name: (name.upper(), self.precisions.get(name, "float32"))
                for name in self.seconds
            }
        if function == "evidence":
            mode, weights = args[4:]
            if mode in self.fails:
                raise HalfFailed("it will not compile")
            off = 1 + self.answers.get(mode, 0.0)
            off += self.shaky * float(
                abs(weights["w"] - self.weights["w"]).max()
            )
            return {
                "predictions": np.full(4, 2.0 * off),
                "losses": np.full(1, 3.0),
                "predictions after": np.full(4, 2.0),
            }
        if function == "initial":
            return self.weights
        if function == "warm_up":
            kinds = args[4]
            name = args[-1]
            self.asked.append(("warm_up", *kinds))
            lacks = {k: "does not" for k in kinds if k in self.lacks}
            offer = {"samples": 100, "parts": False}
            return {
                "first_step_s": 0.5,
                "works": {k: offer for k in kinds if k not in lacks},
                "lacks": lacks,
            }
        name, what, rounds, samples = args
        self.asked.append((name, what))
        key = what if what in self.seconds else name
        wall = rounds * self.seconds[key] * samples / 100
        return {"wall_s": wall, "cpu_s": wall}


@pytest.fixture(autouse=True)
def quiet(monkeypatch) -> None:
    guard = SimpleNamespace(foreign_cores=lambda: 0.0, exact=True)
    monkeypatch.setattr(racing, "Guard", lambda _: guard)
    monkeypatch.setattr(racing, "SETTLE_S", 0.0)


def silent(_: str) -> None:
    pass


# === Modes ==================================================================


def run_modes(keras: Side, torch: Side, chosen: tuple[str, ...]) -> Any:
    starts: Any = [{"keras": keras, "torch": torch}]
    rows = races.modes(TASK, CONFIG, starts, *SPLITS, QUICK, chosen, silent)
    return {(row.half, row.name): row for row in rows}


def test_each_mode_is_set_beside_the_default_of_its_half():
    rows = run_modes(
        Side({"default": 1.0, "xla": 0.5}),
        Side({"default": 2.0, "compile": 4.0}),
        ("all",),
    )
    assert rows["keras", "xla"].ratio.median == pytest.approx(2.0)
    assert rows["torch", "compile"].ratio.median == pytest.approx(0.5)
    assert rows["keras", "default"].ratio is None
    assert rows["keras", "default"].speed.median == pytest.approx(100)
    assert rows["torch", "compile"].first_step_s == 0.5


def test_only_the_chosen_modes_are_run():
    sides = Side({"default": 1.0, "xla": 1.0}), Side({"default": 1.0})
    assert set(run_modes(*sides, ("eager",))) == {
        ("keras", "default"),
        ("torch", "default"),
    }


@pytest.mark.parametrize(
    "precision, off, agrees",
    [
        ("float32", 0.0, True),
        ("float32", 8e-6, True),
        ("float32", 2e-5, False),
        ("bfloat16", 0.02, True),
        ("bfloat16", 0.2, False),
        ("bfloat16", math.nan, False),
    ],
)
def test_a_mode_that_gives_something_else_is_told(precision, off, agrees):
    side = Side(
        {"default": 1.0, "other": 1.0},
        {"other": off},
        {"other": precision},
    )
    rows = run_modes(side, Side({"default": 1.0}), ("all",))
    row = rows["keras", "other"]
    assert row.agrees is agrees
    assert ("✓" if agrees else "✗") in grids.agreement(row)


@pytest.mark.parametrize("shaky, agrees", [(0.0, False), (1e3, True)])
def test_what_moved_weights_do_too_is_rounding(shaky, agrees):
    side = Side({"default": 1.0, "other": 1.0}, {"other": 2e-5})
    side.shaky = shaky  # 1.2e-7 is one unit in the last place of 1.23
    rows = run_modes(side, Side({"default": 1.0}), ("all",))
    assert rows["keras", "other"].agrees is agrees
    assert rows["keras", "default"].differs["predictions"] == 0


def test_weights_are_cut_to_bfloat16():
    weights = {"w": np.array([1.2345678, -3e-5], "float32"), "n": np.arange(2)}
    cut = races.cut(weights)
    assert list(cut["n"]) == [0, 1]
    assert abs(cut["w"] / weights["w"] - 1).max() < 2**-7
    assert (cut["w"].view("uint32") & 0xFFFF == 0).all()


def test_a_mode_that_fails_costs_no_other_one():
    side = Side({"default": 1.0, "xla": 1.0, "eager": 2.0}, fails=("xla",))
    rows = run_modes(side, Side({"default": 1.0}), ("all",))
    assert rows["keras", "xla"].note == "not run: it will not compile"
    assert rows["keras", "xla"].speed is None
    assert rows["keras", "eager"].ratio.median == pytest.approx(0.5)


# === Idioms =================================================================


def test_the_half_is_set_over_the_loop_that_is_written_first():
    keras = Side({"idiom": 2.0, "again": 1.0, "step": 0.1})
    torch = Side({"idiom": 1.0, "again": 4.0, "step": 0.1})
    starts: Any = [{"keras": keras, "torch": torch}]
    rows = races.idioms(TASK, CONFIG, starts, *SPLITS, QUICK, silent)
    found = {(row.half, row.name): row for row in rows}
    assert found["keras", "half"].ratio.median == pytest.approx(2.0)
    assert found["torch", "half"].ratio.median == pytest.approx(0.25)
    # What no feeding can exceed; a round of it is one batch of 10, not 100.
    assert found["torch", "steps"].ratio.median == pytest.approx(10.0)
    # Two models, so that neither trains what the other is timed with.
    assert keras.asked[:2] == [("warm_up", "idiom"), ("warm_up", "again")]
    assert {("idiom", "idiom"), ("half", "again")} <= set(keras.asked)


def test_a_half_without_such_a_loop_says_so():
    keras = Side({"again": 1.0, "step": 1.0}, lacks=("idiom",))
    starts: Any = [{"keras": keras}]
    rows = races.idioms(TASK, CONFIG, starts, *SPLITS, QUICK, silent)
    assert {row.note for row in rows} == {"does not"}
    assert all(row.speed is None for row in rows)


def test_every_start_is_warmed_up_and_raced():
    """What a start decides is in the interval, and in the control."""
    starts: Any = [
        {"torch": Side({"idiom": 1.0, "again": seconds, "step": 1.0})}
        for seconds in (0.50, 0.55, 0.45, 0.50)
    ]
    rows = races.idioms(TASK, CONFIG, starts, *SPLITS, QUICK, silent)
    half = rows[1]
    assert half.starts == 4 and half.blocks == 3
    low, high = half.ratio.ci95
    assert low < 1.9 and high > 2.1
    logs = np.log([1 / 0.50, 1 / 0.55, 1 / 0.45, 1 / 0.50])
    gaps = [0.0, 0.0, logs[0] - logs[1], logs[2] - logs[3]]
    reach = 3.182446 * np.std(gaps, ddof=1) / 2
    expected = np.exp(np.mean(gaps) + reach * np.array([-1, 1]))
    assert half.ratio.control_ci95 == pytest.approx(tuple(expected))
    for sides in starts:
        assert {("idiom", "idiom"), ("half", "again")} <= set(
            sides["torch"].asked
        )


@pytest.mark.parametrize("exact", (True, False))
def test_a_race_among_others_gives_words_and_no_number(monkeypatch, exact):
    loud = SimpleNamespace(foreign_cores=lambda: 1.5, exact=exact)
    monkeypatch.setattr(racing, "Guard", lambda _: loud)
    starts: Any = [{"torch": Side({"idiom": 1.0, "again": 1.0, "step": 1.0})}]
    rows = races.idioms(TASK, CONFIG, starts, *SPLITS, QUICK, silent)
    assert {row.note for row in rows} == {
        "not measurable here: others held up to 1.50 cores"
    }
    assert all(row.speed is None and row.ratio is None for row in rows)


# === Scale ==================================================================


def test_samples_are_repeated_on_disk_and_taken_away(tmp_path):
    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir(), out.mkdir()
    arrays = Arrays({"a": np.arange(3), "b": np.eye(3)}, np.arange(3))
    split = write_split(arrays, source, "train")
    with scale.repeated(split, 8, out) as many:
        found = many.read()
        assert list(found.inputs["a"]) == [0, 1, 2, 0, 1, 2, 0, 1]
        assert found.inputs["b"].shape == (8, 3)
        assert list(found.targets) == [0, 1, 2, 0, 1, 2, 0, 1]
        assert scale.size_mib(many) > 0
    assert list(out.iterdir()) == []


def test_no_room_for_the_samples_is_one_clear_line(tmp_path, monkeypatch):
    split = write_split(Arrays(np.ones(3), np.ones(3)), tmp_path, "train")

    def full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "open_memmap", full)
    with (
        pytest.raises(RequestError, match="received No space .* 64,000"),
        scale.repeated(split, 64_000, tmp_path),
    ):
        pass


def grown(samples: int, seconds: float, peak: float, data: float) -> Grown:
    return Grown(
        half="keras", axis="samples", samples=samples, batch=64,
        seconds=seconds, peak_mib=peak, data_mib=data,
    )  # fmt: skip


@pytest.mark.parametrize(
    "peak, streams", [(20.0, True), (70.0, True), (1000.0, False)]
)
def test_memory_that_grows_with_the_data_is_a_defect(peak, streams):
    rows = [grown(1_000, 1.0, 10.0, 16.0), grown(64_000, 64.0, peak, 1024.0)]
    (fit,) = scale.growth(rows)
    assert fit.slope == pytest.approx(1.0)
    assert fit.per_sample_us == pytest.approx((1e3, 1e3))
    assert (fit.grown_mib, fit.added_mib) == (peak - 10, 1008.0)
    assert fit.streams is streams
    text = grids.grid_of_scale("8.1", rows, [fit]).markdown()
    assert ("DEFECT" in text) is not streams


def test_the_slope_is_that_of_the_logarithms():
    rows = [grown(n, n**0.5, 1.0, 1.0) for n in (1_000, 4_000, 64_000)]
    assert scale.growth(rows)[0].slope == pytest.approx(0.5)


def test_the_smaller_come_before_the_larger(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    split = write_split(Arrays(np.ones(5), np.ones(5)), source, "train")
    asked: list[tuple[str, int, int]] = []

    def call(function: str, half: Any, config: Any, some: Split, axis: str):
        assert function == "stream"
        asked.append((axis, some.samples or 0, config.batch_size))
        return {"seconds": 1.0, "peak_mib": 1.0}

    side: Any = SimpleNamespace(call=call)
    scale.scale(
        TASK, TASK.config("quick"), {"keras": side}, split, tmp_path, silent
    )
    batch = TASK.config("quick").batch_size
    assert asked[:4] == [("samples", n, batch) for n in scale.SAMPLES]
    assert [b for _, _, b in asked[4:]] == [1, 8, 64, 512]
    assert all(n >= scale.STEPS * b for _, n, b in asked)


# === Roofline ===============================================================


def speed(median: float) -> Speed:
    return Speed(median=median, iqr=(median, median), per_cpu_second=median)


def throughput(keras: float, torch: float) -> Throughput:
    ratio = Ratio(median=1.0, ci95=(1, 1), control_ci95=(1, 1))
    step = Compared(
        keras=speed(keras), torch=speed(torch), ratio=ratio,
        blocks=3, rejected=0, foreign_cores=0.0,
    )  # fmt: skip
    return Throughput(train=step, predict=step, step=step, warmup_s={}, mode={})


class Counting:
    def __init__(self, gflops: float, gbs: float) -> None:
        self.ceilings = {"matmul_float32_gflops": gflops, "triad_gbs": gbs}

    def call(self, function: str, *_: Any) -> Any:
        if function == "ceilings":
            return self.ceilings
        return {"flops": 6e9, "bytes": 1e9, "operations": 7, "forward": 2e9}


@pytest.mark.parametrize(
    "gflops, gbs, roof",
    [(100.0, 50.0, 100.0), (1000.0, 50.0, 300.0)],
    ids=("by the processor", "by memory"),
)
def test_the_roof_is_the_lower_of_two_by_hand(gflops, gbs, roof):
    sides: Any = {"keras": Counting(gflops, gbs), "torch": Counting(1.0, 1.0)}
    # A step of ten samples takes a tenth of a second in Keras: 60 GFLOP/s.
    cost = roofline.cost_of(
        TASK, CONFIG, sides, SPLITS[0], throughput(100.0, 50.0)
    )
    assert cost.achieved_gflops == pytest.approx({"keras": 60, "torch": 30})
    assert cost.share_of_roof == pytest.approx(
        {"keras": 60 / roof, "torch": 30 / roof}
    )
    expected = "the machine" if 60 / roof >= 0.5 else "the frameworks"
    assert drawn.bound_by(cost) == expected


def test_without_training_steps_there_is_no_share():
    idle = Throughput(
        train=Compared(blocks=0, rejected=0, foreign_cores=0.0),
        predict=Compared(blocks=0, rejected=0, foreign_cores=0.0),
        warmup_s={}, mode={},
    )  # fmt: skip
    sides: Any = {n: Counting(1.0, 1.0) for n in ("keras", "torch")}
    cost = roofline.cost_of(TASK, CONFIG, sides, SPLITS[0], idle)
    assert cost.share_of_roof == {} and drawn.bound_by(cost) == "–"


def test_the_roofline_is_of_one_machine_class():
    result, without = make_result(), make_result()
    result.speed.append(counted(make_speed(thread_policy="sleep")))
    spins, sleeps = map(machines.title_of, result.speed)
    picture = drawn.picture(sleeps, [result, without])
    assert picture and picture.startswith(b"RIFF")
    assert drawn.picture(spins, [result, without]) is None
    (row,) = drawn.grid(sleeps, [result, without]).rows
    assert "60%, 30%" in row and "the machine" in row


def counted(one: SpeedSection) -> SpeedSection:
    one.cost = Cost(
        step_flops=6e9, step_bytes=1e9, operations=7,
        ceilings={"torch": {"matmul_float32_gflops": 100, "triad_gbs": 20}},
        achieved_gflops={"keras": 60, "torch": 30},
        share_of_roof={"keras": 0.6, "torch": 0.3},
    )  # fmt: skip
    return one


def test_ceilings_are_the_best_of_several_by_hand(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(ceilings.time, "perf_counter", lambda: clock[0])
    # Of the largest: all smaller products take no time worth telling.
    largest = ceilings.SIZES[-1]
    spent = {"float32": [9.0, 2.0, 0.5, *[1.0] * 9]}
    spent["bfloat16"] = [9.0, *[0.25] * 9]

    def work(seconds: Iterator[float]) -> Callable[[], None]:
        def run() -> None:
            clock[0] += next(seconds)

        return run

    found = ceilings.measured(
        lambda size, dtype: work(
            iter(spent[dtype] if size == largest else [1e-3] * 9)
        ),
        lambda count: work(iter([9.0, *[0.1] * 9])),
    )
    flop = 2e-9 * largest**3
    assert found == pytest.approx(
        {
            "matmul_float32_gflops": flop / 0.5,
            "matmul_bfloat16_gflops": flop / 0.25,
            "triad_gbs": 12e-9 * ceilings.COUNT / 0.1,
        }
    )


def test_a_type_without_instructions_costs_no_minutes(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(ceilings.time, "perf_counter", lambda: clock[0])
    asked: list[int] = []

    def matrices(size: int, dtype: str) -> Callable[[], None]:
        asked.append(size)

        def run() -> None:
            clock[0] += 2e-9 * size**3 / 2.0  # two GFLOP/s

        return run

    assert ceilings.products(matrices, "bfloat16") == pytest.approx(2.0)
    assert asked == [256, 512]  # 0.13 s; 1,024 would take 1.07 s


# === Freed memory ===========================================================

FAULTS = """
import resource, sys
import numpy as np
from comparisons.sides import glibc

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        np.ones(2**19)  # 4 MiB: a thousand pages
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

assert glibc.keep_freed()
faults()
kept = faults()
with glibc.given_back(None):
    given_back = faults()
faults()
print(kept, given_back, faults())
"""


def test_freed_memory_is_kept_and_given_back_when_asked():
    done = subprocess.run(
        [sys.executable, "-c", FAULTS],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    if "assert glibc" in done.stderr:
        pytest.skip("the C library here has no mallopt")
    kept, given_back, again = map(int, done.stdout.split())
    assert kept < 1_000 and again < 1_000
    assert given_back > 10 * max(kept, 100)


# === The autotuner ==========================================================

ITERATORS = """
import tensorflow as tf
from comparisons.sides import quiet as steady

plain, seen = tf.data.Dataset.__iter__, []

def recording(self):
    seen.append(self.options().autotune.enabled)
    return plain(self)

def read():
    return [int(x) for x in data]

tf.data.Dataset.__iter__ = recording
data = tf.data.Dataset.range(3).map(lambda x: x + 1, tf.data.AUTOTUNE)
before = read()
assert "tf.data not autotuned" in steady.told("tensorflow")
steady.told("tensorflow")  # once more changes nothing
without = read()
with steady.autotuned(None):
    tuned = read()
assert before == without == tuned == read() == [1, 2, 3]
print(seen)
"""


@pytest.mark.parity
def test_data_is_fed_without_an_autotuner_unless_asked():
    done = subprocess.run(
        [sys.executable, "-c", ITERATORS],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == "[None, False, None, False]", done.stderr


def test_what_is_told_to_an_engine_is_in_the_mode(monkeypatch):
    monkeypatch.setattr(steady.glibc, "keep_freed", lambda: True)
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")
    assert steady.told("jax") == ["freed memory kept"]
    kept, threads = steady.told("torch")
    assert (kept, threads) == (
        "freed memory kept", "threads sleep while they wait",
    )  # fmt: skip
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    assert steady.told("torch")[-1] == "threads spin while they wait"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(steady.glibc, "keep_freed", lambda: False)
    assert steady.told("torch") == ["threads spin while they wait"]


# === The command ============================================================


@pytest.mark.parametrize(
    "options, kind",
    [
        (("all", None, False), "modes"),
        ((None, "idioms", False), "idioms"),
        ((None, None, True), "scale"),
        ((None, None, False), None),
    ],
)
def test_options_name_a_study(options, kind):
    asked = command.wanted(*options, 2.0)
    assert (asked.kind if asked else None) == kind


@pytest.mark.parametrize(
    "options, said",
    [
        (("all", "idioms", False), "--modes and --against"),
        (("all", None, True), "--modes and --scale"),
        ((None, "everything", False), "--against everything; expected idioms"),
    ],
)
def test_options_that_do_not_fit_are_one_clear_line(options, said):
    with pytest.raises(RequestError, match=said):
        command.wanted(*options, 2.0)


def test_a_study_says_what_it_was_made_with(monkeypatch):
    """Not what the proof was, which may be kept since an earlier commit."""
    keras: Any = Side({"idiom": 1.0, "again": 1.0, "step": 1.0})
    torch: Any = Side({"idiom": 1.0, "again": 1.0, "step": 1.0})
    now = make_environment(commit="now")
    splits = (*SPLITS, {})
    monkeypatch.setattr(command, "environment", lambda *_: now)
    monkeypatch.setattr(command, "loaded", lambda *_: nullcontext(splits))
    monkeypatch.setattr(
        command, "both_sides", lambda _: nullcontext((keras, torch))
    )
    settings: Any = SimpleNamespace()
    asked = command.StudyRequest("idioms", 0.1)
    found = command.study(TASK, Request(), settings, asked, silent)
    assert found.made_with.commit == "now" and found.kind == "idioms"
    assert {row.half for row in found.timed} == {"keras", "torch"}
    shown = grids.grid(TASK.stem, found).markdown()
    assert "this project's half" in shown


def test_an_unknown_mode_is_refused_with_those_that_there_are():
    sides: Any = {"keras": Side({"default": 1.0, "xla": 1.0})}
    command.known_modes(sides, ["all"])
    command.known_modes(sides, ["xla"])
    with pytest.raises(RequestError, match="--modes xlb; expected all.*xla"):
        command.known_modes(sides, ["xlb"])


def test_a_grid_is_markdown_with_its_notes():
    grid = Grid("Title", ["a", "b"], [["1|2", "3"]], ["A note."])
    assert grid.markdown() == (
        "## Title\n\n| a | b |\n|---|---|\n| 1\\|2 | 3 |\n\nA note.\n"
    )


def test_rows_without_figures_are_shown_with_their_reason():
    rows = [Timed(half="torch", name="x", label="X", note="not run: why")]
    (row,) = grids.grid_of_races("modes", "8.1", rows).rows
    assert row[0] == "PyTorch" and row[-1] == "not run: why"
    assert row[2] == "–"


# === The machine ============================================================


def test_a_machine_with_others_at_work_is_called_busy(monkeypatch):
    for foreign, busy in ((1.3, True), (0.01, False)):
        monkeypatch.setattr(machine, "foreign_cores", lambda f=foreign: f)
        told = machine.before()
        assert told.busy is busy and told.memory_gib > 0.1


def test_a_governor_that_is_not_told_is_none(monkeypatch):
    def absent(*_: Any, **__: Any) -> str:
        raise FileNotFoundError("no cpufreq here")

    monkeypatch.setattr(Path, "read_text", absent)
    assert machine.governor() is None
    assert machine.instructions() == []
