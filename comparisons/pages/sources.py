"""Reads and checks what pages are made from: halves, results, the atlas.

Halves are read as text, because the parent imports no framework.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from comparisons import differences as atlas
from comparisons.checkout import ROOT
from comparisons.common import RequestError
from comparisons.differences import Difference
from comparisons.pages import columns, halves
from comparisons.pages.colours import Link
from comparisons.results import Result, read_result
from comparisons.task import Task
from comparisons.tasks import TASKS

RESULTS = "comparisons/results"


@dataclass(frozen=True)
class House:
    """A checkout, and the tasks and entries of it that pages show."""

    root: Path = ROOT
    tasks: Sequence[Task] = TASKS
    entries: Sequence[str] = field(default_factory=atlas.names)

    @property
    def results(self) -> Path:
        return self.root / RESULTS

    def text(self, path: str) -> str:
        """Return a file of the checkout.

        Raises:
            RequestError: it does not exist.
        """
        try:
            return (self.root / path).read_text("utf-8")
        except OSError as error:
            raise RequestError(
                f"received no {path} ({error.strerror}); expected it in "
                f"{self.root}; write it, or remove its row from "
                "comparisons/tasks.py"
            ) from None


@dataclass(frozen=True)
class Part:
    """A section of a pair, with its lines in rows."""

    name: str
    units: list[columns.Unit]

    @property
    def anchor(self) -> str:
        return self.name.lower()

    def anchor_of(self, unit: columns.Unit) -> str:
        """Return a unit's anchor; only the first unit of a name has one."""
        named = next((u for u in self.units if u.name == unit.name), unit)
        mine = unit.name and named is unit
        return f"{self.anchor}.{unit.name}" if mine else ""

    @property
    def words(self) -> list[str]:
        """Return the names of functions and layers here, each once."""
        found: dict[str, None] = {}
        for unit in self.units:
            for row in unit.rows:
                for line in row:
                    if line:
                        found |= dict.fromkeys(sorted(line.layers))
                        if line.top:
                            found[line.top] = None
        return list(found)


@dataclass(frozen=True)
class Pair:
    """Both halves side by side, with their results."""

    task: Task
    parts: list[Part]
    result: Result

    @property
    def entries(self) -> list[str]:
        """Return the differences that comments of either half name."""
        return sorted(
            {
                name
                for part in self.parts
                for unit in part.units
                for row in unit.rows
                for line in row
                if line
                for name in line.entries
            }
        )


def pair(task: Task, house: House, link: Link) -> Pair:
    """Read a pair and its results.

    Raises:
        RequestError: a half, a section or a result is missing.
    """
    paths = [f"{half}_impl/{task.stem}.py" for half in ("keras", "torch")]
    ours, theirs = (
        halves.sections_of(parsed(house.text(path), path, link))
        for path in paths
    )
    halves.check(ours, theirs, task.trains, (paths[0], paths[1]))
    return Pair(
        task,
        [part(a, b) for a, b in zip(ours, theirs, strict=True)],
        result_of(house.results / f"{task.stem}.json"),
    )


def parsed(source: str, path: str, link: Link) -> list[halves.Line]:
    try:
        return halves.lines_of(source, link)
    except SyntaxError as error:
        raise RequestError(
            f"received {path}, which is no Python in line {error.lineno} "
            f"({error.msg}); expected a half that runs; correct it"
        ) from None


def part(keras: halves.Section, torch: halves.Section) -> Part:
    rows = columns.aligned(keras.lines, torch.lines)
    return Part(keras.name, columns.units(rows))


def result_of(path: Path) -> Result:
    """Read a committed result.

    Raises:
        RequestError: the file is missing or does not fit the schema.
    """
    if not path.exists():
        out = path.parent
        raise RequestError(
            f"received no result {path}; expected one of every task; make it "
            f"with `python -m comparisons run {path.stem} --out {out}`"
        )
    return read_result(path)


@dataclass(frozen=True)
class Entry:
    """A difference, its code in rows, and the pairs that have it."""

    told: Difference
    defaults: list[columns.Unit]
    fixes: list[columns.Unit]
    pairs: list[Task]


def entry(name: str, house: House) -> Entry:
    """Read an entry of the atlas."""
    told = atlas.difference(name)

    def rows(keras: str, torch: str) -> list[columns.Unit]:
        # A fix may be missing on one side.
        sides = [
            halves.lines_of(told.code[way]) if way in told.code else []
            for way in (keras, torch)
        ]
        return columns.units(columns.aligned(*sides)) if any(sides) else []

    return Entry(
        told,
        rows("keras_default", "torch_default"),
        rows("keras_as_torch", "torch_as_keras"),
        [task for task in house.tasks if name in task.differences],
    )
