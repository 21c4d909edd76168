"""Tasks from end to end: proof, accuracy, memory, speed, result."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import typer
from rich.markup import escape

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
from comparisons.report import markdown, terminal
from comparisons.report.pictures import picture, texts
from comparisons.request import Request, loaded, select, suited
from comparisons.results import Environment, Exhibit, Parity, Result
from comparisons.sides.process import Settings, Side, Sides, both_sides
from comparisons.sides.wire import Exhibits
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
    """Do all that is asked for one task.

    `earlier` is where the last result lies: the same code on the same machine
    must repeat its scores to the bit. `say` is told what happens.
    """
    config = task.config(request.preset)
    # Of what stands there before anything is loaded.
    entry = cache.Entry(task, request.asked(settings), settings)
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
            begun = [memory.begin(pair, task, config, train) for pair in fresh]
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
        result.memory = memory.memory_of(begun)
        if request.speed and parity.passed:
            say("measuring speed")
            starts: list[dict[Name, Side]] = [
                dict(zip(SIDES, pair, strict=True)) for pair in fresh
            ]
            for side in chain.from_iterable(fresh):
                side.doing = "measuring speed"
            result.machine = machine.before()
            result.throughput = throughput.throughput(
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
    proof = cache.Entry(task, request.asked(settings), settings).read()
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


def perform(
    names: list[str],
    request: Request,
    settings: Settings,
    out: Path | None,
    show: Callable[[Result], None] | None = None,
    conclude: Callable[[list[Result]], None] = lambda _: None,
    study: Callable[[Task], None] | None = None,
) -> None:
    """Run tasks one after the other and exit with the right status.

    A `study` takes the place of a task's report, once the pair is proven.
    """
    began = time.monotonic()
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
                if study and result.parity.passed:
                    study(task)
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
            if show:
                show(result)
            elif study is None or not result.parity.passed:
                path = markdown.write(result, out) if out else None
                console.print(terminal.block(result, path))
                console.print()
        conclude(done)
        sides.close()
        if done:
            took = time.monotonic() - began
            line = f"{' '.join(names)}: {took:.0f} s"
            console.print(escape(line), soft_wrap=True)
        if unmet:
            raise typer.Exit(2)
        if failed:
            raise typer.Exit(1)


def one_task(
    task: Task, request: Request, sides: Sides, out: Path | None
) -> Result:
    """Run a task on both sides; on none where its proof is kept."""
    earlier = out / f"{task.stem}.json" if out else None
    result = kept(task, request, sides.settings)
    result = result or on_sides(task, request, sides, earlier)
    return result


def on_sides(
    task: Task, request: Request, sides: Sides, earlier: Path | None
) -> Result:
    settings = sides.settings
    with progress(task.stem) as say, sides.lent() as (keras, torch):
        if settings.device == "cuda" and any(
            side.facts()["device"] != "cuda" for side in (keras, torch)
        ):
            raise RequestError(
                "received --device cuda; expected a CUDA device that both "
                "frameworks see; use --device cpu here"
            )
        return run_task(task, request, keras, torch, settings, earlier, say)
