"""What to do with which tasks, and their data on disk."""

import ast
import difflib
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from comparisons.checkout import ROOT
from comparisons.common import (
    RequestError,
    interpreter_of,
)
from comparisons.proof.evidence import STEPS
from comparisons.results import SECTIONS
from comparisons.sides.process import Settings
from comparisons.sides.wire import Split, write_more, write_split
from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS


def select(names: list[str]) -> list[Task]:
    """Return the tasks that `all`, `chapterN` and stems ask for, in order.

    Raises:
        RequestError: a name fits nothing; says which names come near.
    """
    chosen: set[str] = set()
    for name in names:
        chapter = re.fullmatch(r"chapter0*(\d+)", name)
        found = [
            task.stem
            for task in TASKS
            if name in ("all", task.stem)
            or (chapter and int(chapter[1]) == task.chapter)
        ]
        if not found:
            chapters = sorted({f"chapter{task.chapter}" for task in TASKS})
            known = [*BY_STEM, *chapters, "all"]
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            raise RequestError(
                f"received {name!r}, which is no task; "
                + (f"did you mean {' or '.join(near)}? " if near else "")
                + "`python -m comparisons list` shows them all"
            )
        chosen.update(found)
    return [task for task in TASKS if task.stem in chosen]


def suited(tasks: Sequence[Task], backend: str) -> tuple[list[Task], list[str]]:
    """Return the tasks that run on `backend`, and of each other why not."""
    able, refused = [], []
    for task in tasks:
        path = ROOT / f"{task.keras.module.replace('.', '/')}.py"
        tie = tie_to_tensorflow(path.read_text("utf-8"))
        if tie and backend != "tensorflow":
            refused.append(
                f"received --backend {backend} for {task.stem}; expected "
                f"tensorflow: its Keras half {tie}"
            )
        else:
            able.append(task)
    return able, refused


def tie_to_tensorflow(source: str) -> str:
    """Return what ties a Keras half to TensorFlow; empty if nothing does."""
    imported: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
            used.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
    if "tensorflow" not in {name.split(".")[0] for name in imported}:
        return ""
    tape = "GradientTape" in used
    return "is written with tf.GradientTape" if tape else "imports tensorflow"


def sections(only: str | None) -> tuple[str, ...]:
    """Return the sections that `--only` asks for; all of them for None.

    Raises:
        RequestError: one is not known.
    """
    if only is None:
        return SECTIONS
    chosen = {name.strip() for name in only.split(",")}
    if unknown := chosen - set(SECTIONS):
        raise RequestError(
            f"received --only {','.join(sorted(unknown))}; expected some of "
            f"{', '.join(SECTIONS)}, separated by commas"
        )
    return tuple(name for name in SECTIONS if name in chosen)


def known_engine(name: str) -> str:
    """Return an engine of Keras that the interpreter of its half finds.

    Raises:
        RequestError: it is not installed there, or there is no interpreter.
    """
    python = interpreter_of("keras")
    if not installed(name, python):
        lock = "--requirement requirements-jax.lock"
        raise RequestError(
            f"received --backend {name}; expected an installed engine; run "
            f"`{python} -m pip install {lock if name == 'jax' else name}`"
        )
    return name


def installed(engine: str, python: str) -> bool:
    """Whether an interpreter finds an engine."""
    if python == sys.executable:
        return importlib.util.find_spec(engine) is not None
    ask = f"import importlib.util as u; exit(u.find_spec({engine!r}) is None)"
    return subprocess.run([python, "-c", ask]).returncode == 0


@dataclass(frozen=True)
class Request:
    """What to do with each task."""

    preset: Literal["quick", "book"] = "quick"
    data: Literal["bundled", "book"] = "bundled"
    seeds: int | None = None  # None: as many as the task's row says
    steps: int | Literal["full"] = STEPS
    sections: tuple[str, ...] = SECTIONS  # of the result that are written
    kinds: tuple[str, ...] = ("train", "predict")  # of work that is timed
    seconds: float = 6.0  # for each of them
    cost: bool = False  # count a step, and measure the machine's ceilings
    repeats: int = 1  # launches of both processes that are measured
    fresh: bool = False  # prove again what was proven before

    def makes(self, section: str) -> bool:
        return section in self.sections

    def asked(self, settings: Settings) -> dict[str, str]:
        """Return the question that a proof answers, but for the task."""
        return {
            "preset": self.preset,
            "data": self.data,
            "steps": str(self.steps),
            "backend": settings.backend,
            "device": settings.device,
            "threads": str(settings.threads),
        }


@contextmanager
def loaded(
    task: Task, request: Request, config: Any
) -> Iterator[tuple[Split, Split, float]]:
    """Yield the data as the sides read it, and the baseline.

    Raises:
        DataError: a file is missing, altered or unreadable.
        RequestError: there is no room for the arrays.
    """
    data = task.data_module.load_data(config, request.data)
    baseline = task.data_module.baseline(data)
    with tempfile.TemporaryDirectory(prefix="comparisons-") as name:
        folder = Path(name)
        try:
            train = write_split(data.train, folder, "train")
            test = write_split(data.test, folder, "test")
            write_more(data.more, folder)
        except OSError as error:
            arrays = [*data.train.named(), *data.test.named()]
            size = sum(array.nbytes for _, array in arrays)
            raise RequestError(
                f"received {error.strerror} at {folder}; expected room for "
                f"{size / 2**20:.0f} MiB of arrays; free some or set TMPDIR"
            ) from None
        yield (
            replace(train, samples=len(data.train)),
            replace(test, samples=len(data.test)),
            baseline,
        )
