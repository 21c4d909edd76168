"""`make new`: what it writes runs, is proven, and follows the house rules."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from comparisons.checkout import ROOT
from comparisons.common import RequestError
from comparisons.new import app, skeleton
from comparisons.tasks import TASKS

STEM = "chapter13_try_out"
FOLDERS = ("comparisons", "keras_impl", "torch_impl", "shared_data", "tests")
NEEDED = ("pyproject.toml", "README.md", "Makefile")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of the sources; results and caches stay behind."""
    without = shutil.ignore_patterns("__pycache__", ".*_cache", "results")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=without)
    for name in NEEDED:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def run(checkout: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run this Python on a copy of the sources."""
    return subprocess.run(
        [sys.executable, *words], cwd=checkout, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("stem", "section"),
    [
        ("chapter13_try_out", "13.1"),  # after all others
        ("chapter08_try_out", "8.3.1"),  # behind the one of its section
        ("chapter08_try_out", "8.1"),
        ("chapter01_try_out", "1.1"),  # before all others
    ],
)
def test_the_row_stands_in_the_order_of_the_book(
    stem: str, section: str
) -> None:
    table = (ROOT / skeleton.TABLE).read_text()
    asked = skeleton.wanted(stem, section)
    changed = skeleton.with_row(table, asked)
    found = {}
    exec(compile(changed, skeleton.TABLE, "exec"), found)
    made = [task.section.split(".") for task in found["TASKS"]]
    order = [[int(part) for part in section] for section in made]
    assert order == sorted(order) and len(order) == len(TASKS) + 1
    assert found["BY_STEM"][stem].section == section
    assert found["BY_STEM"][stem].title == "try out"


@pytest.mark.parametrize(
    "words",
    [
        (TASKS[0].stem,),
        ("",),
        ("chapter13",),
        ("chapter1_name",),
        ("chapter13_Name",),
        ("chapter13_a-b",),
        ("../chapter13_name",),
        ("chapter13_" + "a" * 40,),
        (STEM, "--section", "12.1"),
        (STEM, "--section", "13.x"),
        (STEM, "--title", 'a "new" pair'),
    ],
    ids=" ".join,
)
def test_what_cannot_be_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    before = (ROOT / skeleton.TABLE).read_bytes()
    done = CliRunner().invoke(app.app, list(words))
    assert done.exit_code == 2
    told = done.stderr.strip()
    assert "received" in told and "expected" in told
    assert before == (ROOT / skeleton.TABLE).read_bytes()
    for package in skeleton.PACKAGES:
        assert not (ROOT / package / f"{STEM}.py").exists()


@pytest.mark.parametrize("package", skeleton.PACKAGES)
def test_a_file_that_exists_is_kept(tmp_path: Path, package: str) -> None:
    mine = tmp_path / package / f"{STEM}.py"
    for path in (mine, table := tmp_path / skeleton.TABLE):
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    with pytest.raises(RequestError, match=f"{package}/{STEM}.py has already"):
        skeleton.write(skeleton.wanted(STEM), tmp_path)
    assert mine.read_text() == table.read_text() == "mine"


@pytest.mark.parity
def test_a_new_pair_is_proven_as_it_is_written(checkout: Path) -> None:
    done = run(checkout, "-m", "comparisons", "new", STEM)
    assert done.returncode == 0, done.stderr
    # As ruff would write it, and with the functions of the contract.
    for words in (
        ("-m", "ruff", "format", "--check"),
        ("-m", "ruff", "check"),
        ("-m", "pytest", "-q", "tests/test_structure.py"),
    ):
        done = run(checkout, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    done = run(checkout, "-m", "comparisons", "verify", STEM, "--fresh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "proven" in done.stdout
    again = run(checkout, "-m", "comparisons", "new", STEM)
    assert again.returncode == 2 and "has already" in again.stderr
