"""The three files and the row of a new pair, from templates.

The templates hold a small model that trains on digits and is proven, so that
whoever writes a pair starts from one that holds and changes it step by step.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template

from comparisons.checkout import ROOT
from comparisons.common import RequestError, write_whole

TEMPLATES = Path(__file__).parent / "templates"
PACKAGES = ("shared_data", "keras_impl", "torch_impl")
TABLE = "comparisons/tasks.py"
STEM = re.compile(r"chapter(\d\d)_[a-z0-9]+(_[a-z0-9]+)*")
# The line of a half that names its twin has 80 columns.
LONGEST = 36


@dataclass(frozen=True)
class Skeleton:
    """The name of a new pair, and what is said of it in files and row."""

    stem: str
    section: str
    title: str

    @property
    def order(self) -> list[int]:
        return [int(number) for number in self.section.split(".")]

    def filled(self, template: str) -> str:
        """Return a template with the pair's name, section and title in it."""
        text = (TEMPLATES / f"{template}.py.txt").read_text("utf-8")
        return Template(text).substitute(vars(self))


def wanted(stem: str, section: str = "", title: str = "") -> Skeleton:
    """Return what is asked for, with defaults for what is empty.

    Raises:
        RequestError: the name or the section has not the right form.
    """
    found = STEM.fullmatch(stem)
    if not found or len(stem) > LONGEST:
        raise RequestError(
            f"received the name {stem!r}; expected one as chapter13_name: two "
            "digits, then lower-case words joined by _, at most "
            f"{LONGEST} characters"
        )
    chapter = int(found[1])
    section = section or f"{chapter}.1"
    if not re.fullmatch(rf"{chapter}(\.[1-9]\d*)+", section):
        raise RequestError(
            f"received the section {section!r} for {stem}; expected one as "
            f"{chapter}.1 or {chapter}.1.2"
        )
    title = title or stem.split("_", 1)[1].replace("_", " ")
    if '"' in title or not title.isprintable() or len(title) > 60:
        raise RequestError(
            f"received the title {title!r}; expected at most 60 characters "
            "without a double quotation mark"
        )
    return Skeleton(stem, section, title)


def write(skeleton: Skeleton, root: Path = ROOT) -> list[Path]:
    """Write the three files and the row; return their paths.

    Raises:
        RequestError: a file or a row of that name exists already.
    """
    files = {f"{p}/{skeleton.stem}.py": skeleton.filled(p) for p in PACKAGES}
    table = (root / TABLE).read_text("utf-8")
    taken = [path for path in files if (root / path).exists()]
    if f'"{skeleton.stem}"' in table:
        taken.append(TABLE)
    if taken:
        raise RequestError(
            f"received the name {skeleton.stem}, which {' and '.join(taken)} "
            "has already; expected a new one; choose another name"
        )
    # The row comes last: no task is listed whose files are missing.
    files[TABLE] = with_row(table, skeleton)
    for path, text in files.items():
        write_whole(root / path, text)
    return [root / path for path in files]


def with_row(table: str, skeleton: Skeleton) -> str:
    """Return the source of the table with the pair's row in book order.

    Raises:
        RequestError: the source has no tuple TASKS of calls with a section.
    """
    rows = rows_of(table)
    after = rows[0].lineno - 1
    for row in rows:
        (section,) = (k.value for k in row.keywords if k.arg == "section")
        order = [int(n) for n in ast.literal_eval(section).split(".")]
        if order <= skeleton.order:
            after = row.end_lineno or after
    lines = table.splitlines(keepends=True)
    return "".join([*lines[:after], skeleton.filled("row"), *lines[after:]])


def rows_of(table: str) -> list[ast.Call]:
    """Return the calls that make the rows of TASKS, in order.

    Raises:
        RequestError: there are none.
    """
    for node in ast.parse(table).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "TASKS"
            and isinstance(node.value, ast.Tuple)
        ):
            return [e for e in node.value.elts if isinstance(e, ast.Call)]
    raise RequestError(
        f"received {TABLE} without a tuple TASKS; expected the table of "
        "tasks; restore it with git"
    )
