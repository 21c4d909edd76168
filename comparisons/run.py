"""Tasks from end to end: proof, accuracy, memory, speed, result."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import psutil
import typer
from rich.markup import escape

from comparisons import digests
from comparisons.checkout import COMMITTED
from comparisons.common import (
    SIDES,
    HalfFailed,
    Name,
    RequestError,
    write_whole,
)
from comparisons.console import Say, complain, console, one_line, progress
from comparisons.measure import machine, memory, roofline, throughput
from comparisons.measure.accuracy import compare_accuracy, reproduced
from comparisons.measure.machine import environment
from comparisons.measure.race import Budget
from comparisons.proof import cache
from comparisons.proof.ladder import climb
from comparisons.records import Environment, Exhibit
from comparisons.report import markdown, terminal
from comparisons.report.pictures import picture, texts
from comparisons.request import Request, loaded, select, suited
from comparisons.results import (
    AccuracySection,
    MemorySection,
    Parity,
    ProofSection,
    Result,
    Section,
    SpeedSection,
    StudySection,
    read_result,
    store,
)
from comparisons.sides.process import Settings, Side, Sides, both_sides
from comparisons.sides.wire import Exhibits, Split
from comparisons.task import Task
from shared_data import DataError


def run_task(
    task: Task,
    request: Request,
    keras: Side,
    torch: Side,
    settings: Settings,
    earlier: Path | None,
    say: Say,
) -> Result:
    """Make what is asked for of one task; return the sections made now.

    `earlier` is the path of the result's file, or None: the same code on the
    same machine must repeat its scores to the bit. `say` reports progress.
    """
    config = task.config(request.preset)
    # Read first: the key is of the sources as they are before the work.
    entry = cache.Entry(task, request.asked(settings), settings)
    proof = None if request.fresh else entry.read()
    say("loading data")
    with (
        loaded(task, request, config) as (train, test, baseline),
        ExitStack() as stack,
    ):
        # Only now wait for the imports of both sides.
        made_with = environment(
            digests.task_digest(task, request.preset), keras, torch, settings
        )
        section = section_of(request, made_with, train, test)
        fresh: list[tuple[Side, Side]] = []
        if request.makes("memory") or request.makes("speed"):
            # Memory and speed need processes that did nothing before. They
            # start while one side waits for the other.
            fresh = [
                stack.enter_context(both_sides(settings))
                for _ in range(request.repeats)
            ]
        begun = []
        if request.makes("memory"):
            begun = [memory.begin(pair, task, config, train) for pair in fresh]
        if proof:
            result = of_proof(task, proof.told())
        else:
            say("climbing the ladder")
            parity = climb(
                keras, torch, task, config, train, test, request.steps
            )
            if request.preset == "quick":
                climb_variants(task, request, keras, torch, parity, say)
            of_code = digests.proof_digest(task, request.preset)
            made = made_with.model_copy(update={"digest": of_code})
            parts = dict(section) | {"made_with": made} | dict(parity)
            result = of_proof(task, ProofSection(**parts))
        assert result.proof is not None
        entry.write(result.proof)
        if request.makes("accuracy"):
            accuracy, shown = compare_accuracy(
                task, request.seeds or task.seeds, keras, torch, config,
                train, test, baseline, say,
            )  # fmt: skip
            found = AccuracySection(**dict(section), **dict(accuracy))
            found.exhibit = show(shown, task, earlier)
            found.reproduced = reproduced(found, last(earlier, request))
            result.accuracy = {request.preset: found}
        if begun:
            say("measuring memory")
            peaks = memory.memory_of(begun)
            result.memory = [MemorySection(**dict(section), **dict(peaks))]
        if request.makes("speed") and result.passed:
            say("measuring speed")
            starts: list[dict[Name, Side]] = [
                dict(zip(SIDES, pair, strict=True)) for pair in fresh
            ]
            for side in chain.from_iterable(fresh):
                side.doing = "measuring speed"
            conditions = machine.before()
            speeds = throughput.throughput(
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
            one = SpeedSection(**dict(section), **dict(speeds))
            if request.cost:
                say("counting a step, measuring the machine")
                one.cost = roofline.cost_of(
                    task, config, starts[0], train, speeds
                )
            conditions.load_after = machine.load()
            one.conditions = conditions
            result.speed = [one]
        return result


def section_of(
    request: Request, made_with: Environment, train: Split, test: Split
) -> Section:
    """Return what all sections that are made now have in common."""
    return Section(
        made_with=made_with,
        preset=request.preset,
        data=request.data,
        samples={"train": train.samples or 0, "test": test.samples or 0},
    )


def last(path: Path | None, request: Request) -> AccuracySection | None:
    """Return the accuracy that the result's file has for this preset."""
    try:
        known = read_result(path) if path and path.exists() else None
    except RequestError:
        return None
    return known.accuracy.get(request.preset) if known else None


