"""Throughput without a clock: scripted sides, a scripted machine."""

import math
import os
import time
from collections import namedtuple
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from comparisons.measure import guard as guards
from comparisons.measure import race as racing
from comparisons.measure import throughput as measure
from comparisons.measure.guard import Guard
from comparisons.measure.race import Budget, Contender, race
from comparisons.measure.throughput import compared
from comparisons.sides.wire import Split

# As psutil has it on Linux.
Times = namedtuple(
    "Times",
    "user nice system idle iowait irq softirq steal guest guest_nice",
)


# === The guard ==============================================================


class Machine:
    """Stands in for psutil and for the clock; a test moves its time on."""

    def __init__(self) -> None:
        self.clock = 100.0
        self.times = Times(50, 1, 20, 300, 5, 1, 1, 0, 2, 0)._asdict()
        self.own = {pid: [10.0, 2.0] for pid in (11, 12, os.getpid())}

    def cpu_times(self) -> Times:
        return Times(**self.times)

    def Process(self, pid: int) -> Any:
        def cpu_times() -> tuple[float, float, float, float]:
            user, system = self.own[pid]
            return user, system, 1e6, 1e6  # its children do not count

        return SimpleNamespace(cpu_times=cpu_times, pid=pid)

    def perf_counter(self) -> float:
        return self.clock

    def advance(self, wall: float, **seconds: float) -> None:
        self.clock += wall
        for name, value in seconds.items():
            self.times[name] += value

    def work(self, pid: int, user: float, system: float = 0.0) -> None:
        """Let one of our processes work; the machine counts it too."""
        self.own[pid][0] += user
        self.own[pid][1] += system
        self.times["user"] += user
        self.times["system"] += system


@pytest.fixture
def machine(monkeypatch, tmp_path) -> Machine:
    machine = Machine()
    monkeypatch.setattr(guards, "psutil", machine)
    monkeypatch.setattr(guards, "CPUACCT", tmp_path)
    monkeypatch.setattr(guards.time, "perf_counter", machine.perf_counter)
    return machine


def guard_of(machine: Machine) -> Guard:
    pids: Any = (11, 12)
    return Guard(
        [SimpleNamespace(process=SimpleNamespace(pid=p)) for p in pids]
    )


def test_our_own_work_is_not_foreign(machine):
    guard = guard_of(machine)
    machine.work(11, user=3.0, system=0.5)
    machine.work(12, user=0.2)
    machine.work(os.getpid(), user=0.3)
    machine.advance(2.0, idle=0.5)
    assert guard.foreign_cores() == pytest.approx(0.0)


@pytest.mark.parametrize(
    ("kind", "cores"),
    [
        *((k, 0.5) for k in ("user", "nice", "system", "irq", "softirq")),
        ("steal", 0.5),
        ("idle", 0.0),
        ("iowait", 0.0),
    ],
)
def test_busy_time_of_others_is_foreign(machine, kind: str, cores: float):
    machine.advance(10.0, user=20.0)  # before the guard begins
    guard = guard_of(machine)
    machine.work(11, user=2.0)
    machine.advance(2.0, **{kind: 1.0})
    assert guard.foreign_cores() == pytest.approx(cores)


def test_guests_are_counted_once(machine):
    guard = guard_of(machine)
    machine.advance(4.0, user=2.0, guest=2.0)  # `user` holds `guest`
    assert guard.foreign_cores() == pytest.approx(0.5)
    machine.advance(0.0, nice=1.0, guest_nice=1.0)
    assert guard.foreign_cores() == pytest.approx(0.75)


def test_a_system_without_iowait_and_guests_can_be_watched(
    machine, monkeypatch
):
    few = namedtuple("few", "user nice system idle")
    monkeypatch.setattr(machine, "cpu_times", lambda: few(5.0, 0.0, 1.0, 9.0))
    guard = guard_of(machine)
    later = few(7.0, 0.0, 1.0, 11.0)
    monkeypatch.setattr(machine, "cpu_times", lambda: later)
    machine.clock += 4.0
    assert guard.foreign_cores() == pytest.approx(0.5)


@pytest.fixture
def exact(machine, monkeypatch, tmp_path) -> Machine:
    """The machine where the kernel counts all in nanoseconds, in the root."""
    usage = tmp_path / "cpuacct.usage"
    (tmp_path / "cgroup.sane_behavior").touch()
    usage.write_text("5000000000\n")
    monkeypatch.setattr(guards, "cpu_seconds", lambda pid: machine.own[pid][0])

    def use(seconds: float) -> None:
        usage.write_text(f"{int(usage.read_text()) + int(seconds * 1e9)}\n")

    machine.use = use
    return machine


