"""The workflow of CI: what it may do, and that its steps do it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from faults_chapter03 import FAULTS
from test_planted_faults import edited

from comparisons.checkout import ROOT
from comparisons.report.index import Index
from comparisons.results import read_results
from comparisons.tasks import TASKS

FILE = ROOT / ".github" / "workflows" / "parity.yml"
TEXT = FILE.read_text()
WORKFLOW = yaml.safe_load(TEXT)
JOBS: dict[str, Any] = WORKFLOW["jobs"]
ON = WORKFLOW[True]  # YAML takes the word `on` for a truth value
# What the conditions of steps come to in a run by hand.
CONDITIONS = {
    "${{ !cancelled() }}": True,
    "github.event_name == 'schedule' || inputs.newest": False,
}


def steps(job: str) -> list[dict[str, Any]]:
    return JOBS[job]["steps"]


def uses() -> Iterator[str]:
    for job in JOBS:
        for step in steps(job):
            if "uses" in step:
                yield step["uses"]


# === What it may do =========================================================


def test_it_runs_on_every_occasion_that_is_promised() -> None:
    assert set(ON) == {"push", "pull_request", "schedule", "workflow_dispatch"}
    (nightly,) = ON["schedule"]
    minute, hour, *days = nightly["cron"].split()
    assert days == ["*", "*", "*"]  # every night
    assert 0 < int(minute) < 60 and 0 <= int(hour) < 6


def test_every_action_is_of_github_and_pinned() -> None:
    found = list(uses())
    assert found
    for action in found:
        assert re.fullmatch(r"actions/[\w-]+@(v\d+|[0-9a-f]{40})", action)


def test_only_the_job_that_tells_may_write_and_only_issues() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    granted = {
        n: j["permissions"] for n, j in JOBS.items() if "permissions" in j
    }
    assert granted == {"nightly": {"contents": "read", "issues": "write"}}
    for job in JOBS:
        for step in steps(job):
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


def test_nothing_is_put_into_a_shell_by_template() -> None:
    for job in JOBS:
        for step in steps(job):
            assert "${{" not in step.get("run", ""), step


def test_every_job_ends_some_time() -> None:
    for name, job in JOBS.items():
        assert 0 < job["timeout-minutes"] <= 180, name


def test_the_nightly_run_takes_the_newest_and_tells_on_red() -> None:
    (newest,) = [s for s in steps("ladder") if "--upgrade" in s.get("run", "")]
    assert "schedule" in newest["if"]
    for package in ("keras", "tensorflow", "torch"):
        assert re.search(rf"\b{package}\b", newest["run"])
    condition = JOBS["nightly"]["if"]
    assert "failure()" in condition and "'schedule'" in condition


def test_make_has_every_target_that_is_asked_for() -> None:
    asked = set()
    for job in JOBS:
        for step in steps(job):
            asked |= set(re.findall(r"\bmake ([a-z-]+)", step.get("run", "")))
    assert asked == {"setup", "check", "test"}
    makefile = (ROOT / "Makefile").read_text()
    for target in asked:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


# === What linters say =======================================================


def tool(name: str) -> str:
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip(f"{name} is not installed: pip install it to lint")
    return found


LINTERS = {
    "zizmor": ["--offline", "--no-progress", "--persona", "regular"],
    "check-jsonschema": ["--builtin-schema", "vendor.github-workflows"],
}


# Something worse for each, and a word of what it says of that.
WORSE = {
    "zizmor": (
        "permissions:\n  contents: read",
        "permissions: write-all",
        "excessive-permissions",
    ),
    "check-jsonschema": (
        "timeout-minutes: 60",
        "timeout-minutes: soon",
        "'soon'",
    ),
}


@pytest.mark.parametrize("name", LINTERS)
def test_a_linter_finds_nothing(name: str) -> None:
    command = [tool(name), *LINTERS[name], str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", LINTERS)
def test_a_linter_would_find_something(name: str, tmp_path: Path) -> None:
    """Neither is silent for want of having read anything."""
    good, bad, told = WORSE[name]
    assert TEXT.count(good) >= 1
    path = tmp_path / ".github" / "workflows" / "parity.yml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT.replace(good, bad, 1))
    shutil.copy(ROOT / ".github" / "zizmor.yml", tmp_path / ".github")
    command = [tool(name), *LINTERS[name], str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode != 0
    assert told in done.stdout + done.stderr


# === What its steps do ======================================================


@dataclass
class Runner:
    """A checkout in which a job's steps run as GitHub would run them.

    Actions are left out: the checkout is there, and so is .venv.
    """

    folder: Path
    path: str

    @property
    def summary(self) -> Path:
        return self.folder.parent / "summary.md"

    def run(self, job: str, **given: str) -> dict[str, int]:
        """Run a job's shell steps; return the status of each by name."""
        self.summary.write_text("")
        environment = os.environ | {
            "PATH": self.path,
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "COMPARISONS_CACHE": str(self.folder.parent / "cache"),
            **WORKFLOW["env"],
        }
        for name, value in JOBS[job].get("env", {}).items():
            environment[name] = given.get(name, str(value))
            assert "${{" not in environment[name], f"the test must give {name}"
        statuses: dict[str, int] = {}
        for step in steps(job):
            if "run" not in step:
                continue
            going_on = not any(statuses.values())
            if "if" in step:
                going_on = CONDITIONS[step["if"]]
            if going_on:
                # The options of `shell: bash`.
                command = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]
                done = subprocess.run(
                    [*command, "-c", step["run"]],
                    cwd=self.folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    stdin=subprocess.DEVNULL,
                )
                print(done.stdout, done.stderr)
                statuses[step.get("name", step["run"])] = done.returncode
        return statuses


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """Lay a checkout out, with this interpreter's environment as .venv."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, tracked.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    venv = folder / ".venv"
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != ".installed":
            (venv / part.name).symlink_to(part)
    (venv / ".installed").touch()  # after the lock file: nothing is installed
    return Runner(folder, os.environ["PATH"])


def result_of(task: str, folder: Path) -> dict[str, Any]:
    return json.loads((folder / f"{task}.json").read_text())


LINEAR = "chapter03_linear_models"
STEPS = [
    "make setup",
    "Prove and compare",
    "Report, compare and judge",
    "Job summary",
]


@pytest.mark.parity
def test_the_ladder_of_a_chapter_runs_from_end_to_end(runner: Runner) -> None:
    statuses = runner.run("ladder", CHAPTER="chapter3", OPTIONS="--steps 10")
    assert statuses == dict.fromkeys(STEPS, 0)
    assert LINEAR in runner.summary.read_text()
    assert "1 of 1 pairs hold" in runner.summary.read_text()
    report = runner.folder / "report"
    found = Index.model_validate_json((report / "index.json").read_text())
    assert found.holds and [entry.task for entry in found.tasks] == [LINEAR]
    assert (report / "junit.xml").read_text().count("<failure") == 0
    assert "gate: green" in (report / "changes.md").read_text()
    (made,) = read_results(report)
    assert made.parity.steps == 10
    # All chapters' reports, as the next job downloads them: of this one the
    # new result, of the others the committed ones.
    new = runner.folder / "new"
    shutil.rmtree(new)
    shutil.copytree(runner.folder / "comparisons" / "results", new)
    shutil.copytree(report, new, dirs_exist_ok=True)
    shutil.rmtree(report)
    names = [step.get("name", step.get("run")) for step in steps("report")]
    statuses = runner.run("report")
    assert set(statuses) == {name for name in names if name}
    assert set(statuses.values()) == {0}
    found = Index.model_validate_json((report / "index.json").read_text())
    assert found.pairs == len(TASKS)
    assert len(list((report / "notebooks").iterdir())) == 2 * len(TASKS)
    assert (
        f"{len(TASKS)} of {len(TASKS)} pairs hold" in runner.summary.read_text()
    )


@pytest.mark.parity
def test_a_planted_fault_turns_the_chapter_red_and_is_reported(
    runner: Runner,
) -> None:
    half = runner.folder / "torch_impl" / f"{LINEAR}.py"
    (fault,) = (f for f in FAULTS if f.name == "bias kept at zero")
    half.write_text(edited(half.read_text(), fault.edits))
    statuses = runner.run("ladder", CHAPTER="chapter3", OPTIONS="--steps 10")
    assert statuses == {
        "make setup": 0,
        "Prove and compare": 2,  # make's own for a command that failed
        "Report, compare and judge": 1,
        "Job summary": 0,
    }
    told = runner.summary.read_text()
    assert "0 of 1 pairs hold" in told
    assert re.search(rf"\*\*{LINEAR}\*\*, forward float64 native: ", told)
    assert "gate: red" in told
    xml = (runner.folder / "report" / "junit.xml").read_text()
    assert 'name="forward float64 native"' in xml and "<failure" in xml
    assert not result_of(LINEAR, runner.folder / "report")["parity"]["passed"]


GH = """#!/bin/sh
echo "$*" >> "$LOG"
if [ "$2" = list ]; then printf '%s' "$OPEN"; fi
for file in "$@"; do :; done
[ -f "$file" ] && cp "$file" "$LOG.body"
exit 0
"""


@pytest.mark.parametrize("opened", ("", "7"))
def test_the_nightly_issue_is_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: str
) -> None:
    """With a stand-in for GitHub's own program."""
    folder, bin_ = tmp_path / "checkout", tmp_path / "bin"
    (folder / "report").mkdir(parents=True)
    bin_.mkdir()
    (bin_ / "gh").write_text(GH)
    (bin_ / "gh").chmod(0o755)
    long = "# comparisons/results → new\n" + "all that changed\n" * 9_000
    (folder / "report" / "changes.md").write_text(long)
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    monkeypatch.setenv("OPEN", opened)
    runner = Runner(folder, f"{bin_}:{os.environ['PATH']}")
    address = "https://github.example/runs/1"
    statuses = runner.run(
        "nightly", GH_TOKEN="t", GH_REPO="a/b", RUN_URL=address
    )
    assert list(statuses.values()) == [0]
    first, second = log.read_text().splitlines()
    assert first.startswith("issue list --state open")
    title = JOBS["nightly"]["env"]["TITLE"]
    if opened:
        assert second == "issue comment 7 --body-file body.md"
    else:
        assert second == f"issue create --title {title} --body-file body.md"
    body = (tmp_path / "log.body").read_text()
    assert body.startswith(f"[The run]({address})")
    assert "comparisons/results → new" in body
    assert 50_000 < len(body) < 65_536
