"""Nothing but the table of tasks knows a task by name.

A new pair is three files, a row and its planted faults. So no file of the
harness, of CI and of set-up may name a task: it would be one more place that
whoever adds a pair has to know.
"""

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
from comparisons.tasks import CHAPTERS, TASKS

STEMS = re.compile("|".join(task.stem for task in TASKS))
# Results are what a run makes of each task; entries of the atlas tell a reader
# where a difference is met.
MADE = ("comparisons/results/", "comparisons/differences/")


TEXTS = {".py", ".toml", ".yml", ".html", ".js", ".css", ".json", ".txt", ""}


def harness() -> list[str]:
    """Return the paths of all text files of the harness, CI and set-up."""
    paths = [
        path.relative_to(ROOT).as_posix()
        for folder in ("comparisons", ".github", ".ci")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix in TEXTS and "_cache" not in str(path)
    ]
    kept = [path for path in paths if not path.startswith(MADE)]
    return [*kept, "Makefile", "pyproject.toml"]


def test_only_the_table_of_tasks_names_them() -> None:
    found = {
        path: set(STEMS.findall((ROOT / path).read_text("utf-8")))
        for path in harness()
    }
    assert found.pop("comparisons/tasks.py") == {task.stem for task in TASKS}
    assert len(found) > 80
    assert {path: stems for path, stems in found.items() if stems} == {}


def test_every_chapter_has_its_title() -> None:
    assert {task.chapter for task in TASKS} <= set(CHAPTERS)


def test_data_modules_name_a_way_of_feeding_that_is_known() -> None:
    """The Keras side feeds by arrays where a data module says nothing."""
    known = {"folders", "pipeline"}
    said = {getattr(task.data_module, "BOOK_FEEDS", None) for task in TASKS} - {
        None
    }
    assert said == known


@pytest.mark.skipif(not shutil.which("jq"), reason="the step of CI needs jq")
def test_ci_proves_the_chapters_of_the_table(tmp_path: Path) -> None:
    """Run the step that lists the chapters, and read what it hands on."""
    workflow = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "parity.yml").read_text()
    )
    jobs = workflow["jobs"]
    (step,) = (s for s in jobs["chapters"]["steps"] if s.get("id") == "list")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    output = tmp_path / "output"
    # A link to the interpreter does not find its packages by itself.
    told = {"GITHUB_OUTPUT": str(output), "PYTHONPATH": os.pathsep.join(
        [str(ROOT), *sys.path])}  # fmt: skip
    subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path,
        env=os.environ | told,
        check=True,
    )
    name, _, chapters = output.read_text().partition("=")
    assert json.loads(chapters) == sorted({task.chapter for task in TASKS})
    ladder = jobs["ladder"]
    assert ladder["needs"] == "chapters"
    assert f"needs.chapters.outputs.{name}" in str(ladder["strategy"]["matrix"])
