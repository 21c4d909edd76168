"""Where a run's time goes: spans of work, counted by hand."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from comparisons.common import HalfFailed
from comparisons.report.terminal import time_spent
from comparisons.sides import overhead
from comparisons.sides.process import Settings, Side
from comparisons.sides.wire import Split
from comparisons.tasks import BY_STEM

ROOT = Path(__file__).parents[2]
WEATHER = BY_STEM["chapter10_weather_lstm"]


@pytest.fixture(autouse=True)
def nothing_yet(monkeypatch) -> None:
    monkeypatch.setattr(overhead, "WORK", set())
    monkeypatch.setattr(overhead, "IMPORTS", set())


@pytest.mark.parametrize(
    ("spans", "covered"),
    [
        ([], []),
        ([(1, 2)], [(1, 2)]),
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
        ([(1, 3), (2, 4)], [(1, 4)]),
        ([(1, 9), (2, 3), (4, 5)], [(1, 9)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(1, 2), (1, 2)], [(1, 2)]),
        ([(5, 6), (1, 4), (3, 5), (8, 9)], [(1, 6), (8, 9)]),
    ],
)
def test_a_union_covers_what_its_spans_cover_once(spans, covered):
    assert overhead.union(spans) == covered


def test_every_second_is_counted_once_and_where_it_belongs():
    # From 10 to 30: both sides start until 14 and 15, one begins at 13, they
    # work side by side and alone until 20; one more is started beside that
    # and for a second longer; one works from 24 until the time is up.
    overhead.IMPORTS |= {(9, 14), (9, 15), (17, 21)}
    overhead.WORK |= {(13, 17), (14, 18), (18, 20), (24, 33), (2, 8), (40, 50)}
    assert overhead.spent(10, 30) == {
        "wall_s": 20,
        "halves_s": 7 + 6,
        "imports_s": 3 + 1,
        "harness_s": 3,
    }


def test_without_a_side_all_is_the_harness():
    told = overhead.spent(1, 3)
    assert (told["halves_s"], told["imports_s"], told["harness_s"]) == (0, 0, 2)


def test_the_last_line_says_what_was_spent():
    told = dict(wall_s=267.2, halves_s=251.1, imports_s=6.0, harness_s=10.1)
    assert time_spent("chapter8", told) == (
        "chapter8: 267 s, of these 251 s inside the halves' processes, 6 s "
        "imports, 10 s the harness"
    )


@pytest.fixture
def torch(tmp_path, nothing_yet) -> Iterator[Side]:
    with Side("torch", Settings(threads=1, device="cpu"), tmp_path) as side:
        yield side


def test_a_side_tells_when_it_worked_even_if_nobody_asks(torch: Side, tmp_path):
    torch.facts()
    (start,) = overhead.IMPORTS
    up = time.monotonic()
    assert torch.began == start[0] < start[1] < up
    assert start[1] - start[0] > torch.facts()["import_s"]
    assert overhead.WORK == set()
    assert torch.call("synchronize") is None
    ((began, ended),) = overhead.WORK
    assert up < began <= ended < time.monotonic()

    # Work that fails took its time too.
    absent = Split(tmp_path, "absent", 1)
    with pytest.raises(HalfFailed):
        torch.call(
            *("forward", WEATHER.torch, WEATHER.config("quick")),
            *("float32", None, absent, 0),
        )
    assert len(overhead.WORK) == 2

    torch.submit("synchronize")  # and its answer is not fetched
    torch.call("synchronize")
    assert len(overhead.WORK) == 4
    assert len(overhead.IMPORTS) == 1


def test_work_that_was_never_begun_is_not_counted(torch: Side):
    torch.close()
    assert overhead.WORK == set()


def test_a_program_knows_when_it_was_started():
    code = (
        "import time; time.sleep(0.5)\n"
        "from comparisons.sides.overhead import program_began\n"
        "print(time.monotonic() - program_began())"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    wall = time.monotonic() - began
    assert 0.5 <= float(done.stdout) <= wall + 0.02  # a tick is 0.01 s
