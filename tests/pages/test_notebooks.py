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
from comparisons.common import RequestError
from comparisons.pages import notebook_files as command
from comparisons.pages import notebooks as convert
from comparisons.results import read_result
from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS

jupytext = pytest.importorskip(
    "jupytext", reason="jupytext is not installed: make setup brings it"
)

SIDES = ("keras", "torch")
RUNNING = ("nbclient", "ipykernel")
# Two small pairs, of which each notebook is run in a kernel of its own.
RUN = ("chapter02_digits_dense", "chapter03_linear_models")

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda t: t.stem)
every_side = pytest.mark.parametrize("side", SIDES)


def source(task: Task, side: Any) -> str:
    return (ROOT / f"{side}_impl" / f"{task.stem}.py").read_text()


@pytest.fixture
def here(monkeypatch, capsys) -> Iterator[Here]:
    before = signal.getsignal(signal.SIGTERM)
    yield Here(monkeypatch, capsys)
    signal.signal(signal.SIGTERM, before)


# === What they are made of ==================================================


@every_task
@every_side
def test_a_notebook_has_all_of_the_half_in_its_order(task, side) -> None:
    made = json.loads(convert.notebook(task, side))
    text = source(task, side)
    code = [
        "".join(c["source"]) for c in made["cells"] if c["cell_type"] == "code"
    ]
    # But for the docstring, the banners and the guard, the same program: the
    # cells, one after the other, between what finds the house and the call.
    found = ast.parse("\n".join(code[1:-1]))
    expected = ast.parse(text)
    assert list(map(ast.dump, found.body)) == list(
        map(ast.dump, expected.body[1:-1])
    )
    comments = {
        line.strip()
        for line in text.splitlines()
        if line.strip().startswith("# ") and not line.startswith("# ===")
    }
    assert comments <= {line.strip() for line in "\n".join(code).splitlines()}
    assert code[-1] == "main(QUICK)"
    for cell in code:
        compile(cell, task.stem, "exec")


@every_task
def test_both_notebooks_of_a_pair_have_the_same_sections(task) -> None:
    made = [json.loads(convert.notebook(task, side)) for side in SIDES]
    names = [[cell["id"] for cell in one["cells"]] for one in made]
    assert names[0] == names[1]
    assert [name for _, name in (n.split("-", 1) for n in names[0])][:3] == [
        "title",
        "setup",
        "imports",
    ]
    assert names[0][-1].endswith("-run")


@every_side
def test_the_first_cell_says_what_it_is_and_links_to_its_twin(side) -> None:
    task = BY_STEM["chapter02_digits_dense"]
    (other,) = set(SIDES) - {side}
    made = json.loads(convert.notebook(task, side))
    text = "".join(made["cells"][0]["source"])
    assert text.startswith("# Two dense layers that read handwritten digits")
    assert "Book: section 2.1." in text
    assert f"[{task.stem}_{other}.ipynb]({task.stem}_{other}.ipynb)" in text
    assert f"{side}_impl/{task.stem}.py" in text


def test_a_notebook_is_the_same_each_time_and_has_no_outputs() -> None:
    task = TASKS[0]
    assert convert.notebook(task, "keras") == convert.notebook(task, "keras")
    made = json.loads(convert.notebook(task, "keras"))
    assert made["nbformat"] == 4 and made["nbformat_minor"] >= 5
    assert made["metadata"]["kernelspec"]["name"] == "python3"
    for cell in made["cells"]:
        assert not cell.get("outputs") and not cell.get("execution_count")
        assert "jupytext" not in cell["metadata"]


def test_notebooks_fit_the_format() -> None:
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("nbformat.validator")
    for side in SIDES:
        text = convert.notebook(TASKS[0], side)
        made = nbformat.reads(text, as_version=4)
        assert list(nbformat.validator.iter_validate(made)) == []


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
    assert "wrote 4 notebooks" in done.out


def test_the_command_writes_all_if_nothing_is_said(here, tmp_path) -> None:
    done = here("notebooks", "--out", str(tmp_path))
    assert (done.status, done.err) == (0, "")
    assert len(list(tmp_path.iterdir())) == 2 * len(TASKS)


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
@every_side
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
    accuracy = committed.accuracy
    assert accuracy is not None
    reached = scores_of(made)[accuracy.metric]
    known = accuracy.keras if side == "keras" else accuracy.torch
    nearest = min(abs(reached - score) for score in known)
    assert nearest <= accuracy.margin, (reached, known)
    assert reached > accuracy.baseline + accuracy.margin
