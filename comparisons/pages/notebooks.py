"""A half as a notebook: the docstring first, then one cell for each section.

Notebooks are generated from the sources and hold no outputs. The step between
is a script in the "percent" format, which editors also open as a notebook.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comparisons.checkout import ROOT
from comparisons.common import SIDES, TITLES, Name, RequestError
from comparisons.task import Task

BANNER = re.compile(r"^# === (\w+) =+\n", flags=re.MULTILINE)
GUARD = '\n\nif __name__ == "__main__":\n    main()\n'
PACKAGES: dict[Name, str] = {"keras": "keras_impl", "torch": "torch_impl"}

# Runs wherever inside the repository the notebook lies. The package is
# imported for what it sets before its framework comes: Keras' engine.
SETUP = """\
import sys
from pathlib import Path

here = Path.cwd()
root = next(p for p in (here, *here.parents) if (p / "shared_data").is_dir())
sys.path.insert(0, str(root))

import {package}"""


@dataclass(frozen=True)
class Cell:
    """A cell: `kind` is "markdown" or "code"."""

    kind: str
    name: str
    text: str


def cells(source: str, task: Task, side: Name) -> Iterator[Cell]:
    """Yield the cells of a half.

    Raises:
        RequestError: the source has no docstring or no banners, or does not
            end with the call of main().
    """
    module = ast.parse(source)
    docstring = ast.get_docstring(module)
    if docstring is None or not source.endswith(GUARD):
        raise RequestError(
            f"received a half of {task.stem} without a docstring, or that does "
            "not end with the call of main(); expected the shape of a half"
        )
    end = module.body[0].end_lineno
    body = "\n".join(source.splitlines()[end:]).removesuffix(GUARD.rstrip())
    imports, *sections = BANNER.split(body)
    if not sections:
        raise RequestError(
            f"received a half of {task.stem} without banners; expected "
            "`# === Data ===` and so on"
        )
    yield Cell("markdown", "title", title(docstring, task, side))
    yield Cell("code", "setup", SETUP.format(package=PACKAGES[side]))
    yield Cell("code", "imports", imports.strip("\n"))
    for name, text in zip(sections[::2], sections[1::2], strict=True):
        yield Cell("markdown", f"{name.lower()}-title", f"## {name}")
        yield Cell("code", name.lower(), text.strip("\n"))
    yield Cell("code", "run", "main(QUICK)")


def title(docstring: str, task: Task, side: Name) -> str:
    """Return the first cell: what the half is, and a link to its twin."""
    first, _, rest = docstring.partition("\n")
    (other,) = set(SIDES) - {side}
    rest = re.sub(r"\s+Twin: \S+$", "", rest.strip(), flags=re.MULTILINE)
    # A line break in Markdown, where the docstring has one before a label.
    rest = re.sub(r"\n(?=(?:Run|Expect): )", "  \n", rest)
    twin = notebook_name(task, other)
    return (
        f"# {first.rstrip('.')}\n\n{rest}\n\n"
        f"Made from `{PACKAGES[side]}/{task.stem}.py`; the same in "
        f"{TITLES[other]}: [{twin}]({twin})."
    )


def notebook_name(task: Task, side: Name) -> str:
    return f"{task.stem}_{side}.ipynb"


def percent(several: Iterator[Cell]) -> str:
    """Return cells as a script in the percent format."""
    parts = []
    for cell in several:
        if cell.kind == "markdown":
            lines = (f"# {line}".rstrip(" ") for line in lines_of(cell.text))
            parts.append("# %% [markdown]\n" + "\n".join(lines))
        else:
            parts.append(f"# %%\n{cell.text}")
    return "\n\n".join(parts) + "\n"


def lines_of(text: str) -> list[str]:
    # Two blanks at an end break a line; a backslash does, too, and stays.
    return [re.sub(r"  $", r"\\", line) for line in text.splitlines()]


def notebook(task: Task, side: Name) -> str:
    """Return a half as the text of an .ipynb file, the same in every call.

    Raises:
        RequestError: jupytext is not installed, or the source is no half.
    """
    try:
        import jupytext
    except ImportError:
        raise RequestError(
            "received no jupytext, which makes notebooks from sources; "
            "expected it to be installed; run `make setup`"
        ) from None
    path = ROOT / PACKAGES[side] / f"{task.stem}.py"
    several = list(cells(path.read_text("utf-8"), task, side))
    made: Any = jupytext.reads(percent(iter(several)), fmt="py:percent")
    for number, (cell, known) in enumerate(
        zip(made.cells, several, strict=True)
    ):
        # Of its own the format draws names at random.
        cell["id"] = f"{number:02d}-{known.name}"
    made.metadata = type(made.metadata)(
        kernelspec={
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        language_info={"name": "python"},
    )
    made.nbformat, made.nbformat_minor = 4, 5
    return str(jupytext.writes(made, fmt="ipynb")) + "\n"
