"""CI: its workflow calls what exists, and a broken half turns it red."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from comparisons.checkout import ROOT

LINEAR = "chapter03_linear_models"


def test_the_workflow_calls_targets_of_make_for_every_chapter() -> None:
    text = (ROOT / ".github" / "workflows" / "parity.yml").read_text()
    jobs = yaml.safe_load(text)["jobs"]
    commands = "\n".join(
        step["run"]
        for job in jobs.values()
        for step in job["steps"]
        if "run" in step
    )
    called = set(re.findall(r"^make ([a-z-]+)", commands, re.M))
    assert {"setup", "check", "test"} <= called
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert called - targets == set()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of this checkout's files in which a test may edit."""
    folder = tmp_path / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        target = folder / name
        if (ROOT / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


@pytest.mark.parity
@pytest.mark.parametrize("faulty", (False, True), ids=("right", "faulty"))
def test_a_chapter_is_judged_from_end_to_end(
    checkout: Path, faulty: bool
) -> None:
    """As CI does it: run, report, gate; green, or red by the planted fault."""
    half = checkout / "torch_impl" / f"{LINEAR}.py"
    right, wrong = "return x @ kernel + bias", "return x @ kernel + 0 * bias"
    assert half.read_text().count(right) == 1
    if faulty:
        half.write_text(half.read_text().replace(right, wrong))

    def comparisons(*words: str) -> subprocess.CompletedProcess[str]:
        cache = {"COMPARISONS_CACHE": str(checkout / "cache")}
        return subprocess.run(
            [sys.executable, "-m", "comparisons", *words],
            cwd=checkout,
            env=os.environ | cache,
            capture_output=True,
            text=True,
        )

    run = comparisons("run", "chapter3", "--steps", "10", "--out", "new")
    assert run.returncode == int(faulty), run.stdout + run.stderr
    judged = comparisons(
        *("report", "--out", "report", "--gate", "--expect", "chapter3"),
        *("--compare", "comparisons/results", "new"),
    )
    assert judged.returncode == int(faulty), judged.stdout + judged.stderr

    report = checkout / "report"
    result = json.loads((report / f"{LINEAR}.json").read_text())
    assert result["proof"]["steps"] == 10
    assert result["proof"]["passed"] != faulty
    summary = (report / "summary.md").read_text()
    assert f"{int(not faulty)} of 1 pairs hold" in summary
    failures = (report / "junit.xml").read_text().count("<failure")
    assert (failures > 0) == faulty
    if faulty:
        assert re.search(
            rf"\*\*{LINEAR}\*\*, forward float64 native: ", summary
        )
        assert "gate: red" in summary
