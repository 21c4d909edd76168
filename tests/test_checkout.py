"""What a result says of the code it was made with."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from comparisons import checkout as environment


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository of one commit, in place of this one."""
    written = tmp_path / "comparisons" / "results" / "chapter99.json"
    written.parent.mkdir(parents=True)
    written.write_text("{}")
    (tmp_path / "half.py").write_text("")
    me = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    for arguments in (["init"], ["add", "."], [*me, "commit", "-m", "one"]):
        subprocess.run(
            ["git", *arguments], cwd=tmp_path, check=True, capture_output=True
        )
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    return tmp_path


def test_a_commit_is_marked_for_changed_code_not_for_new_results(checkout):
    name = environment.commit()
    assert re.fullmatch("[0-9a-f]{12}", name)
    (checkout / "comparisons/results/chapter99.json").write_text("{1}")
    (checkout / "comparisons/results/chapter98.json").write_text("{}")
    assert environment.commit() == name
    (checkout / "half.py").write_text("changed = True")
    assert environment.commit() == f"{name}-dirty"


def test_a_checkout_that_git_cannot_compare_is_not_called_clean(
    checkout, monkeypatch
):
    git = environment.git
    monkeypatch.setattr(
        environment, "git", lambda *a: None if a[0] == "status" else git(*a)
    )
    assert environment.commit().endswith("-dirty")


def test_without_a_repository_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert environment.commit() == "unknown"


def test_the_flags_of_this_processor_are_known():
    if not Path("/proc/cpuinfo").exists():
        pytest.skip("no /proc/cpuinfo")
    assert len(environment.cpu_flags()) > 5


def test_flags_that_are_not_told_are_none(monkeypatch):
    def absent(*_: Any, **__: Any) -> str:
        raise FileNotFoundError("no /proc here")

    monkeypatch.setattr(Path, "read_text", absent)
    assert environment.cpu_flags() == []
