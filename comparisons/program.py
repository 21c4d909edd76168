"""Runs what the command line asks for, task by task, and says how it went."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from comparisons import report as reports
from comparisons import terminal
from comparisons.experiment import Request, Say, kept, run_task
from comparisons.overhead import program_began, spent
from comparisons.results import Overhead, Result
from comparisons.selection import select, suited
from comparisons.task import Task
from comparisons.worker import HalfFailed, RequestError, Settings, Sides
from shared_data import DataError

# A log has no width of its own: give tables room there.
WIDTH = None if sys.stdout.isatty() else 160
console = Console(highlight=False, width=WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


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
    with one_line(), Sides(settings) as sides:
        tasks, unmet = suited(select(names), settings.backend)
        if out is not None:
            reports.make_folder(out)
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
                path = reports.write(result, out) if out else None
                console.print(terminal.block(result, path))
                console.print()
        conclude(done)
        sides.close()
        if done:
            took = spent(program_began(), time.monotonic())
            line = terminal.time_spent(" ".join(names), took)
            console.print(escape(line), soft_wrap=True)
        if unmet:
            raise typer.Exit(2)
        if failed:
            raise typer.Exit(1)


def one_task(
    task: Task, request: Request, sides: Sides, out: Path | None
) -> Result:
    """Run a task on both sides; on none where its proof is kept."""
    began = time.monotonic()
    earlier = out / f"{task.stem}.json" if out else None
    result = kept(task, request, sides.settings)
    result = result or on_sides(task, request, sides, earlier)
    result.overhead = Overhead(**spent(began, time.monotonic()))
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


@contextmanager
def progress(name: str) -> Iterator[Say]:
    """Yield what to tell of the work: a spinner, or plain lines in a log."""
    if console.is_terminal:
        with console.status(name) as status:
            yield lambda text: status.update(f"{name}: {text}")
    else:
        yield lambda text: console.print(f"{name}: {text}")


def complain(text: str) -> None:
    errors.print(f"comparisons: {escape(text)}")


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what a person can do something about into one line and a status."""
    try:
        yield
    except (RequestError, DataError) as error:
        complain(str(error))
        raise typer.Exit(2) from None
    except OSError as error:
        where = f" at {error.filename}" if error.filename else ""
        complain(f"received {error.strerror or error}{where}; nothing is lost")
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        complain("interrupted; finished results are kept")
        raise typer.Exit(130) from None
