"""Which tasks the words of a command line mean."""

import ast
import difflib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS
from comparisons.worker import RequestError, interpreter_of

ROOT = Path(__file__).parent.parent


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
