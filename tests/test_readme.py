"""The README tells the truth: its commands exist, its table is current."""

import functools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from comparisons import differences as atlas
from comparisons.checkout import COMMITTED, ROOT
from comparisons.report import publish
from comparisons.results import Result, in_order, read_results
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


# === One truth ==============================================================


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return read_results(COMMITTED)


def test_every_page_and_report_is_what_the_results_give(results) -> None:
    texts = publish.pages(results) | publish.committed_reports(results)
    assert len(texts) > len(TASKS) + 3
    wrong = [
        path for path, text in texts.items()
        if (ROOT / path).read_text("utf-8") != text
    ]  # fmt: skip
    assert wrong == []


def test_a_page_that_says_something_else_is_found(results, monkeypatch) -> None:
    """A figure, a row of a table and a report, each altered by a digit."""
    monkeypatch.setattr(publish, "proofs_out_of_date", lambda _: [])
    assert publish.check()
    for result in results:
        result = result.model_copy(deep=True)
        if result.task == "chapter10_weather_lstm":
            for one in result.speed:
                one.train.ratio.median += 0.01
            break
    others = [r for r in results if r.task != result.task]
    altered = sorted([*others, result], key=in_order)
    monkeypatch.setattr(publish, "results_in", lambda _: altered)
    told: list[str] = []
    monkeypatch.setattr(publish.console, "print", lambda s, **_: told.append(s))
    assert not publish.check()
    for page in ("docs/machines.md", "results/report.md", f"{result.task}.md"):
        assert any(page in line for line in told)


def test_a_proof_that_is_older_than_its_code_is_found(results) -> None:
    found = {result.task: result.model_copy(deep=True) for result in results}
    stems = [task.stem for task in TASKS]
    found[stems[0]].proof.made_with.digest = "older"
    del found[stems[1]]
    first, second, *_ = publish.proofs_out_of_date(found)
    assert first.startswith(f"{stems[0]}: received a committed proof that is")
    assert second.startswith(f"{stems[1]}: received no committed proof")


def test_every_task_has_a_committed_result_that_holds(results) -> None:
    assert {r.task for r in results} == {task.stem for task in TASKS}
    assert all(result.holds for result in results)
    assert {r.shown.verdict for r in results} == {"equivalent"}


PAGES = [
    *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *COMMITTED.glob("*.md")
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
    assert [t for t in targets if not (page.parent / t).exists()] == []


def test_what_git_carries_of_a_task_is_small() -> None:
    for task in TASKS:
        files = [
            path
            for path in COMMITTED.glob(f"{task.stem}*")
            if path.suffix in (".json", ".md", ".webp")
        ]
        assert len(files) >= 3
        assert sum(path.stat().st_size for path in files) <= 150_000, task.stem
    assert (COMMITTED / "curves.webp").stat().st_size < 150_000
    assert list(COMMITTED.rglob("*.png")) == []
