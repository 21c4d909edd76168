"""The ladder of every pair, as a person climbs it."""

import subprocess
import sys

import pytest

from comparisons.environment import ROOT
from comparisons.tasks import TASKS


@pytest.mark.parity
@pytest.mark.parametrize("stem", [task.stem for task in TASKS])
def test_pair_is_proven(stem: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "comparisons", "verify", stem],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "proven in" in done.stdout