def test_ticks_do_not_count_where_the_kernel_tells_exactly(exact):
    guard = guard_of(exact)
    exact.work(11, user=0.030)
    exact.use(0.030 + 0.004)
    exact.advance(0.05, user=7.0)
    assert guard.exact
    assert guard.foreign_cores() == pytest.approx(0.08)
    exact.advance(0.05, steal=0.016)  # what the host took is in no process
    assert guard.foreign_cores() == pytest.approx(0.2)


def test_a_container_does_not_see_the_whole_machine(exact, tmp_path):
    (tmp_path / "cgroup.sane_behavior").unlink()
    guard = guard_of(exact)
    assert not guard.exact
    exact.advance(1.0, user=1.0)
    assert guard.foreign_cores() == pytest.approx(1.0)


def test_the_guard_reads_the_real_machine():
    here: Any = SimpleNamespace(process=SimpleNamespace(pid=os.getppid()))
    guard = Guard([here, here])
    # As long as a block: over milliseconds the kernel's hundredths of a second
    # are all that is read.
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end:
        pass
    assert 0.0 <= guard.foreign_cores() <= (os.cpu_count() or 1) + 0.1


# === The blocks =============================================================


class Sides:
    """Two sides whose times are scripted, seen by a scripted guard."""

    def __init__(
        self,
        monkeypatch: Any,
        time_of: Callable[[str, int], float],
        foreign: Iterable[float] = (),
        starts: int = 1,
        letters: int = 4,
        exact: bool = False,
    ) -> None:
        self.letters = letters  # of a block
        self.exact = exact
        self.asked: list[tuple[str, str, int]] = []
        self.calibrated: list[tuple[str, str, int]] = []
        self.guards = 0
        self.watched = False
        self.time_of = time_of
        self.foreign = list(foreign)
        monkeypatch.setattr(racing, "Guard", self.guard)
        monkeypatch.setattr(racing, "SETTLE_S", 0.0)
        self.starts: Any = [
            {
                name: SimpleNamespace(call=self.call_of(name, start))
                for name in ("keras", "torch")
            }
            for start in range(starts)
        ]

    def call_of(self, name: str, start: int) -> Callable[..., dict[str, float]]:
        number = f"{name}{start or ''}"

        def call(
            function: str, key: str, what: str, rounds: int, samples: int
        ) -> dict[str, float]:
            assert (function, key, samples) == ("time_block", "default", 100)
            # What no guard watches is calibration.
            kept = self.asked if self.watched else self.calibrated
            kept.append((number, what, rounds))
            count = sum(1 for asked in self.asked if asked[0] == number) - 1
            wall = rounds * self.time_of(number, count)
            return {"wall_s": wall, "cpu_s": 2 * wall}

        return call

    def guard(self, sides: Any) -> Any:
        """Watch what lies between two readings: one block, or one letter."""
        everyone = [s for start in self.starts for s in start.values()]
        letters = self.letters
        self.watched = True
        if len(sides) == 1:
            assert sides[0] in everyone
            letters = 1
        else:
            assert sides == everyone
        began = len(self.asked)

        def foreign_cores() -> float:
            assert len(self.asked) == began + letters
            assert self.exact == (len(sides) == 1)
            self.guards += 1
            script = self.foreign[self.guards - 1 : self.guards]
            return script[0] if script else 0.0

        return SimpleNamespace(foreign_cores=foreign_cores, exact=self.exact)

    def race(self, budget: Budget) -> Any:
        teams = [
            [Contender(name, side) for name, side in start.items()]
            for start in self.starts
        ]
        return race(teams, "train", 100, budget)

    def compare(self, budget: Budget) -> Any:
        return compared(self.race(budget))

    def order(self) -> str:
        """Return the timed letters: A for Keras, B for PyTorch."""
        names = [name for name, _, _ in self.asked]
        return "".join("A" if name == "keras" else "B" for name in names)


STEADY = {"keras": 0.1, "torch": 0.2}
BUDGET = Budget(letter_s=1.0, blocks=4, attempts=6)


def steady(name: str, _: int) -> float:
    return STEADY[name]


