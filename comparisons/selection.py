"""Which tasks the words of a command line mean."""

import difflib
import re

from comparisons.task import Task
from comparisons.tasks import BY_STEM, TASKS
from comparisons.worker import RequestError


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
