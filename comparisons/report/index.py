"""The index of a report, as other programs read it. Schema version 1.

`python -m comparisons report --schema` prints the JSON Schema of `Index`;
schema.json beside this file holds it too. The same results give the same
bytes: an index has no date of its own.
"""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from comparisons.report.checks import (
    Figure,
    Kind,
    State,
    checks,
    failures,
    figure,
)
from comparisons.report.words import kinds_of, on_gpu
from comparisons.results import (
    Accuracy,
    Environment,
    Memory,
    Result,
    Throughput,
    Verdict,
)

SCHEMA = Path(__file__).with_name("schema.json")
Both = dict[Literal["keras", "torch"], Figure | None]


class Record(BaseModel):
    # What an index always has, its schema requires, defaults included.
    model_config = ConfigDict(
        extra="forbid", json_schema_serialization_defaults_required=True
    )


class CheckEntry(Record):
    """One thing that the task has to hold; `told` says why it does not."""

    kind: Kind
    name: str
    state: State
    told: str
    figures: dict[str, Figure | str]


class AccuracyEntry(Record):
    """Means over the seeds; the gap is PyTorch minus Keras."""

    metric: str
    unit: str
    higher_is_better: bool
    seeds: int
    keras: Figure
    torch: Figure
    mean_gap: Figure
    ci90: tuple[Figure, Figure] | None
    margin: Figure
    verdict: Verdict
    agreement: Figure
    baseline: Figure
    beats_baseline: bool


class SpeedEntry(Record):
    """Median samples per second; null was not measured, `note` says why."""

    work: str
    samples_per_s: Both
    ratio: Figure | None  # PyTorch over Keras
    ci95: tuple[Figure, Figure] | None
    note: str


class MemoryEntry(Record):
    """Medians in MiB; null was not measured, and is never 0."""

    where: Literal["gpu", "host"]  # what the allocator's peak is of
    allocator_peak_mib: Both
    process_peak_mib: Both


class TaskEntry(Record):
    """One pair; `files` are relative to the index."""

    task: str
    chapter: int
    section: str
    title: str
    preset: Literal["quick", "book"]
    data: Literal["bundled", "book"]
    holds: bool  # nothing here turns a build red
    proven: bool
    proven_earlier: str | None  # when, if the proof was kept from then
    checks: list[CheckEntry]
    accuracy: AccuracyEntry | None
    speed: list[SpeedEntry]
    memory: MemoryEntry | None
    environment: Environment
    files: dict[Literal["result", "report", "curves", "exhibit"], str]


class Index(Record):
    """All pairs of a report, in the order of the book."""

    schema_version: Literal[1] = 1
    holds: bool
    pairs: int
    proven: int
    verdicts: dict[Verdict, int]
    below_baseline: int
    tasks: list[TaskEntry]


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an index as it is written."""
    found = Index.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | found


def schema_text() -> str:
    return json.dumps(schema(), indent=1) + "\n"


def index(results: Sequence[Result], folder: Path) -> Index:
    """Return the index of results whose report lies in `folder`."""
    told = [r.accuracy for r in results if r.accuracy]
    verdicts: dict[Verdict, int] = {
        verdict: sum(a.verdict == verdict for a in told)
        for verdict in ("equivalent", "different", "undecided")
    }
    return Index(
        holds=not any(failures(result) for result in results),
        pairs=len(results),
        proven=sum(result.parity.passed for result in results),
        verdicts=verdicts,
        below_baseline=sum(not a.beats_baseline for a in told),
        tasks=[of_task(result, folder) for result in results],
    )


def of_task(result: Result, folder: Path) -> TaskEntry:
    return TaskEntry(
        task=result.task,
        chapter=result.chapter,
        section=result.section,
        title=result.title,
        preset=result.preset,
        data=result.data,
        holds=not failures(result),
        proven=result.parity.passed,
        proven_earlier=result.parity.proven,
        checks=[
            CheckEntry(
                kind=check.kind,
                name=check.name,
                state=check.state,
                told=check.told,
                figures=dict(check.figures),
            )
            for check in checks(result)
        ],
        accuracy=of_accuracy(result.accuracy) if result.accuracy else None,
        speed=of_speed(result.throughput) if result.throughput else [],
        memory=of_memory(result.memory) if result.memory else None,
        environment=result.environment,
        files=files_of(result.task, folder),
    )


def of_accuracy(accuracy: Accuracy) -> AccuracyEntry:
    interval = None
    if accuracy.ci90:
        interval = figure(accuracy.ci90[0]), figure(accuracy.ci90[1])
    return AccuracyEntry(
        metric=accuracy.metric,
        unit=accuracy.unit,
        higher_is_better=accuracy.higher_is_better,
        seeds=len(accuracy.seeds),
        keras=figure(statistics.fmean(accuracy.keras)),
        torch=figure(statistics.fmean(accuracy.torch)),
        mean_gap=figure(accuracy.mean_gap),
        ci90=interval,
        margin=figure(accuracy.margin),
        verdict=accuracy.verdict,
        agreement=figure(accuracy.agreement),
        baseline=figure(accuracy.baseline),
        beats_baseline=accuracy.beats_baseline,
    )


def of_speed(throughput: Throughput) -> list[SpeedEntry]:
    found = []
    for work, part in kinds_of(throughput):
        interval = None
        if part.ratio:
            low, high = part.ratio.ci95
            interval = figure(low), figure(high)
        found.append(
            SpeedEntry(
                work=work,
                samples_per_s={
                    "keras": figure(part.keras.median) if part.keras else None,
                    "torch": figure(part.torch.median) if part.torch else None,
                },
                ratio=figure(part.ratio.median) if part.ratio else None,
                ci95=interval,
                note=part.note,
            )
        )
    return found


def of_memory(memory: Memory) -> MemoryEntry:
    where: Literal["gpu", "host"] = "gpu" if on_gpu(memory) else "host"
    return MemoryEntry(
        where=where,
        allocator_peak_mib=peaks(memory, f"{where}_allocator_peak_mib"),
        process_peak_mib=peaks(memory, "host_peak_mib"),
    )


def peaks(memory: Memory, field: str) -> Both:
    ours, theirs = getattr(memory.keras, field), getattr(memory.torch, field)
    return {
        "keras": None if ours is None else figure(ours),
        "torch": None if theirs is None else figure(theirs),
    }


def files_of(
    task: str, folder: Path
) -> dict[Literal["result", "report", "curves", "exhibit"], str]:
    """Return which files of a task lie in a folder."""
    named: dict[Literal["result", "report", "curves", "exhibit"], str] = {
        "result": f"{task}.json",
        "report": f"{task}.md",
        "curves": f"{task}.png",
        "exhibit": f"{task}_exhibit.png",
    }
    return {k: name for k, name in named.items() if (folder / name).exists()}
