"""One task from end to end: proof, accuracy, memory, speed, result."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from comparisons import measure
from comparisons.environment import environment
from comparisons.evidence import STEPS
from comparisons.ladder import climb
from comparisons.memory import empty_peaks
from comparisons.pictures import Exhibits, picture, texts
from comparisons.results import (
    Accuracy,
    Exhibit,
    Memory,
    Parity,
    Peaks,
    Result,
    read_result,
    write_whole,
)
from comparisons.side import Split, State, write_more, write_split
from comparisons.statistics import agreement, beats_baseline, paired_gap
from comparisons.task import Task
from comparisons.weights import keras_to_torch
from comparisons.worker import (
    HalfFailed,
    RequestError,
    Settings,
    Side,
    both_sides,
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What to do with each task."""

    preset: Literal["quick", "book"] = "quick"
    data: Literal["bundled", "book"] = "bundled"
    seeds: int | None = None  # as many as the task's row says
    steps: int | Literal["full"] = STEPS
    accuracy: bool = True
    speed: bool = True


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


def run_task(
    task: Task,
    request: Request,
    keras: Side,
    torch: Side,
    settings: Settings,
    earlier: Path | None,
    say: Say,
) -> Result:
    """Do all that is asked for one task.

    `earlier` is where the last result lies: the same code on the same machine
    must repeat its scores to the bit. `say` is told what happens.
    """
    config = task.config(request.preset)
    say("loading data")
    with (
        loaded(task, request, config) as (train, test, baseline),
        ExitStack() as stack,
    ):
        # Only now wait for the imports of both sides.
        made_with = environment(task, keras, torch, settings)
        fresh: tuple[Side, Side] | None = None
        if request.accuracy or request.speed:
            # Memory and speed are those of processes that did nothing before.
            # They are started where a side waits for the other.
            fresh = stack.enter_context(both_sides(settings))
            halves = task.keras, task.torch
            peaks = [
                side.submit("measure_memory", half, config, train)
                for side, half in zip(fresh, halves, strict=True)
            ]
        say("climbing the ladder")
        parity = climb(keras, torch, task, config, train, test, request.steps)
        if request.preset == "quick":
            climb_variants(task, request, keras, torch, parity, say)
        result = Result(
            task=task.stem,
            chapter=task.chapter,
            section=task.section,
            title=task.title,
            preset=request.preset,
            data=request.data,
            samples={
                "train": train.samples or 0,
                "test": test.samples or 0,
            },
            environment=made_with,
            parity=parity,
        )
        if fresh is None:
            return result
        picture_path = earlier and earlier.with_name(f"{task.stem}_exhibit.png")
        if request.accuracy:
            result.accuracy, shown = compare_accuracy(
                task, request, keras, torch, config, train, test,
                baseline, say,
            )  # fmt: skip
            result.exhibit = show(shown, picture_path)
            result.accuracy.reproduced = reproduced(result, earlier)
        say("measuring memory")
        for side in fresh:
            side.doing = "measuring memory"
        ours, theirs = (
            peaks_or_reason(side, peak)
            for side, peak in zip(fresh, peaks, strict=True)
        )
        result.memory = Memory(keras=ours, torch=theirs)
        if request.speed and parity.passed:
            say("measuring speed")
            for side in fresh:
                side.doing = "measuring speed"
            result.throughput = measure.throughput(
                {"keras": fresh[0], "torch": fresh[1]},
                {"keras": task.keras, "torch": task.torch},
                config,
                train,
                test,
                measure.Budget(),
                # The fresh ones were imported while others were at work.
                {s.name: s.facts()["import_s"] for s in (keras, torch)},
            )
        return result


def climb_variants(
    task: Task,
    request: Request,
    keras: Side,
    torch: Side,
    parity: Parity,
    say: Say,
) -> None:
    """Prove the task's further configurations; add to what was proven."""
    for name, config in task.variants().items():
        say(f"climbing the ladder: {name}")
        with loaded(task, request, config) as (train, test, _):
            found = climb(
                keras, torch, task, config, train, test, request.steps
            )
        for rung in found.rungs:
            rung.variant = name
        shares = [parity.answers_agree, found.answers_agree]
        parity.answers_agree = min(
            (s for s in shares if s is not None), default=None
        )
        parity.passed &= found.passed
        parity.rungs += found.rungs
        parity.seconds += found.seconds
        parity.differences = sorted({*parity.differences, *found.differences})