def test_calibration_believes_neither_a_compiling_nor_a_cold_round():
    """By those that take 1 s and 21 ms a letter would have 1 and 3 rounds."""
    compiling = iter([1.0])

    def call(function: str, key: str, what: str, n: int, samples: int) -> Any:
        return {"wall_s": next(compiling, 0.0) + 0.02 + 0.001 * n}

    side: Any = SimpleNamespace(call=call)
    contender = Contender("torch", side)
    contender.calibrate("predict", 1, 0.05)
    assert 0.05 / 1.25 <= 0.02 + 0.001 * contender.rounds <= 0.05 * 1.25
    assert contender.letter_s == pytest.approx(0.05, rel=0.25)


def test_blocks_alternate_and_speeds_are_samples_a_second(monkeypatch):
    sides = Sides(monkeypatch, steady)
    found = sides.compare(BUDGET)
    assert sides.order() == "ABBABAABABBABAAB"
    assert {what for _, what, _ in sides.asked} == {"train"}
    assert found.keras.median == pytest.approx(100 / 0.1)
    assert found.torch.median == pytest.approx(100 / 0.2)
    assert found.keras.per_cpu_second == pytest.approx(100 / 0.2)
    assert found.keras.iqr == pytest.approx((1_000.0, 1_000.0))
    assert found.ratio.median == pytest.approx(0.5)
    assert found.ratio.ci95 == pytest.approx((0.5, 0.5))
    assert (found.blocks, found.rejected, found.note) == (4, 0, "")


def test_a_steady_drift_of_the_machine_does_not_move_the_ratio(monkeypatch):
    letters = 0

    def slower_and_slower(name: str, count: int) -> float:
        nonlocal letters
        letters += count >= 0
        return STEADY[name] * 1.01**letters

    found = Sides(monkeypatch, slower_and_slower).compare(BUDGET)
    assert found.ratio.median == pytest.approx(0.5, rel=1e-9)
    assert found.ratio.ci95 == pytest.approx((0.5, 0.5), rel=1e-6)


def test_a_block_that_others_disturbed_is_left_out(monkeypatch):
    def disturbed(name: str, count: int) -> float:
        second = count in (2, 3)  # both letters of the second block
        return STEADY[name] * (40.0 if second and name == "torch" else 1.0)

    sides = Sides(monkeypatch, disturbed, foreign=[0.0, 1.7])
    found = sides.compare(BUDGET)
    assert (found.blocks, found.rejected) == (4, 1)
    assert found.foreign_cores == pytest.approx(1.7)
    assert sides.order() == "ABBABAABABBABAABABBA"
    assert found.ratio.ci95 == pytest.approx((0.5, 0.5))
    assert found.torch.iqr == pytest.approx((500.0, 500.0))


def test_a_letter_that_others_disturbed_is_timed_again(monkeypatch):
    def disturbed(name: str, count: int) -> float:
        second = name == "torch" and count == 0  # letter of the first block
        return STEADY[name] * (40.0 if second else 1.0)

    loud = [0.0, 0.3, 0.0]
    sides = Sides(monkeypatch, disturbed, foreign=loud, exact=True)
    found = sides.compare(BUDGET)
    assert (found.blocks, found.rejected, found.repeated) == (4, 0, 1)
    assert found.foreign_cores == pytest.approx(0.3)
    assert sides.order() == "ABBBA" + "BAABABBABAAB"
    assert found.ratio.ci95 == pytest.approx((0.5, 0.5))
    assert found.torch.iqr == pytest.approx((500.0, 500.0))


def test_a_block_is_given_up_with_a_letter_that_is_never_quiet(monkeypatch):
    loud = [0.0, *[1.2] * racing.TRIES]
    sides = Sides(monkeypatch, steady, foreign=loud, exact=True)
    found = sides.compare(BUDGET)
    assert (found.blocks, found.rejected) == (4, 1)
    assert found.repeated == racing.TRIES
    assert sides.order() == "A" + "B" * racing.TRIES + "BAABABBABAABABBA"


@pytest.mark.parametrize("quiet", (0, 1))
def test_too_few_quiet_blocks_give_words_and_no_number(monkeypatch, quiet):
    loud = [1.3] * (BUDGET.attempts - quiet)
    sides = Sides(monkeypatch, steady, foreign=[*[0.0] * quiet, *loud])
    found = sides.compare(BUDGET)
    assert found.note == "not measurable here: others held up to 1.30 cores"
    assert (found.keras, found.torch, found.ratio) == (None, None, None)
    assert found.blocks == quiet
    assert found.rejected == BUDGET.attempts - quiet
    assert len(sides.order()) == 4 * BUDGET.attempts


