"""Side processes die in many ways; none may lose a result or stay behind."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from leaver import Leaver
from test_results import make_result, stored

from comparisons.common import TITLES, HalfFailed, RequestError, SideDied
from comparisons.sides import process as worker
from comparisons.sides.process import Settings, Side, Sides
from comparisons.sides.wire import Split, write_split
from comparisons.tasks import BY_STEM
from shared_data import Arrays

ROOT = Path(__file__).parents[2]
WEATHER = BY_STEM["chapter10_weather_lstm"]
KEPT = "chapter08_digits_convnet"  # as make_result() has it


def wait_for(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Return what `condition` gives as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    return condition()


def gone(pids: list[int]) -> bool:
    """Whether none of the processes runs any more."""
    for pid in pids:
        try:
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                return False
        except psutil.NoSuchProcess:
            continue
    return True


def children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def sides_of(pid: int) -> dict[str, int]:
    """Return the process numbers of the sides of a running program."""
    found = {}
    # Those that climb were started first; others will measure memory.
    for child in sorted(children(pid), key=lambda child: child.pid):
        try:  # a side's output goes to its log
            log = Path(os.readlink(f"/proc/{child.pid}/fd/1"))
        except OSError:
            continue
        if log.name in ("keras.log", "torch.log"):
            found.setdefault(log.stem, child.pid)
    return found


@pytest.fixture
def torch(tmp_path) -> Iterator[Side]:
    with Side("torch", Settings(threads=1), tmp_path) as side:
        yield side


@pytest.fixture(scope="module")
def lasting(tmp_path_factory) -> Iterator[Side]:
    """Lend one side to all tests that leave it alive."""
    folder = tmp_path_factory.mktemp("side")
    with Side("torch", Settings(), folder) as side:
        yield side


# === One side =============================================================


def test_a_side_says_what_it_is(lasting: Side):
    facts = lasting.facts()
    assert facts["torch"].startswith("2.")
    assert facts["device"] in ("cpu", "cuda")
    assert 0 < facts["import_s"] < 120
    assert lasting.process.pid != os.getpid()


def test_an_error_in_a_half_reaches_the_parent_and_the_side_lives(
    lasting: Side, tmp_path
):
    absent = Split(tmp_path, "absent", 1)
    told = "^PyTorch: FileNotFoundError: there is no .*absent_inputs.npy"
    with pytest.raises(HalfFailed, match=told):
        config = WEATHER.config("quick")
        lasting.call(
            "forward", WEATHER.torch, config, "float32", None, absent, 0
        )
    assert lasting.process.poll() is None
    assert lasting.call("synchronize") is None


def test_ctrl_c_is_left_to_the_parent(lasting: Side):
    pid = lasting.process.pid
    assert pid is not None and lasting.facts()
    work = lasting.submit("synchronize")
    os.kill(pid, signal.SIGINT)
    lasting.result(work)
    assert lasting.call("synchronize") is None
    assert lasting.process.pid == pid and lasting.process.poll() is None


@pytest.mark.parametrize("number", (signal.SIGKILL, signal.SIGTERM))
def test_a_side_killed_in_mid_call_is_told_by_signal_and_work(
    torch: Side, number: signal.Signals
):
    torch.facts()
    torch.doing = "training chapter10_weather_lstm with seed 1"
    work = torch.submit("round_trip", Sleeper(), None, "float32", None)
    wait_for(work.running)
    os.kill(torch.process.pid, number)
    with pytest.raises(SideDied) as caught:
        torch.result(work)
    message = str(caught.value)
    assert message.startswith(
        f"the PyTorch process was ended by signal {int(number)} "
        f"({number.name}) while training chapter10_weather_lstm with seed 1"
    )
    assert "\n" not in message
    assert isinstance(caught.value, RequestError)
    # Whatever is asked of it afterwards is answered alike.
    with pytest.raises(SideDied, match=number.name):
        torch.call("synchronize")


@dataclass
class Sleeper:
    """A half that takes its time to load."""

    seconds: float = 60.0

    def load(self) -> None:
        time.sleep(self.seconds)


def test_a_side_that_leaves_is_told_with_its_last_words(torch: Side):
    torch.doing = "climbing the ladder"
    with pytest.raises(SideDied) as caught:
        torch.call("round_trip", Leaver(), None, "float32", None)
    told = "ended with exit status 7 while climbing the ladder; its last words"
    assert f"{told}: its last words;" in str(caught.value)


def test_close_ends_a_busy_side_and_can_be_repeated(tmp_path):
    side = Side("torch", Settings(threads=1), tmp_path)
    side.facts()
    work = side.submit("round_trip", Sleeper(), None, "float32", None)
    later = side.submit("synchronize")
    wait_for(work.running)
    pid = side.process.pid
    assert pid is not None
    began = time.monotonic()
    side.close()
    assert time.monotonic() - began < 10
    assert gone([pid])
    assert work.done() and later.done()
    side.close()


def test_a_side_that_is_still_starting_can_be_closed(tmp_path):
    side = Side("torch", Settings(threads=1), tmp_path)
    pid = side.process.pid
    assert pid is not None
    side.close()
    assert gone([pid])


def test_a_side_has_its_settings_and_the_parent_keeps_its_own(tmp_path):
    before = dict(os.environ)
    with Side("torch", Settings(threads=1, device="cpu"), tmp_path) as side:
        assert dict(os.environ) == before
        side.facts()
        raw = Path(f"/proc/{side.process.pid}/environ").read_bytes().decode()
    found = dict(line.split("=", 1) for line in raw.split("\0") if "=" in line)
    assert found["OMP_NUM_THREADS"] == "1"
    assert found["OMP_WAIT_POLICY"] == "PASSIVE"
    assert found["KERAS_HOME"] == str(tmp_path)
    assert found["KERAS_BACKEND"] == "tensorflow"
    assert found["CUDA_VISIBLE_DEVICES"] == ""


@pytest.mark.parametrize("dedicated", (True, False))
def test_threads_spin_on_a_machine_of_our_own_alone(dedicated):
    found = Settings(dedicated=dedicated).environment()
    assert found.get("OMP_WAIT_POLICY") == (None if dedicated else "PASSIVE")


def test_an_interpreter_that_is_not_there_is_told(monkeypatch, tmp_path):
    absent = tmp_path / "no-python"
    monkeypatch.setenv("TORCH_PYTHON", str(absent))
    with pytest.raises(RequestError) as caught:
        Side("torch", Settings(threads=1), tmp_path)
    assert str(caught.value).startswith(
        f"received TORCH_PYTHON={absent}; expected an interpreter for the "
        "PyTorch half"
    )


def test_an_interpreter_that_fails_at_once_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_PYTHON", "false")
    with Side("torch", Settings(threads=1), tmp_path) as side:
        with pytest.raises(SideDied) as caught:
            side.facts()
    told = "the PyTorch process was ended with exit status 1 while starting;"
    assert str(caught.value).startswith(told)


def test_an_interpreter_of_its_own_brings_its_own_packages(
    monkeypatch, tmp_path
):
    parents = tmp_path / "parents"
    parents.mkdir()
    (parents / "torch.py").write_text("raise ImportError('of the parent')")
    monkeypatch.setattr(sys, "prefix", str(parents))
    monkeypatch.syspath_prepend(parents)
    venv.create(tmp_path / "venv", symlinks=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "own.pth").write_text(sysconfig.get_path("purelib"))
    monkeypatch.setenv("TORCH_PYTHON", str(tmp_path / "venv/bin/python"))
    with Side("torch", Settings(device="cpu", threads=1), tmp_path) as side:
        assert side.facts()["device"] == "cpu"
        with pytest.raises(SideDied, match="exit status 7"):
            side.call("round_trip", Leaver(), None, "float32", None)


PARENT = """
import sys, time
from pathlib import Path
from comparisons.sides.process import Settings, Side

