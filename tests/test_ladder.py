"""The ladder of every pair, as a person climbs it."""

import importlib.util
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from comparisons.environment import ROOT
from comparisons.experiment import Request, loaded
from comparisons.ladder import climb
from comparisons.side import Half
from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS
from comparisons.worker import Settings, both_sides

pytestmark = [pytest.mark.parity, pytest.mark.timeout(3_600)]


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return what `verify` prints of each pair, asked for all that are chosen.

    At once, for most of a short proof is the start of both frameworks.
    """
    return verified(
        *(
            item.callspec.params["stem"]
            for item in request.session.items
            if item.originalname == test_pair_is_proven.__name__
        )
    )


def verified(*arguments: str) -> dict[str, str]:
    """Return what `verify` prints of each pair that it is asked for."""
    done = subprocess.run(
        [sys.executable, "-m", "comparisons", "verify", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
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


# === Other engines of the Keras half ========================================

DIGITS = "chapter08_digits_convnet"
every_engine = pytest.mark.parametrize("engine", ("torch", "jax"))


def need(engine: str) -> None:
    if importlib.util.find_spec(engine) is None:
        pytest.skip(f"{engine} is not installed")


@every_engine
def test_pair_is_proven_on_other_engines(engine: str) -> None:
    need(engine)
    told = verified(DIGITS, "--backend", engine)[DIGITS]
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
