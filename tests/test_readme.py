"""The README tells the truth: its commands exist, its table is current."""

import functools
import re
import shlex
import subprocess
import sys

import pytest

from comparisons import differences as atlas
from comparisons.checkout import ROOT
from comparisons.report.app import COMMITTED
from comparisons.report.markdown import benched, table_of_pairs
from comparisons.results import read_results
from comparisons.tasks import TASKS

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```", README, flags=re.M | re.S)
COMMANDS = [
    line.split(" #")[0].strip()
    for block in BLOCKS
    for line in block.split("\n")
]
COMMANDS = [command for command in COMMANDS if command]


def test_readme_has_commands_of_every_kind() -> None:
    words = {command.split()[0] for command in COMMANDS}
    assert words == {"make", "diff", "python"}


@pytest.mark.parametrize("command", COMMANDS)
def test_dry_equivalent_of_command(command: str) -> None:
    """Make says what it would do; Python shows help; diff really runs."""
    words = shlex.split(command)
    if words[0] == "make":
        # Nothing is to be installed for a question.
        words += ["--dry-run", "--assume-old=.venv/.installed"]
    elif words[0] == "python":
        assert words[1:3] == ["-m", "comparisons"]
        if words[3] == "differences":  # test_differences.py measures them
            assert set(words[4:]) <= {"all", *atlas.names()}
        if words[4:]:
            words[4:] = ["--help"]
        words[0] = sys.executable
    done = done_once(*words)
    expected = 1 if words[0] == "diff" else 0  # the files do differ
    assert done.returncode == expected, done.stderr
    assert done.stdout


@functools.cache
def done_once(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command, unless that was done: many have one page of help."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True)


def test_table_is_made_from_the_committed_results() -> None:
    table = README.split("<!-- pairs -->\n")[1].split("<!-- /pairs -->")[0]
    results = read_results(COMMITTED)
    assert table == table_of_pairs(results, benched(COMMITTED))


def test_every_task_has_a_committed_result_that_holds() -> None:
    results = {r.task: r for r in read_results(COMMITTED)}
    assert set(results) == {task.stem for task in TASKS}
    assert all(result.holds for result in results.values())
    accuracies = [r.accuracy for r in results.values() if r.accuracy]
    assert len(accuracies) == len(TASKS)
    assert {a.verdict for a in accuracies} == {"equivalent"}


def test_files_that_the_readme_shows_exist() -> None:
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets
    assert [t for t in targets if not (ROOT / t).exists()] == []
