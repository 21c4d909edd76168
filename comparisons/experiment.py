"""One task from end to end: proof, accuracy, memory, speed, result."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from comparisons import machine, measure, memory_table, proofs
from comparisons.accuracy import compare_accuracy, reproduced
from comparisons.bench import roofline
from comparisons.environment import environment
from comparisons.evidence import STEPS
from comparisons.ladder import climb
from comparisons.pictures import Exhibits, picture, texts
from comparisons.racing import Budget
from comparisons.results import (
    Environment,
    Exhibit,
    Parity,
    Result,
    write_whole,
)
from comparisons.side import Split, write_more, write_split
from comparisons.task import Task
from comparisons.worker import (
    SIDES,
    Name,
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
    kinds: tuple[str, ...] = ("train", "predict")  # of work that is timed
    seconds: float = 6.0  # for each of them
    cost: bool = False  # count a step, and measure the machine's ceilings
    repeats: int = 1  # fresh processes that memory and speed are taken of
    fresh: bool = False  # prove anew what was proven before

    def asked(self, settings: Settings) -> dict[str, str]:
        """Return the question that a proof answers, but for the task."""
        return {
            "preset": self.preset,
            "data": self.data,
            "steps": str(self.steps),
            "backend": settings.backend,
            "device": settings.device,
            "threads": str(settings.threads),
        }


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
    # Of what stands there before anything is loaded.
    entry = proofs.Entry(task, request.asked(settings), settings)
    proof = None if request.fresh else entry.read()
    say("loading data")
    with (
        loaded(task, request, config) as (train, test, baseline),
        ExitStack() as stack,
    ):
        # Only now wait for the imports of both sides.
        made_with = environment(task, keras, torch, settings)
        fresh: list[tuple[Side, Side]] = []
        if request.accuracy or request.speed:
            # Memory and speed are those of processes that did nothing before.
            # They are started where a side waits for the other.
            fresh = [
                stack.enter_context(both_sides(settings))
                for _ in range(request.repeats)
            ]
            begun = [
                memory_table.begin(pair, task, config, train) for pair in fresh
            ]
        if proof:
            parity = proof.told()
        else:
            say("climbing the ladder")
            parity = climb(
                keras, torch, task, config, train, test, request.steps
            )
            if request.preset == "quick":
                climb_variants(task, request, keras, torch, parity, say)
        samples = {"train": train.samples or 0, "test": test.samples or 0}
        result = of_proof(task, request, samples, made_with, parity)
        entry.write(result)
        if not fresh:
            return result
        picture_path = earlier and earlier.with_name(f"{task.stem}_exhibit.png")
        if request.accuracy:
            result.accuracy, shown = compare_accuracy(
                task, request.seeds or task.seeds, keras, torch, config,
                train, test, baseline, say,
            )  # fmt: skip
            result.exhibit = show(shown, picture_path)
            result.accuracy.reproduced = reproduced(result, earlier)
        say("measuring memory")
        result.memory = memory_table.memory_of(begun)
        if request.speed and parity.passed:
            say("measuring speed")
            starts: list[dict[Name, Side]] = [
                dict(zip(SIDES, pair, strict=True)) for pair in fresh
            ]
            for side in chain.from_iterable(fresh):
                side.doing = "measuring speed"
            result.machine = machine.before()
            result.throughput = measure.throughput(
                starts,
                {"keras": task.keras, "torch": task.torch},
                config,
                train,
                test,
                Budget(most_s=request.seconds),
                # The fresh ones were imported while others were at work.
                {s.name: s.facts()["import_s"] for s in (keras, torch)},
                request.kinds,
            )
            if request.cost:
                say("counting a step, measuring the machine")
                result.cost = roofline.cost_of(
                    task, config, starts[0], train, result.throughput
                )
            result.machine.load_after = machine.load()
        return result


def kept(task: Task, request: Request, settings: Settings) -> Result | None:
    """Return the result of a proof that is kept, if no more is asked for.

    It takes no side and no data.
    """
    if request.fresh or request.accuracy or request.speed:
        return None
    proof = proofs.Entry(task, request.asked(settings), settings).read()
    if proof is None:
        return None
    return of_proof(
        task, request, proof.samples, proof.environment, proof.told()
    )


def of_proof(
    task: Task,
    request: Request,
    samples: dict[str, int],
    made_with: Environment,
    parity: Parity,
) -> Result:
    """Return the result of a proof, to which more may be added."""
    return Result(
        task=task.stem,
        chapter=task.chapter,
        section=task.section,
        title=task.title,
        preset=request.preset,
        data=request.data,
        samples=samples,
        environment=made_with,
        parity=parity,
    )


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


def show(shown: Exhibits, path: Path | None) -> Exhibit | None:
    """Draw what the halves show, if there is a folder to draw into."""
    if not any(shown.values()):
        return None
    png = picture(shown)
    if png and path:
        write_whole(path, png)
    return Exhibit(picture=bool(png and path), texts=texts(shown))
