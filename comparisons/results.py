"""The result of one task: the only source of its figures. Schema version 2.

`NAME.json` has sections: proof, accuracy by preset, and lists of speed,
memory and studies with one entry for each machine class and engine of the
Keras half. A section says what it was made with. A run writes sections and
leaves the others as they are.

`python -m comparisons list --schema` prints the JSON Schema of `Result`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from comparisons.common import RequestError, write_whole
from comparisons.records import (
    Accuracy,
    Conditions,
    Cost,
    Environment,
    Exhibit,
    Grown,
    Growth,
    Memory,
    Record,
    Throughput,
    Timed,
)
from comparisons.records import Lane as Lane
from comparisons.records import Parity as Parity
from comparisons.records import Rung as Rung
from comparisons.records import Verdict as Verdict

Preset = Literal["quick", "full", "book"]
Data = Literal["bundled", "book"]
Kind = Literal["modes", "idioms", "scale"]
# What `run --only` may ask for, in the order in which it is made.
SECTIONS = ("proof", "accuracy", "memory", "speed")
# Which accuracy is shown where there is room for one.
SHOWN: tuple[Preset, ...] = ("full", "quick", "book")


class Section(Record):
    """What every section says of itself; `samples` by name of the split."""

    made_with: Environment
    preset: Preset
    data: Data
    samples: dict[str, int]

    @property
    def key(self) -> tuple[str, ...]:
        """Return what makes a section of a list another one's successor."""
        made = self.made_with
        return made.machine_class, made.backend


class ProofSection(Parity, Section):
    """Whether both halves are the same model, rung by rung."""


class AccuracySection(Accuracy, Section):
    """The scores of both halves over seeds, and what they show."""

    exhibit: Exhibit | None = None


class SpeedSection(Throughput, Section):
    """Samples per second on one machine class with one engine."""

    conditions: Conditions | None = None
    cost: Cost | None = None


class MemorySection(Memory, Section):
    """Peak memory on one machine class with one engine."""


class StudySection(Section):
    """A study of speed: modes, first loops, or how the cost grows."""

    kind: Kind
    timed: list[Timed] = []
    grown: list[Grown] = []
    growth: list[Growth] = []

    @property
    def key(self) -> tuple[str, ...]:
        return self.kind, *super().key


class Result(Record):
    """All sections of one task."""

    schema_version: Literal[2] = 2
    task: str
    chapter: int
    section: str  # of the book
    title: str
    proof: ProofSection | None = None
    accuracy: dict[Preset, AccuracySection] = {}
    speed: list[SpeedSection] = []
    memory: list[MemorySection] = []
    studies: list[StudySection] = []

    @property
    def passed(self) -> bool:
        """Whether there is a proof that holds."""
        return self.proof is not None and self.proof.passed

    @property
    def shown(self) -> AccuracySection | None:
        """Return the accuracy to show where there is room for one."""
        return next(
            (self.accuracy[p] for p in SHOWN if p in self.accuracy), None
        )

    @property
    def holds(self) -> bool:
        """Whether nothing in this result should turn a build red."""
        return self.passed and all(
            a.verdict != "different" and a.beats_baseline
            for a in self.accuracy.values()
        )

    def sections(self) -> Iterator[tuple[str, Section]]:
        """Yield every section with its name."""
        if self.proof:
            yield "proof", self.proof
        for preset, accuracy in self.accuracy.items():
            yield f"accuracy, {preset}", accuracy
        lists: tuple[tuple[str, list[Any]], ...] = (
            ("speed", self.speed),
            ("memory", self.memory),
            ("studies", self.studies),
        )
        for name, several in lists:
            for one in several:
                yield f"{name}, {', '.join(one.key)}", one


def merged(old: Result, new: Result) -> Result:
    """Return `new` with those sections of `old` that it does not replace."""
    order = {preset: place for place, preset in enumerate(SHOWN)}
    accuracy = old.accuracy | new.accuracy
    found = new.model_copy(
        update={
            "proof": new.proof or old.proof,
            "accuracy": dict(
                sorted(accuracy.items(), key=lambda item: order[item[0]])
            ),
        }
    )
    for name in ("speed", "memory", "studies"):
        sections = {one.key: one for one in getattr(old, name)}
        sections |= {one.key: one for one in getattr(new, name)}
        setattr(found, name, [sections[key] for key in sorted(sections)])
    return found


# === Files ==================================================================


def read_result(path: Path) -> Result:
    """Read and validate a result.

    Raises:
        RequestError: the file cannot be read or does not fit the schema.
    """
    try:
        return Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise RequestError(
            f"received no readable result {path} ({error.strerror})"
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise RequestError(
            f"received {path}, in which {where} does not fit schema version 2 "
            f"({first['msg']}); run the task again to make it anew"
        ) from None


def read_results(folder: Path) -> list[Result]:
    """Read every result in a folder, in the order of the book.

    Raises:
        RequestError: one of them cannot be read.
    """
    found = [read_result(p) for p in sorted(folder.glob("chapter*.json"))]
    return sorted(found, key=in_order)


def in_order(result: Result) -> tuple[int, str, str]:
    return result.chapter, result.section, result.task


def text_of(result: Result) -> str:
    """Return a result as JSON; lists and objects of numbers are one line."""
    whole = json.loads(result.model_dump_json())
    text = json.dumps(whole, indent=1, ensure_ascii=False)
    # A string has no raw line break: only structure can match.
    for opened, closed in ("[]", "{}"):
        inner = rf"\{opened}\n\s*([^\[\]{{}}]*?)\n\s*\{closed}"
        text = re.sub(
            inner,
            lambda found, ends=(opened, closed): (  # type: ignore[misc]
                ends[0] + re.sub(r"\n\s*", " ", found[1]) + ends[1]
            ),
            text,
        )
    return text + "\n"


def store(result: Result, folder: Path, keep: bool = True) -> Result:
    """Write a result's sections into its file; return the whole result.

    Args:
        result: what was made now.
        folder: where results lie.
        keep: whether to keep the old file as `NAME.json.previous`; it is
            kept in any case if it cannot be read.

    Raises:
        OSError: the folder cannot be written; the old file is then intact.
    """
    path = folder / f"{result.task}.json"
    whole = result
    if path.exists():
        try:
            whole = merged(read_result(path), result)
        except RequestError:
            keep = True
        if keep:
            write_whole(path.with_name(f"{path.name}.previous"),
                        path.read_bytes())  # fmt: skip
    write_whole(path, text_of(whole))
    return whole
