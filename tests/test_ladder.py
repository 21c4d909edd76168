"""The ladder of every pair, as a person climbs it."""

import os
import re
import subprocess
import sys
import time

import pytest

from comparisons.environment import ROOT
from comparisons.tasks import TASKS

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
        if item.path == request.path and hasattr(item, "callspec")
    ]
    done = verify(cache, "--fresh", *stems)
    parts = re.split(r"^(chapter\w+) · \d+ steps", done.stdout, flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    return {stem: found.get(stem, done.stdout + done.stderr) for stem in stems}


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
    assert "0 s inside the halves' processes, 0 s imports" in done.stdout
    for stem in stems:  # the same figures
        rungs = told[stem].split("  proven in ")[0]
        assert rungs in done.stdout