side = Side("torch", Settings(threads=1), Path(sys.argv[1]))
side.facts()
print(side.process.pid, flush=True)
time.sleep(600)
"""


def test_a_killed_parent_leaves_no_orphan(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        family = [pid, *(child.pid for child in children(parent.pid))]
        assert not gone([pid])
    finally:
        parent.kill()
        parent.communicate()
    left = not wait_for(lambda: gone(family), seconds=10)
    for pid in family if left else []:
        os.kill(pid, signal.SIGKILL)
    assert not left


# === The whole program ====================================================


@dataclass
class Program:
    """`python -m comparisons run`, in a process group of its own."""

    folder: Path
    task: str
    process: "subprocess.Popen[str]" = field(init=False)
    kept: Path = field(init=False)
    family: list[psutil.Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        out = self.folder / "out"
        out.mkdir()
        self.kept = stored(make_result(), out)
        self.before = self.kept.read_bytes()
        self.errors = self.folder / "stderr"
        self.output = self.folder / "stdout"
        arguments = ["run", self.task, "--seeds", "1", "--out", str(out)]
        # Whoever runs the tests in the background may ignore Ctrl-C, and what
        # is ignored here is ignored there.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        with self.errors.open("w") as err, self.output.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "comparisons", *arguments],
                cwd=ROOT,
                stdout=said,
                stderr=err,
                env=os.environ | {"TMPDIR": str(self.folder)},
                start_new_session=True,
                text=True,
            )
        signal.signal(signal.SIGINT, before)

    def climbing(self) -> list[int]:
        """Wait until both sides are at work; return the whole family."""
        said = "climbing the ladder"
        assert wait_for(
            lambda: (
                said in self.output.read_text()
                or self.process.poll() is not None
            ),
            seconds=120,
        )
        assert said in self.output.read_text(), self.errors.read_text()
        self.family = children(self.process.pid)
        return [child.pid for child in self.family]

    def end(self, status: int, family: list[int]) -> str:
        """Wait for the end with this status; return the line on stderr."""
        assert self.process.wait(timeout=60) == status
        assert wait_for(lambda: gone(family), seconds=10)
        assert self.kept.read_bytes() == self.before
        assert list(self.kept.parent.iterdir()) == [self.kept]
        # Nothing stays in the temporary folder either.
        rest = {path.name for path in self.folder.iterdir()}
        assert rest == {"out", "stderr", "stdout"}
        line = self.errors.read_text()
        assert line.count("\n") == 1 and line.startswith("comparisons: "), line
        return line.removeprefix("comparisons: ").strip()

    def kill(self) -> None:
        """Leave nothing behind, whatever a test has found."""
        for child in {*children(self.process.pid), *self.family}:
            if child.is_running():
                child.kill()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[[str], Program]]:
    started: list[Program] = []

    def start(task: str) -> Program:
        started.append(Program(tmp_path, task))
        return started[-1]

    yield start
    for program in started:
        program.kill()


def test_ctrl_c_ends_everything_with_one_line(start):
    program = start("chapter04_reviews")
    family = program.climbing()
    assert len(family) >= 2
    os.killpg(program.process.pid, signal.SIGINT)
    told = program.end(130, family)
    assert told == "interrupted; finished results are kept"


def test_sigterm_ends_everything_with_one_line(start):
    program = start(WEATHER.stem)
    family = program.climbing()
    program.process.terminate()
    told = program.end(128 + signal.SIGTERM, family)
    assert told == "ended by SIGTERM; finished results are kept"


@pytest.mark.parametrize("name", ("keras", "torch"))
def test_a_side_killed_in_the_middle_of_a_run_is_named(start, name: str):
    program = start(WEATHER.stem)
    family = program.climbing()
    sides = sides_of(program.process.pid)
    assert set(sides) == {"keras", "torch"}
    os.kill(sides[name], signal.SIGKILL)
    told = program.end(2, family)
    title = TITLES[name]
    assert told.startswith(
        f"{WEATHER.stem}: the {title} process was ended by signal 9 (SIGKILL) "
        "while climbing the ladder"
    )


# === Who loads what =======================================================


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        (f"keras_impl.{KEPT}", ("torch", "torchvision", "comparisons")),
        (f"torch_impl.{KEPT}", ("keras", "tensorflow", "comparisons")),
        (
            "comparisons.__main__",
            ("torch", "tensorflow", "keras", "keras_impl", "torch_impl"),
        ),
    ],
)
def test_what_a_module_does_not_load(module: str, absent: tuple[str, ...]):
    code = (
        f"import sys, {module}\n"
        f"assert {module!r} in sys.modules\n"
        f"print([n for n in {absent!r} if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


# === From task to task ====================================================


def test_sides_live_on_until_a_task_fails_and_are_ended_with_the_block(
    monkeypatch,
):
    told: list[str] = []

    @contextmanager
    def both_sides(settings: Settings) -> Iterator[Any]:
        told.append("started")
        yield "keras", "torch"
        told.append("ended")

    monkeypatch.setattr(worker, "both_sides", both_sides)
    with Sides(Settings()) as sides:
        assert told == []
        for _ in range(2):
            with sides.lent() as both:
                assert both == ("keras", "torch")
        assert told == ["started"]
        with pytest.raises(HalfFailed), sides.lent():
            raise HalfFailed("what else was asked for must not be waited for")
        assert told == ["started", "ended"]
        with sides.lent():
            pass
        assert told == ["started", "ended", "started"]
    assert told == ["started", "ended", "started", "ended"]


def test_a_side_that_died_is_replaced_for_the_next_task():
    with Sides(Settings(device="cpu")) as sides:
        with pytest.raises(SideDied), sides.lent() as (_, torch):
            torch.facts()
            os.kill(torch.process.pid, signal.SIGKILL)
            torch.call("round_trip")
        with sides.lent() as (_, torch):
            assert torch.facts()["device"] == "cpu"


# === The same bits ========================================================


@pytest.fixture(scope="module")
def little_weather(tmp_path_factory) -> tuple[Any, Split, Split]:
    """Return a budget and two splits of random weather."""
    folder = tmp_path_factory.mktemp("arrays")
    generator = np.random.default_rng(0)

    def arrays(samples: int) -> Arrays:
        return Arrays(
            generator.normal(size=(samples, 12, 6)).astype("float32"),
            generator.normal(size=(samples, 1)).astype("float32"),
        )

    config = WEATHER.data_module.Config(
        window_hours=12, batch_size=16, epochs=3
    )
    return (
        config,
        write_split(arrays(80), folder, "train"),
        write_split(arrays(40), folder, "test"),
    )


@pytest.fixture(params=("keras", "torch"))
def side(request, tmp_path) -> Iterator[Side]:
    if request.param == "torch":
        yield request.getfixturevalue("lasting")
        return
    with Side("keras", Settings(), tmp_path) as keras:
        yield keras


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(
    side: Side, little_weather
):
    config, train, test = little_weather
    half = getattr(WEATHER, side.name)
    runs = [
        side.call("learn", half, config, None, train, test, seed)
        for seed in (5, 5, 6)
    ]
    first, again, other = runs
    assert first["losses"] == again["losses"]
    assert first["scores"] == again["scores"]
    answers = [run["predictions"] for run in runs]
    assert answers[0].shape == (40, 1)
    assert answers[0].tobytes() == answers[1].tobytes()
    assert len(first["losses"]) == config.epochs
    assert first["losses"] != other["losses"]
    assert not np.allclose(answers[0], answers[2])


def test_this_process_has_loaded_neither_framework():
    # Whatever the sides above have answered: it was unpickled here.
    assert {"torch", "tensorflow", "keras"} & set(sys.modules) == set()