def kept(task: Task, request: Request, settings: Settings) -> Result | None:
    """Return the result of a proof that is kept, if no more is asked for.

    It needs no side and no data.
    """
    if request.fresh or set(request.sections) - {"proof"}:
        return None
    proof = cache.Entry(task, request.asked(settings), settings).read()
    return of_proof(task, proof.told()) if proof else None


def of_proof(task: Task, proof: ProofSection) -> Result:
    """Return the result of a proof, to which sections may be added."""
    return Result(
        task=task.stem,
        chapter=task.chapter,
        section=task.section,
        title=task.title,
        proof=proof,
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


def show(shown: Exhibits, task: Task, result: Path | None) -> Exhibit | None:
    """Draw what the halves show beside the result's file, if there is one."""
    if not any(shown.values()):
        return None
    drawn = picture(shown)
    if drawn and result:
        write_whole(result.with_name(f"{task.stem}_exhibit.webp"), drawn)
    return Exhibit(picture=bool(drawn and result), texts=texts(shown))


# === Several tasks ==========================================================


def perform(
    names: list[str],
    request: Request,
    settings: Settings,
    out: Path | None,
    show: Callable[[Result], None] | None = None,
    conclude: Callable[[list[Result]], None] = lambda _: None,
    study: Callable[[Task], StudySection] | None = None,
    verb: str = "run",
) -> None:
    """Run tasks one after the other and exit with the right status.

    Args:
        names: tasks, chapters or `all`.
        request: what to make of each task.
        settings: what the sides run on.
        out: folder for the results; None: nothing is written.
        show: prints a result; by default its block and where it lies.
        conclude: prints what follows from all results.
        study: makes a study of each pair once it is proven.
        verb: the command's name, for the line that gives the wall time.
    """
    with one_line(), Sides(settings) as sides:
        tasks, unmet = suited(select(names), settings.backend)
        if out is not None:
            markdown.make_folder(out)
        for line in unmet:
            complain(line)
        done: list[Result] = []
        failed = False
        for task in tasks:
            try:
                result = one_task(task, request, sides, out)
                if study and result.passed:
                    result.studies = [study(task)]
            except (RequestError, DataError) as error:
                # The other tasks may still succeed.
                unmet.append(f"{task.stem}: {error}")
                complain(unmet[-1])
                continue
            except HalfFailed as error:
                failed = True
                complain(f"{task.stem}: a half failed. {error}")
                continue
            failed = failed or not result.holds
            done.append(result)
            path = write(result, request, out) if out else None
            if show:
                show(result)
            else:
                console.print(terminal.block(result, path))
                console.print()
        conclude(done)
        sides.close()
        if done:
            # Python's start and the imports are time that a user waits too.
            seconds = time.time() - psutil.Process().create_time()
            line = f"{verb} {' '.join(names)}: {seconds:.0f} s"
            console.print(escape(line), soft_wrap=True)
        if unmet:
            raise typer.Exit(2)
        if failed:
            raise typer.Exit(1)


def write(result: Result, request: Request, folder: Path) -> Path:
    """Write the sections that were asked for, and the report of all.

    A proof that nobody asked for is written where there is none, or where it
    failed. Committed results keep no copy of the old file: git has it.
    """
    written = result.model_copy()
    if written.proof:
        # When it was made stands in the section itself.
        written.proof = written.proof.model_copy(update={"proven": None})
    path = folder / f"{result.task}.json"
    if not request.makes("proof") and result.passed and has_proof(path):
        written.proof = None
    keep = folder.resolve() != COMMITTED.resolve()
    return markdown.write(store(written, folder, keep), folder)


def has_proof(path: Path) -> bool:
    try:
        return path.exists() and read_result(path).proof is not None
    except RequestError:
        return False


def one_task(
    task: Task, request: Request, sides: Sides, out: Path | None
) -> Result:
    """Run a task on both sides; without them where its proof is kept."""
    result = kept(task, request, sides.settings)
    if result:
        return result
    settings = sides.settings
    path = out / f"{task.stem}.json" if out else None
    with progress(task.stem) as say, sides.lent() as (keras, torch):
        if settings.device == "cuda" and any(
            side.facts()["device"] != "cuda" for side in (keras, torch)
        ):
            raise RequestError(
                "received --device cuda; expected a CUDA device that both "
                "frameworks see; use --device cpu here"
            )
        return run_task(task, request, keras, torch, settings, path, say)
