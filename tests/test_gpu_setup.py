"""What `make setup-gpu` and `make setup-jax` install, and who then uses it."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from comparisons.checkout import ROOT

GPU = ("keras", "torch")
ALONE = {"keras": {"tensorflow", "keras"}, "torch": {"torch", "torchvision"}}
CUDA = {"keras": "12", "torch": "13"}
LOCKS = [f"requirements-{name}-gpu.lock" for name in GPU]
LOCKS += ["requirements-jax.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

every_lock = pytest.mark.parametrize("lock", LOCKS)
every_half = pytest.mark.parametrize("name", GPU)


def requirements(lock: str) -> Iterator[Requirement]:
    for line in (ROOT / lock).read_text().splitlines():
        if not line.startswith("#"):
            yield Requirement(line)


def pins(lock: str) -> dict[str, set[tuple[str, str]]]:
    """Return, for each package, its versions and the markers of each."""
    found: dict[str, set[tuple[str, str]]] = {}
    for wanted in requirements(lock):
        pin = str(wanted.specifier), str(wanted.marker)
        found.setdefault(canonicalize_name(wanted.name), set()).add(pin)
    return found


def gpu_pins(name: str) -> dict[str, set[tuple[str, str]]]:
    return pins(f"requirements-{name}-gpu.lock")


def here(lock: str) -> dict[str, tuple[Version, set[str]]]:
    """Return version and extras of what pip would install right here."""
    return {
        canonicalize_name(r.name): (
            Version(str(r.specifier).removeprefix("==")),
            r.extras,
        )
        for r in requirements(lock)
        if r.marker is None or r.marker.evaluate()
    }


def names(wanted: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in wanted}


# === The lock files =========================================================


@every_lock
def test_every_package_of_a_lock_has_one_exact_version(lock: str) -> None:
    found = list(requirements(lock))
    assert len(found) > 5
    for wanted in found:
        assert re.fullmatch(r"==[0-9][0-9a-z.]*", str(wanted.specifier)), wanted
    # A second line is for another Python: never two versions for one.
    applied = [
        canonicalize_name(r.name)
        for r in found
        if r.marker is None or r.marker.evaluate()
    ]
    assert len(applied) == len(set(applied))


@every_lock
def test_a_lock_agrees_with_the_lock_of_the_cpu(lock: str) -> None:
    known, found = pins("requirements.lock"), pins(lock)
    shared = known.keys() & found.keys()
    assert {"numpy", "scipy"} <= shared
    assert {n: found[n] for n in shared} == {n: known[n] for n in shared}


@every_half
def test_a_half_has_its_framework_the_harness_and_no_other(name: str) -> None:
    (other,) = set(GPU) - {name}
    found = gpu_pins(name)
    needed = names(PROJECT["project"]["dependencies"]) - ALONE[other]
    assert ALONE[name] | {"numpy", "mlxtend", "typer"} <= needed
    assert needed - found.keys() == set()
    assert ALONE[other] & found.keys() == set()
    tools = names(PROJECT["dependency-groups"]["dev"])
    assert {"pytest", "ruff"} <= tools
    assert tools & found.keys() == set()


@every_half
def test_a_half_has_the_wheels_of_one_cuda(name: str) -> None:
    found = gpu_pins(name)
    wheels = {n for n in found if n.startswith("nvidia-")} - {"nvidia-ml-py"}
    suffixes = {m[1] for n in wheels if (m := re.search(r"-cu(\d+)$", n))}
    assert suffixes == {CUDA[name]}
    assert f"nvidia-cudnn-cu{CUDA[name]}" in wheels
    if name == "keras":
        assert all(n.endswith("-cu12") for n in wheels)
        assert "cuda-toolkit" not in found
    else:  # from CUDA 13 on most names have no suffix; this one counts them
        ((version, _),) = found["cuda-toolkit"]
        assert version.startswith("==13.")


@pytest.mark.skipif(sys.platform != "linux", reason="CUDA wheels: Linux only")
@every_half
def test_a_half_has_all_that_its_packages_ask_for(name: str) -> None:
    """As far as the packages are installed here and can be asked."""
    locked = here(f"requirements-{name}-gpu.lock")
    asked: set[str] = set()
    for package, (_, extras) in locked.items():
        try:
            lines = importlib.metadata.requires(package) or []
        except importlib.metadata.PackageNotFoundError:
            assert re.search(r"-cu\d+$", package), package
            continue
        for wanted in map(Requirement, lines):
            if wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra})
                for extra in extras or {""}
            ):
                needed = canonicalize_name(wanted.name)
                assert needed in locked, f"{package} asks for {wanted}"
                assert wanted.specifier.contains(locked[needed][0]), wanted
                asked.add(needed)
    assert f"nvidia-cudnn-cu{CUDA[name]}" in asked


def test_the_lock_of_jax_adds_jax_alone() -> None:
    found = pins("requirements-jax.lock")
    assert found.keys() - pins("requirements.lock") == {"jax", "jaxlib"}
    assert found["jax"] == found["jaxlib"]
    (wanted,) = PROJECT["project"]["optional-dependencies"]["jax"]
    version, _ = here("requirements-jax.lock")["jax"]
    assert Requirement(wanted).specifier.contains(version)


@pytest.mark.network
@pytest.mark.timeout(3600)
@pytest.mark.skipif(
    not os.environ.get("NETWORK_TESTS"),
    reason="asks PyPI for several GB; set NETWORK_TESTS=1 for it",
)
@every_lock
def test_pip_would_install_a_lock(lock: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--dry-run"]
        + ["--ignore-installed", "--quiet", "--report", "-", "-r", lock],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Wheels of PyTorch call themselves 2.14.1+cu130.
    received = {
        canonicalize_name(item["metadata"]["name"]): Version(
            item["metadata"]["version"].split("+")[0]
        )
        for item in json.loads(done.stdout)["install"]
    }
    assert received == {name: pin for name, (pin, _) in here(lock).items()}


# === Who uses it ============================================================

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


@pytest.fixture
def house(tmp_path: Path) -> House:
    for path in ("Makefile", *LOCKS, "requirements.lock"):
        shutil.copy(ROOT / path, tmp_path)
    return House(tmp_path)


TARGETS = ("chapter8", "all", "verify", "bench", "results", "report")
every_target = pytest.mark.parametrize("target", TARGETS)


@every_target
def test_without_the_two_all_runs_in_one(house: House, target: str) -> None:
    house.install(".venv")
    lines = house.make(target)
    assert lines
    for line in lines:
        assert line.startswith(".venv/bin/python   -m comparisons "), line


@every_target
def test_with_the_two_each_half_runs_in_its_own(
    house: House, target: str
) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    keras, torch = (house.folder / f".venv-{n}/bin/python" for n in GPU)
    said = f".venv-keras/bin/python {keras} {torch} -m comparisons "
    lines = house.make(target)
    assert lines
    for line in lines:
        assert line.startswith(said), line


def test_an_interpreter_that_a_person_has_set_stays(house: House) -> None:
    house.install(".venv-keras", ".venv-torch")
    (line,) = house.make("chapter8", TORCH_PYTHON="/mine")
    assert line.split()[2] == "/mine"


def test_jax_is_installed_where_the_keras_half_runs(house: House) -> None:
    told = "-I comparisons/install.py requirements-jax.lock"
    house.install(".venv")
    (line,) = house.make("setup-jax")
    assert line.startswith(".venv/bin/python ") and line.endswith(told)
    house.install(".venv-keras", ".venv-torch")
    (line,) = house.make("setup-jax")
    assert line.startswith(".venv-keras/bin/python ") and line.endswith(told)


def test_the_tests_run_where_their_tools_are(house: House) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    (line,) = house.make("test-quick")
    assert line.startswith(".venv/bin/python ") and "-m pytest" in line


def installs(lines: list[str]) -> list[tuple[str, str]]:
    """Return the interpreter and the lock of every installation."""
    found = re.findall(
        r"^(\S+) -I comparisons/install.py (\S+)$", "\n".join(lines), re.M
    )
    return sorted(found)


BOTH = [
    (f".venv-{name}/bin/python", f"requirements-{name}-gpu.lock")
    for name in GPU
]


@pytest.mark.parametrize("words", (["setup-gpu"], ["setup-gpu", "chapter8"]))
def test_setup_gpu_makes_two_environments(
    house: House, words: list[str]
) -> None:
    lines = house.make("--dry-run", *words)
    assert installs(lines) == BOTH
    for name in GPU:
        (made,) = [li for li in lines if f"-m venv .venv-{name}" in li]
        assert made.startswith(f"test -x .venv-{name}/bin/python ||")
    if "chapter8" in words:
        assert lines[-1].startswith(".venv-keras/bin/python -m comparisons")


def test_setup_gpu_installs_once_and_again_for_a_new_lock(house: House) -> None:
    house.install(".venv-keras", ".venv-torch")
    assert installs(house.make("--dry-run", "setup-gpu")) == []
    lock = house.folder / "requirements-torch-gpu.lock"
    stamp = house.folder / ".venv-torch/.installed"
    os.utime(lock, (later := stamp.stat().st_mtime + 1, later))
    assert installs(house.make("--dry-run", "setup-gpu")) == BOTH[1:]


@every_half
@pytest.mark.parametrize("left", ("a folder", "nothing"))
def test_what_setup_gpu_left_half_done_is_finished(
    house: House, name: str, left: str
) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    (house.folder / f".venv-{name}/.installed").unlink()
    if left == "nothing":
        shutil.rmtree(house.folder / f".venv-{name}")
    lines = house.make("--dry-run", "chapter8")
    assert installs(lines) == [BOTH[GPU.index(name)]]
    assert lines[-1].startswith(".venv-keras/bin/python -m comparisons run")


def test_without_the_two_they_are_not_made(house: House) -> None:
    lines = house.make("--dry-run", "chapter8")
    assert installs(lines) == [(".venv/bin/python", "requirements.lock")]


def test_clean_removes_every_environment(house: House) -> None:
    house.install(".venv", ".venv-keras", ".venv-torch")
    house.make("clean")
    assert list(house.folder.glob(".venv*")) == []
