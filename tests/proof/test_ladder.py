"""The ladder of every pair, as a person climbs it."""

import importlib.util
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from comparisons.checkout import ROOT
from comparisons.proof.ladder import climb
from comparisons.request import Request, loaded
from comparisons.sides.process import Settings, both_sides
from comparisons.sides.wire import Half
from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS

pytestmark = [pytest.mark.parity, pytest.mark.timeout(3_600)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("proofs"))


def verify(cache: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "comparisons", "verify", *arguments],
        cwd=ROOT,
        env=os.environ | {"COMPARISONS_CACHE": cache},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest, cache: str) -> dict[str, str]:
    """Return what `verify` prints of each pair, asked for all that are chosen.

    At once, for most of a short proof is the start of both frameworks; and
    anew, whatever was proven before.
    """
    stems = [
        item.callspec.params["stem"]
        for item in request.session.items
        if item.originalname == test_pair_is_proven.__name__
    ]
    return verified(cache, "--fresh", *stems)


def verified(cache: str, *arguments: str) -> dict[str, str]:
    """Return what `verify` prints of each pair that it is asked for."""
    done = verify(cache, *arguments)
    parts = re.split(r"^(chapter\w+) · \d+ steps", done.stdout, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {
        stem: found.get(stem, done.stdout + done.stderr)
        for stem in arguments
        if stem in BY_STEM
    }


@pytest.mark.parametrize("stem", [task.stem for task in TASKS])
def test_pair_is_proven(told: dict[str, str], stem: str) -> None:
    assert re.search(r"^  proven in \d+ s", told[stem], re.M), told[stem]


def test_what_was_proven_is_told_in_seconds(told, cache) -> None:
    stems = [stem for stem in told if " proven in " in told[stem]]
    if not stems:
        pytest.skip("no pair was chosen, or none is proven")
    began = time.monotonic()
    done = verify(cache, *stems)
    assert time.monotonic() - began < 30
    assert done.returncode == 0
    assert done.stdout.count(", cached from ") == len(stems)
    assert "climbing the ladder" not in done.stdout
    for stem in stems:  # the same figures
        rungs = told[stem].split("  proven in ")[0]
        assert rungs in done.stdout


# === Other engines of the Keras half ========================================

DIGITS = "chapter08_digits_convnet"
every_engine = pytest.mark.parametrize("engine", ("torch", "jax"))


def need(engine: str) -> None:
    if importlib.util.find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")


@every_engine
def test_pair_is_proven_on_other_engines(engine: str, cache: str) -> None:
    need(engine)
    told = verified(cache, DIGITS, "--backend", engine)[DIGITS]
    assert re.search(r"^  proven in \d+ s", told, re.M), told


@dataclass(frozen=True)
class Faulty(Task):
    """A pair whose PyTorch half is another file."""

    half: Path = Path()

    @property
    def torch(self) -> Half:
        return Half("", self.half)


@every_engine
def test_a_fault_is_found_on_other_engines(engine: str, tmp_path: Path) -> None:
    need(engine)
    source = (ROOT / "torch_impl" / f"{DIGITS}.py").read_text()
    old, new = "loss.backward()", "(2 * loss).backward()"
    assert source.count(old) == 1
    half = tmp_path / "half.py"
    half.write_text(source.replace(old, new))
    task = Faulty(**vars(BY_STEM[DIGITS]), half=half)
    config = task.config("quick")
    with (
        both_sides(Settings(backend=engine)) as (keras, torch),
        loaded(task, Request(), config) as (train, test, _),
    ):
        rungs = climb(keras, torch, task, config, train, test, 3).rungs
    failed = [rung.name for rung in rungs if not rung.passed]
    assert failed[0] == "gradients", failed
