"""The command line: `python -m comparisons --help`.

Exit status: 0 all held, 1 a pair failed, 2 the request was wrong or could
not be met, 130 interrupted. Finished results are never lost.
"""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.markup import escape
from typer.exceptions import TyperException

from comparisons import differences as atlas
from comparisons import listing, terminal
from comparisons import report as reports
from comparisons.bench import command, overview
from comparisons.environment import ROOT
from comparisons.evidence import STEPS
from comparisons.experiment import Request, kept, run_task
from comparisons.measure import KINDS
from comparisons.options import (
    AgainstOption,
    Backend,
    BackendOption,
    DataChoice,
    DataOption,
    Device,
    DeviceOption,
    FreshOption,
    ModesOption,
    Names,
    OutOption,
    Preset,
    PresetOption,
    RepeatsOption,
    ScaleOption,
    SecondsOption,
    StepsOption,
)
from comparisons.overhead import program_began, spent
from comparisons.results import Overhead, Result, read_results
from comparisons.selection import select, suited
from comparisons.task import Task
from comparisons.tasks import TASKS
from comparisons.worker import HalfFailed, RequestError, Settings, Sides
from shared_data import DataError

app = typer.Typer(
    help=__doc__.split("\n\n")[0] if __doc__ else None,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
# A log has no width of its own: give tables room there.
WIDTH = None if sys.stdout.isatty() else 160
console = Console(highlight=False, width=WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

COMMITTED = ROOT / "comparisons" / "results"


@app.command("list")
def list_tasks(
    as_json: Annotated[bool, typer.Option("--json")] = False,
    schema: Annotated[
        bool, typer.Option("--schema", help="JSON Schema of a result.")
    ] = False,
) -> None:
    """Show every task, how it is scored and how close is close enough."""
    if schema:
        print(json.dumps(Result.model_json_schema(), indent=1))
        return
    if as_json:
        rows = listing.rows(TASKS)
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    console.print(listing.table_of_tasks(TASKS))


@app.command()
def verify(
    names: Names,
    steps: StepsOption = str(STEPS),
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
    backend: BackendOption = Backend.tensorflow,
    device: DeviceOption = Device.auto,
    fresh: FreshOption = False,
) -> None:
    """Climb the ladder alone; exit with 1 when a rung fails."""
    request = Request(
        preset.value, data.value, 0, to_steps(steps), False, False, fresh=fresh
    )

    def show(result: Result) -> None:
        console.print(terminal.ladder_table(result))
        for line in terminal.proof_lines(result):
            console.print(f"  {escape(line)}")
        console.print()

    def conclude(results: list[Result]) -> None:
        for line in terminal.summary(results):
            console.print(escape(line))

    settings = to_settings(backend, device)
    perform(names, request, settings, None, show, conclude)


@app.command()
def run(
    names: Names,
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    backend: BackendOption = Backend.tensorflow,
    device: DeviceOption = Device.auto,
    out: OutOption = Path("results"),
    steps: StepsOption = str(STEPS),
    repeats: RepeatsOption = 1,
    fresh: FreshOption = False,
) -> None:
    """Prove, train, compare accuracy, speed and memory, and report."""
    request = Request(
        preset.value,
        data.value,
        seeds,
        to_steps(steps),
        repeats=repeats,
        fresh=fresh,
    )
    perform(names, request, to_settings(backend, device), out, None)


@app.command()
def bench(
    names: Names,
    modes: ModesOption = None,
    against: AgainstOption = None,
    scale: ScaleOption = False,
    seconds: SecondsOption = 6.0,
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
    backend: BackendOption = Backend.tensorflow,
    device: DeviceOption = Device.auto,
    out: OutOption = Path("results/bench"),
    repeats: RepeatsOption = 3,
    fresh: FreshOption = False,
) -> None:
    """Measure speed and memory of pairs that are proven first.

    With --modes, --against or --scale, one such study of each pair instead.
    """
    with one_line():
        asked = command.wanted(modes, against, scale, seconds)
    settings = to_settings(backend, device)
    request = Request(
        preset.value, data.value, 0, accuracy=False,
        speed=asked is None, kinds=KINDS, seconds=seconds, cost=True,
        repeats=repeats, fresh=fresh,
    )  # fmt: skip

    def conclude(results: list[Result]) -> None:
        for path in overview.write(results, out):
            console.print(f"wrote {path}")

    def study(task: Task, proven: Result) -> None:
        assert asked is not None
        with progress(task.stem) as say:
            found, grid = command.study(
                task, proven, request, settings, asked, say
            )
        path = command.write(found, grid, out)
        console.print(grid.shown())
        console.print(f"report {path}\n")

    if asked is None:
        perform(names, request, settings, out, None, conclude)
    else:
        perform(names, request, settings, out, study=study)


@app.command()
def report(
    results: Annotated[
        Path, typer.Option(help="Folder of finished results.")
    ] = COMMITTED,
    out: OutOption = Path("results"),
    readme: Annotated[
        bool, typer.Option("--readme", help="Rewrite the README's table.")
    ] = False,
) -> None:
    """Write Markdown, curves and an overview from finished results."""
    with one_line():
        found = read_results(results)
        if not found:
            raise RequestError(
                f"received {results}, which holds no chapter*.json; expected "
                "a folder that `python -m comparisons run` has written"
            )
        reports.write_all(found, results, out, readme)
        console.print(f"wrote {len(found)} reports and {out / 'report.md'}")


@app.command()
def differences(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME")] = None,
) -> None:
    """List the differences that the pairs meet, or read some of them."""
    with one_line():
        chosen = [atlas.difference(name) for name in names or atlas.names()]
        if not names:
            console.print(listing.table_of_differences(chosen))
            return
        for entry in chosen:
            for line in listing.difference_lines(entry):
                console.print(line)


# === Doing it ===============================================================


def perform(
    names: list[str],
    request: Request,
    settings: Settings,
    out: Path | None,
    show: Callable[[Result], None] | None = None,
    conclude: Callable[[list[Result]], None] = lambda _: None,
    study: Callable[[Task, Result], None] | None = None,
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
                    study(task, result)
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
def progress(name: str) -> Iterator[Callable[[str], None]]:
    """Yield what to tell of the work: a spinner, or plain lines in a log."""
    if console.is_terminal:
        with console.status(name) as status:
            yield lambda text: status.update(f"{name}: {text}")
    else:
        yield lambda text: console.print(f"{name}: {text}")


def to_steps(text: str) -> int | Literal["full"]:
    if text == "full":
        return "full"
    if text.isdecimal() and int(text) > 0:
        return int(text)
    complain(f"received --steps {text!r}; expected a number above 0, or full")
    raise typer.Exit(2)


def to_settings(backend: Backend, device: Device) -> Settings:
    python = os.environ.get("KERAS_PYTHON", sys.executable)
    if not installed(backend.value, python):
        from_where = backend.value
        if backend is Backend.jax:
            from_where = "--requirement requirements-jax.lock"
        complain(
            f"received --backend {backend.value}; expected an installed "
            f"engine; run `{python} -m pip install {from_where}`"
        )
        raise typer.Exit(2)
    return replace(Settings(), backend=backend.value, device=device.value)


def installed(engine: str, python: str) -> bool:
    """Whether the interpreter of the Keras half finds its engine."""
    if python == sys.executable:
        return importlib.util.find_spec(engine) is not None
    if shutil.which(python) is None:
        return True  # that there is no interpreter is told by its side
    ask = f"import importlib.util as u; exit(u.find_spec({engine!r}) is None)"
    return subprocess.run([python, "-c", ask]).returncode == 0


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


def leave(signum: int, _: Any) -> None:
    complain(
        f"ended by {signal.Signals(signum).name}; finished results are kept"
    )
    sys.exit(128 + signum)


def main() -> None:
    """Run the command line, with one line for whatever it cannot accept."""
    signal.signal(signal.SIGTERM, leave)
    arguments = sys.argv[1:] or ["--help"]
    try:
        status = app(arguments, standalone_mode=False)
    except TyperException as error:
        text = " ".join(error.format_message().split()).rstrip(".")
        complain(f"{text}. Try `python -m comparisons --help`.")
        status = 2
    sys.exit(status)


if __name__ == "__main__":
    main()
