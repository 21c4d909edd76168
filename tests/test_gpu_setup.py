"""What `make setup-gpu` and `make setup-jax` install, and who then uses it.

Environments are pretended: their `python` prints the command instead.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from comparisons.checkout import ROOT

HALVES = ("keras", "torch")
LOCKS = {name: f"requirements-{name}-gpu.lock" for name in HALVES}
ECHO = """#!/bin/sh
echo "$0 $KERAS_PYTHON $TORCH_PYTHON $*"
"""


@dataclass(frozen=True)
class House:
    """A folder with the Makefile, the locks and pretended environments."""

    folder: Path

    def install(self, *environments: str) -> None:
        for environment in environments:
            python = self.folder / environment / "bin" / "python"
            python.parent.mkdir(parents=True)
            python.write_text(ECHO)
            python.chmod(0o755)
            (self.folder / environment / ".installed").touch()

    def make(self, *words: str, **variables: str) -> list[str]:
        """Return the lines that make prints."""
        ours = ("KERAS_PYTHON", "TORCH_PYTHON", "ARGS", "VENV")
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ours and not name.startswith("MAKE")
        }
        done = subprocess.run(
            ["make", "--silent", *words],
            cwd=self.folder,
            env=environment | variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def would_install(self, *words: str) -> set[tuple[str, str]]:
        """Return environment and lock of every installation of a dry run."""
        lines = "\n".join(self.make("--dry-run", *words))
        pattern = r"^(\S+)/bin/python -I comparisons/install.py (\S+)$"
        return set(re.findall(pattern, lines, re.M))


@pytest.fixture
def house(tmp_path: Path) -> House:
    locks = ("requirements.lock", "requirements-jax.lock", *LOCKS.values())
    for path in ("Makefile", *locks):
        shutil.copy(ROOT / path, tmp_path)
    return House(tmp_path)


BOTH = {(f".venv-{name}", lock) for name, lock in LOCKS.items()}
CPU = {(".venv", "requirements.lock")}


@pytest.mark.parametrize(
    "target", ("chapter8", "all", "verify", "bench", "results", "report")
)
def test_each_half_runs_in_its_own_environment_where_there_are_two(
    house: House, target: str
) -> None:
    house.install(".venv")
    for line in house.make(target):
        assert line.startswith(".venv/bin/python   -m comparisons "), line
    house.install(".venv-keras", ".venv-torch")
    keras, torch = (house.folder / f".venv-{n}/bin/python" for n in HALVES)
    lines = house.make(target)
    assert lines
    for line in lines:
        start = f".venv-keras/bin/python {keras} {torch} -m comparisons "
        assert line.startswith(start), line
    (line,) = house.make("chapter8", TORCH_PYTHON="/mine")
    assert line.split()[2] == "/mine"  # what a person has set stays


def test_tools_run_where_they_are_installed(house: House) -> None:
    house.install(".venv")
    assert house.make("setup-jax")[0].startswith(".venv/bin/python ")
    house.install(".venv-keras", ".venv-torch")
    assert house.make("setup-jax")[0].startswith(".venv-keras/bin/python ")
    assert house.make("test-quick")[0].startswith(".venv/bin/python ")


def test_setup_gpu_installs_once_and_again_for_a_new_lock(house: House) -> None:
    assert house.would_install("chapter8") == CPU  # not without being asked
    assert house.would_install("setup-gpu") == BOTH
    assert house.would_install("setup-gpu", "chapter8") == BOTH
    house.install(".venv-keras", ".venv-torch")
    assert house.would_install("setup-gpu") == set()
    stamp = house.folder / ".venv-torch/.installed"
    later = stamp.stat().st_mtime + 1
    os.utime(house.folder / LOCKS["torch"], (later, later))
    assert house.would_install("setup-gpu") == {(".venv-torch", LOCKS["torch"])}


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("left", ("a folder", "nothing"))
def test_what_setup_gpu_left_half_done_is_finished(
    house: House, name: str, left: str
) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    (house.folder / f".venv-{name}/.installed").unlink()
    if left == "nothing":
        shutil.rmtree(house.folder / f".venv-{name}")
    assert house.would_install("chapter8") == {(f".venv-{name}", LOCKS[name])}


def test_clean_removes_every_environment(house: House) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    house.make("clean")
    assert list(house.folder.glob(".venv*")) == []