def test_the_control_of_one_start_by_hand(monkeypatch):
    # Seconds of the letters of two blocks; they play A B, then B A.
    keras = [0.1, 0.2, 0.1, 0.4]

    def scripted(name: str, count: int) -> float:
        return keras[max(count, 0) % 4] if name == "keras" else 0.1

    monkeypatch.setattr(racing, "BLOCK_S", 0.1)
    budget = Budget(letter_s=1e-9, blocks=2, attempts=2)
    found = Sides(monkeypatch, scripted).race(budget)
    # Speeds are 1 over these: log 10 - log 5, and log 2.5 - log 10.
    expected = [math.log(2), -math.log(4)]
    assert found.controls(["keras"]) == [pytest.approx(expected)]
    assert found.controls(["torch"]) == [pytest.approx([0.0, 0.0])]


# === Several starts =========================================================


def test_all_starts_take_turns_in_one_block(monkeypatch):
    sides = Sides(monkeypatch, lambda name, _: 0.1, starts=4, letters=16)
    found = sides.compare(Budget(letter_s=0.1, blocks=2, attempts=2))
    names = [f"{name}{i or ''}" for i in range(4) for name in STEADY]
    first = [name for name, _, _ in sides.asked[:16]]
    assert first == [*names, *reversed(names)]
    later = [*names[1:], names[0]]
    assert [n for n, _, _ in sides.asked[16:]] == [*later, *reversed(later)]
    assert (found.starts, found.blocks) == (4, 2)
    assert found.ratio.ci95 == pytest.approx((1.0, 1.0))


def test_what_a_start_decides_is_in_interval_and_control(monkeypatch):
    """Blocks of a process agree to the bit: they alone would tell nothing."""
    decided = {"keras": 0.1, "keras1": 0.11, "keras2": 0.1, "keras3": 0.1}

    def scripted(name: str, _: int) -> float:
        return decided.get(name, 0.1)

    sides = Sides(monkeypatch, scripted, starts=4, letters=16)
    found = sides.compare(Budget(letter_s=0.1, blocks=2, attempts=2))
    # Student's t with three degrees of freedom: 3.18245 at 97.5 %. One of
    # four is log 1.1 away: their standard error is a quarter of it.
    gap = math.log(1.1) / 4
    assert found.ratio.ci95 == pytest.approx(
        (math.exp(gap - 3.182446 * gap), math.exp(gap + 3.182446 * gap))
    )
    assert found.ratio.control_ci95 == pytest.approx(found.ratio.ci95)


# === How long ===============================================================


def noisy_sides(monkeypatch: Any, scale: float, seed: int = 0) -> Sides:
    generator = np.random.default_rng(seed)

    def noisy(name: str, _: int) -> float:
        return 0.1 * math.exp(generator.normal(scale=scale))

    return Sides(monkeypatch, noisy)


def test_a_race_ends_as_soon_as_its_interval_is_narrow(monkeypatch):
    budget = Budget(letter_s=1.0, blocks=3, attempts=60)
    found = noisy_sides(monkeypatch, 0.02).race(budget)
    low, high = compared(found).ratio.ci95
    assert high / low - 1 < racing.NARROW
    assert 3 <= found.blocks < 30
    wide = noisy_sides(monkeypatch, 0.3).race(budget)
    assert wide.blocks == 60  # never narrow: all attempts are taken


@pytest.mark.parametrize(
    ("scale", "blocks"),
    [
        (0.06, 3),  # of four seconds: the third ends it
        (1.0, 8),  # too wide for a measurement: three budgets are spent
    ],
)
def test_a_race_ends_with_its_budget(machine, monkeypatch, scale, blocks):
    sides = noisy_sides(monkeypatch, scale)
    for side in sides.starts[0].values():
        call = side.call

        def slow(*args: Any, call: Any = call) -> Any:
            machine.advance(1.0)
            return call(*args)

        side.call = slow
    found = sides.race(Budget(letter_s=1.0, most_s=9.5))
    assert found.blocks == blocks