def compare_accuracy(
    task: Task,
    request: Request,
    keras: Side,
    torch: Side,
    config: Any,
    train: Split,
    test: Split,
    baseline: float,
    say: Say,
) -> tuple[Accuracy, Exhibits]:
    """Train both halves once per seed, from the same initial weights.

    Returns also what the halves show of the first seed's models.
    """
    asked = torch.submit("describe", task.torch, config, "float32")
    layers = keras.call("describe", task.keras, config, "float32")["layers"]
    described = torch.result(asked)
    runs = []
    seeds = request.seeds or task.seeds
    # Before the first training, behind which a call would have to wait.
    drawn: list[State] = [
        keras.call("initial", task.keras, config, "float32", seed)
        for seed in range(seeds)
    ]
    for seed, weights in enumerate(drawn):
        same: State = keras_to_torch(layers, weights, described["shapes"])
        show = seed == 0
        keras.doing = torch.doing = f"training {task.stem} with seed {seed}"
        runs.append(
            (
                keras.submit(
                    "learn",
                    task.keras,
                    config,
                    weights,
                    train,
                    test,
                    seed,
                    show,
                ),  # fmt: skip
                torch.submit(
                    "learn",
                    task.torch,
                    config,
                    same,
                    train,
                    test,
                    seed,
                    show,
                ),  # fmt: skip
            )
        )
    done: dict[Literal["keras", "torch"], list[dict[str, Any]]] = {
        "keras": [],
        "torch": [],
    }
    for seed, (ours, theirs) in enumerate(runs):
        say(f"training with seed {seed + 1} of {seeds}")
        keras.doing = torch.doing = f"training {task.stem} with seed {seed}"
        done["keras"].append(keras.result(ours))
        done["torch"].append(torch.result(theirs))
    scores = {
        name: [float(r["scores"][task.metric]) for r in results]
        for name, results in done.items()
    }
    gap = paired_gap(
        scores["keras"], scores["torch"], task.margin, drawn=task.trains
    )
    shown: Exhibits = {name: runs[0]["exhibit"] for name, runs in done.items()}
    accuracy = Accuracy(
        metric=task.metric,
        unit=task.unit,
        higher_is_better=task.higher_is_better,
        seeds=list(range(seeds)),
        keras=scores["keras"],
        torch=scores["torch"],
        baseline=baseline,
        baseline_name=task.baseline_name,
        beats_baseline=beats_baseline(
            scores["keras"] + scores["torch"],
            baseline,
            task.margin,
            task.higher_is_better,
        ),
        mean_gap=gap.mean,
        ci90=gap.ci90,
        margin=task.margin,
        verdict=gap.verdict,
        agreement=float(
            np.mean(
                [
                    agreement(task.answer, a["predictions"], b["predictions"])
                    for a, b in zip(done["keras"], done["torch"], strict=True)
                ]
            )
        ),
        losses={n: [r["losses"] for r in rs] for n, rs in done.items()},
        seconds={
            n: float(np.median([r["seconds"] for r in rs]))
            for n, rs in done.items()
        },
    )
    return accuracy, shown


def show(shown: Exhibits, path: Path | None) -> Exhibit | None:
    """Draw what the halves show, if there is a folder to draw into."""
    if not any(shown.values()):
        return None
    png = picture(shown)
    if png and path:
        write_whole(path, png)
    return Exhibit(picture=bool(png and path), texts=texts(shown))


def peaks_or_reason(side: Side, future: "Future[Any]") -> Peaks:
    """Return peaks; if they cannot be had, the scores are worth keeping."""
    try:
        return Peaks(**side.result(future))
    except HalfFailed as error:
        return Peaks(
            **empty_peaks(f"not measured: {error}"), host_peak_mib=None
        )


def reproduced(result: Result, earlier: Path | None) -> bool | None:
    """Whether the last run of the same code gave the same bits.

    None when there is no such run to compare with.
    """
    if earlier is None or not earlier.exists():
        return None
    try:
        last = read_result(earlier)
    except RequestError:
        return None
    now, then = result.accuracy, last.accuracy
    same = {"date", "commit"}
    if (
        now is None
        or then is None
        or (result.preset, result.data) != (last.preset, last.data)
        or result.environment.model_dump(exclude=same)
        != last.environment.model_dump(exclude=same)
    ):
        return None
    shared = min(len(now.seeds), len(then.seeds))
    return (now.keras[:shared], now.torch[:shared]) == (
        then.keras[:shared],
        then.torch[:shared],
    )
