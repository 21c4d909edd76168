"""Write notebooks: `python -m comparisons notebooks`."""

from collections.abc import Sequence
from pathlib import Path

from comparisons.common import SIDES, write_whole
from comparisons.pages.notebooks import notebook, notebook_name
from comparisons.report.markdown import make_folder
from comparisons.request import select


def write(names: Sequence[str], out: Path) -> list[Path]:
    """Write both halves of each task as notebooks; return their paths.

    Raises:
        RequestError: a name is no task, `out` cannot be written to, or
            jupytext is not installed.
    """
    tasks = select(list(names))
    made = {
        out / notebook_name(task, side): notebook(task, side)
        for task in tasks
        for side in SIDES
    }
    make_folder(out)
    for path, text in made.items():
        write_whole(path, text)
    return list(made)