def test_calls_are_told_as_percentiles_in_milliseconds(monkeypatch):
    sides = Sides(monkeypatch, steady)
    for side in sides.starts[0].values():
        call = side.call
        side.call = lambda *a, call=call: (
            call(*a) | {"calls_s": [0.001, 0.002, 0.101]}
        )
    found = measure.latency(sides.race(BUDGET), "keras")
    assert found.calls == 4 * 2 * 3  # blocks, letters, calls
    assert found.p50_ms == pytest.approx(2.0)
    assert found.p99_ms == pytest.approx(101.0)
    assert (
        measure.latency(Sides(monkeypatch, steady).race(BUDGET), "keras")
        is None
    )


# === Both kinds of work =====================================================

SPLITS = tuple(Split(Path(), name, 1_000) for name in ("train", "test"))


class Warmed:
    """A side that tells what it was asked; a sample takes `seconds[what]`."""

    def __init__(self, seconds: dict[str, float], parts: bool = True) -> None:
        self.seconds = seconds
        self.parts = parts  # whether less than an epoch can be timed
        self.asked: list[str] = []
        self.samples: dict[str, int] = {}  # of the blocks, which come last

    def call(self, function: str, *args: Any) -> dict[str, Any]:
        if function == "warm_up":
            self.asked.append(function)
            lacks = {"train": "does not train", "predict": "?"}
            return {
                "build_s": 0.2,
                "first_step_s": 0.9,
                "works": {
                    what: {"samples": 1_000, "parts": self.parts}
                    for what in self.seconds
                },
                "lacks": {w: lacks[w] for w in lacks.keys() - self.seconds},
                "mode": "eager",
            }
        _, what, rounds, samples = args
        self.asked.append(what)
        self.samples[what] = samples
        wall = rounds * samples * self.seconds[what]
        return {"wall_s": wall, "cpu_s": wall}


def throughput(monkeypatch: Any, keras: Warmed, torch: Warmed) -> Any:
    quiet = SimpleNamespace(foreign_cores=lambda: 0.0, exact=True)
    monkeypatch.setattr(racing, "Guard", lambda _: quiet)
    sides: Any = {"keras": keras, "torch": torch}
    halves: Any = {name: f"{name} half" for name in sides}
    config = SimpleNamespace(batch_size=10)
    imports = {"keras": 3.5, "torch": 3.5}
    return measure.throughput([sides], halves, config, *SPLITS, BUDGET, imports)


@pytest.mark.parametrize("parts, trained", ((True, 70), (False, 1_000)))
def test_training_and_prediction_are_measured_after_warming_up(
    monkeypatch, parts, trained
):
    # An epoch takes ten times what may be long, a prediction 0.1 and 0.2.
    long = measure.LONG_S
    keras = Warmed({"train": long / 100, "predict": long / 1e4}, parts)
    torch = Warmed({"train": long / 100, "predict": long / 5e3}, parts)
    found = throughput(monkeypatch, keras, torch)
    for side in (keras, torch):
        first, *works = side.asked
        assert first == "warm_up"
        assert works == sorted(works, reverse=True)  # train, then predict
        assert side.samples == {"train": trained, "predict": 1_000}
    assert found.train.ratio.median == pytest.approx(1.0)
    assert found.predict.ratio.median == pytest.approx(0.5)
    assert found.predict.keras.median == pytest.approx(1e4 / long)
    times = {"import": 3.5, "build": 0.2, "first_step": 0.9}
    assert found.warmup_s == {"keras": times, "torch": times}


def test_a_task_without_training_is_timed_in_prediction_alone(monkeypatch):
    keras, torch = Warmed({"predict": 0.001}), Warmed({"predict": 0.001})
    found = throughput(monkeypatch, keras, torch)
    assert set(keras.asked) == {"warm_up", "predict"}
    assert found.train.ratio is None
    assert found.train.note == "does not train"
    assert found.predict.ratio is not None


@pytest.mark.parametrize(
    "samples, share, part",
    (
        (10_000, 0.1, 16 * 64 + 16),
        (10_000, 1e-6, 4 * 64 + 16),
        (9_984, 0.1, 16 * 64),  # 156 batches, and no short one
        (10_000, 1.0, 10_000),
        (100, 0.5, 100),
    ),
)
def test_a_part_of_a_long_epoch_ends_with_a_short_batch_if_the_whole_does(
    samples, share, part
):
    """Keras compiles other steps for batches of one size."""
    assert measure.part_of(samples, share, 64) == part
