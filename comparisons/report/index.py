"""The index of a report for other programs: the results and their files.

`python -m comparisons report --schema` prints the JSON Schema of `Index`. The
same results give the same bytes: an index has no date of its own.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict

from comparisons.records import Record
from comparisons.report.checks import Check, checks, failures
from comparisons.results import Result, Verdict

File = Literal["result", "report", "curves", "exhibit"]


class Entry(Record):
    """One pair: its result as it is, what it holds, and its files."""

    result: Result
    holds: bool  # nothing here turns a build red
    checks: list[Check]
    files: dict[File, str]  # relative to the index


class Index(Record):
    """All pairs of a report, in the order of the book."""

    # What an index always has, its schema requires, defaults included.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    schema_version: Literal[2] = 2
    holds: bool
    pairs: int
    proven: int
    verdicts: dict[Verdict, int]
    below_baseline: int
    tasks: list[Entry]


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an index as it is written."""
    found = Index.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def schema_text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


def index(results: Sequence[Result], folder: Path) -> Index:
    """Return the index of results whose report lies in `folder`."""
    shown = [r.shown for r in results if r.shown]
    verdicts: dict[Verdict, int] = {
        verdict: sum(a.verdict == verdict for a in shown)
        for verdict in ("equivalent", "different", "undecided")
    }
    return Index(
        holds=not any(failures(result) for result in results),
        pairs=len(results),
        proven=sum(result.passed for result in results),
        verdicts=verdicts,
        below_baseline=sum(not a.beats_baseline for a in shown),
        tasks=[
            Entry(
                result=result,
                holds=not failures(result),
                checks=checks(result),
                files=files_of(result.task, folder),
            )
            for result in results
        ],
    )


def files_of(task: str, folder: Path) -> dict[File, str]:
    """Return which files of a task lie in a folder."""
    named: dict[File, str] = {
        "result": f"{task}.json",
        "report": f"{task}.md",
        "curves": f"{task}.webp",
        "exhibit": f"{task}_exhibit.webp",
    }
    return {k: name for k, name in named.items() if (folder / name).exists()}
