"""Notebooks: made from the halves, nothing lost, and they run."""

import ast
import importlib.util
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_cli import Here

from comparisons.checkout import ROOT
from comparisons.common import Name, RequestError
from comparisons.pages import notebook_files as command
from comparisons.pages import notebooks as convert
from comparisons.results import read_result
from comparisons.task import Task
from comparisons.tasks import TASKS

jupytext = pytest.importorskip(
    "jupytext", reason="jupytext is not installed: make setup brings it"
)

SIDES: tuple[Name, ...] = ("keras", "torch")
RUNNING = ("nbclient", "ipykernel")
# Two small pairs, of which each notebook is run in a kernel of its own.
RUN = ("chapter02_digits_dense", "chapter03_linear_models")


@pytest.fixture
def here(monkeypatch, capsys) -> Iterator[Here]:
    before = signal.getsignal(signal.SIGTERM)
    yield Here(monkeypatch, capsys)
    signal.signal(signal.SIGTERM, before)


# === What they are made of ==================================================


@pytest.mark.parametrize("task", TASKS, ids=lambda t: t.stem)
def test_notebooks_have_all_of_the_halves_in_their_order(task: Task) -> None:
    names = []
    for side in SIDES:
        made = json.loads(convert.notebook(task, side))
        names.append([cell["id"] for cell in made["cells"]])
        code = [
            "".join(cell["source"])
            for cell in made["cells"]
            if cell["cell_type"] == "code"
        ]
        text = (ROOT / f"{side}_impl" / f"{task.stem}.py").read_text()
        # But for the docstring, the banners and the guard, the same program:
        # the cells between what finds the house and the call.
        found = ast.parse("\n".join(code[1:-1])).body
        expected = ast.parse(text).body[1:-1]
        assert [ast.dump(n) for n in found] == [ast.dump(n) for n in expected]
        comments = {
            line.strip()
            for line in text.splitlines()
            if line.strip().startswith("# ") and not line.startswith("# ===")
        }
        shown = {line.strip() for line in "\n".join(code).splitlines()}
        assert comments <= shown
        assert code[-1] == "main(QUICK)"
    assert names[0] == names[1]  # the same sections


def test_notebooks_fit_the_format_and_have_no_outputs() -> None:
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("nbformat.validator")
    task = TASKS[0]
    for side in SIDES:
        text = convert.notebook(task, side)
        assert text == convert.notebook(task, side)
        made = nbformat.reads(text, as_version=4)
        assert list(nbformat.validator.iter_validate(made)) == []
        (other,) = set(SIDES) - {side}
        assert f"({task.stem}_{other}.ipynb)" in made.cells[0].source
        for cell in made.cells:
            assert not cell.get("outputs") and not cell.get("execution_count")


@pytest.mark.parametrize(
    "text",
    [
        '"""A half."""\n\nimport keras\n',
        'import keras\n\n\nif __name__ == "__main__":\n    main()\n',
        '"""A half."""\n\nimport keras\n\n\nif __name__ == "__main__":\n'
        "    main()\n",
    ],
)
def test_what_is_no_half_is_refused(text: str) -> None:
    with pytest.raises(RequestError, match="received a half of chapter02"):
        list(convert.cells(text, TASKS[0], "keras"))


# === The command ============================================================


def test_the_command_writes_both_halves_of_what_is_asked_for(
    here, tmp_path
) -> None:
    out = tmp_path / "a" / "b"
    done = here("notebooks", "chapter2", "--out", str(out))
    assert (done.status, done.err) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        f"{task.stem}_{side}.ipynb"
        for task in TASKS
        if task.chapter == 2
        for side in SIDES
    }


def test_an_unknown_task_is_told_in_one_line(here, tmp_path) -> None:
    out = tmp_path / "out"
    done = here("notebooks", "chaptr2", "--out", str(out))
    assert "did you mean" in done.complaint() and not out.exists()


def test_without_jupytext_one_line_says_what_to_do(here, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    told = here("notebooks", "chapter2").complaint()
    assert told.startswith("received no jupytext") and "make setup" in told


# === They run ===============================================================


@pytest.fixture
def room() -> Iterator[Path]:
    """Lend a folder inside the house, as notebooks are written to one."""
    home = ROOT / ".cache"
    home.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as name:
        yield Path(name)


def scores_of(made: Any) -> dict[str, float]:
    """Return what a notebook's last cell prints last."""
    printed = "".join(
        output.get("text", "") for output in made.cells[-1].outputs
    )
    found = ast.literal_eval(printed.strip().splitlines()[-1])
    assert isinstance(found, dict)
    return found


@pytest.mark.parity
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in RUNNING),
    reason="nbclient and ipykernel are not installed: make setup brings them",
)
@pytest.mark.parametrize("stem", RUN)
@pytest.mark.parametrize("side", SIDES)
def test_a_notebook_runs_in_a_kernel_of_its_own(
    stem: str,
    side: Any,
    room: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And reaches what its half has reached, where it was written."""
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "KERAS_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")

    (path,) = [
        path for path in command.write([stem], room) if side in path.stem
    ]
    made = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        made,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(room)}},
    )
    client.execute()
    counts = [cell.execution_count for cell in made.cells if "outputs" in cell]
    assert counts == list(range(1, len(counts) + 1))
    committed = read_result(ROOT / "comparisons" / "results" / f"{stem}.json")
    accuracy = committed.shown
    assert accuracy is not None
    reached = scores_of(made)[accuracy.metric]
    known = accuracy.keras if side == "keras" else accuracy.torch
    nearest = min(abs(reached - score) for score in known)
    assert nearest <= accuracy.margin, (reached, known)
    assert reached > accuracy.baseline + accuracy.margin
