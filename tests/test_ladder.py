"""The ladder of every pair, as a person climbs it."""

import re
import subprocess
import sys

import pytest

from comparisons.environment import ROOT
from comparisons.tasks import TASKS

pytestmark = [pytest.mark.parity, pytest.mark.timeout(3_600)]


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return what `verify` prints of each pair, asked for all that are chosen.

    At once, for most of a short proof is the start of both frameworks.
    """
    stems = [
        item.callspec.params["stem"]
        for item in request.session.items
        if item.path == request.path
    ]
    done = subprocess.run(
        [sys.executable, "-m", "comparisons", "verify", *stems],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    parts = re.split(r"^(chapter\w+) · \d+ steps", done.stdout, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {stem: found.get(stem, done.stdout + done.stderr) for stem in stems}


@pytest.mark.parametrize("stem", [task.stem for task in TASKS])
def test_pair_is_proven(told: dict[str, str], stem: str) -> None:
    assert re.search(r"^  proven in \d+ s", told[stem], re.M), told[stem]
