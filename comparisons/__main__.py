"""The command line: `python -m comparisons --help`.

Exit status: 0 all held, 1 a pair failed, 2 the request was wrong or could
not be met, 130 interrupted. Finished results are never lost.
"""

import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape
from typer.exceptions import TyperException

from comparisons.console import complain, console, one_line, progress
from comparisons.measure import bench as command
from comparisons.measure import machine
from comparisons.measure.throughput import KINDS
from comparisons.new import app as newcomers
from comparisons.options import (
    AgainstOption,
    Backend,
    BackendOption,
    DataChoice,
    DataOption,
    DedicatedOption,
    Device,
    DeviceOption,
    FreshOption,
    ModesOption,
    Names,
    OnlyOption,
    OutOption,
    Preset,
    PresetOption,
    RepeatsOption,
    ScaleOption,
    SecondsOption,
    StepsOption,
)
from comparisons.pages import app as pages
from comparisons.proof.evidence import STEPS
from comparisons.prove import app as reference
from comparisons.report import app as publishing
from comparisons.report import listing, terminal
from comparisons.request import Request, known_engine, sections
from comparisons.results import Result, StudySection
from comparisons.run import perform
from comparisons.sides.process import Settings
from comparisons.task import Task
from comparisons.tasks import TASKS

app = typer.Typer(
    help=__doc__.split("\n\n")[0] if __doc__ else None,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(reference.app)
app.add_typer(publishing.app)
app.add_typer(pages.app)
app.add_typer(newcomers.app)


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
    """Prove that both halves are the same model; exit with 1 if not."""
    request = Request(
        preset.value, data.value, None, to_steps(steps), ("proof",),
        fresh=fresh,
    )  # fmt: skip

    def show(result: Result) -> None:
        console.print(terminal.ladder_table(result))
        for line in terminal.proof_lines(result):
            console.print(f"  {escape(line)}")
        console.print()

    def conclude(results: list[Result]) -> None:
        for line in terminal.summary(results):
            console.print(escape(line))

    settings = to_settings(backend, device)
    perform(names, request, settings, None, show, conclude, verb="verify")


@app.command()
def run(
    names: Names,
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
    seeds: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    only: OnlyOption = None,
    backend: BackendOption = Backend.tensorflow,
    device: DeviceOption = Device.auto,
    out: OutOption = None,
    steps: StepsOption = str(STEPS),
    repeats: RepeatsOption = 1,
    dedicated: DedicatedOption = None,
    fresh: FreshOption = False,
) -> None:
    """Prove, train, compare accuracy, speed and memory, and report."""
    with one_line():
        chosen = sections(only)
    request = Request(
        preset.value, data.value, seeds, to_steps(steps), chosen,
        repeats=repeats, fresh=fresh,
    )  # fmt: skip
    settings = to_settings(backend, device, dedicated)
    perform(names, request, settings, out_of(out, settings))


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
    out: OutOption = None,
    repeats: RepeatsOption = 4,
    dedicated: DedicatedOption = None,
    fresh: FreshOption = False,
) -> None:
    """Measure speed and memory of pairs that are proven first.

    With --modes, --against or --scale, make one such study of each pair
    instead.
    """
    with one_line():
        asked = command.wanted(modes, against, scale, seconds)
    settings = to_settings(backend, device, dedicated)
    request = Request(
        preset.value, data.value,
        sections=() if asked else ("memory", "speed"),
        kinds=KINDS, seconds=seconds, cost=True, repeats=repeats, fresh=fresh,
    )  # fmt: skip

    def study(task: Task) -> StudySection:
        assert asked is not None
        with progress(task.stem) as say:
            return command.study(task, request, settings, asked, say)

    perform(
        names, request, settings, out_of(out, settings),
        study=study if asked else None, verb="bench",
    )  # fmt: skip


def to_steps(text: str) -> int | Literal["full"]:
    if text == "full":
        return "full"
    if text.isdecimal() and int(text) > 0:
        return int(text)
    complain(f"received --steps {text!r}; expected a number above 0, or full")
    raise typer.Exit(2)


def to_settings(
    backend: Backend, device: Device, dedicated: bool | None = False
) -> Settings:
    """Return what sides run on; `dedicated` None: if the machine is idle."""
    with one_line():
        engine = known_engine(backend.value)
    if dedicated is None:
        dedicated = machine.foreign_cores() <= machine.BUSY
    return Settings(engine, device.value, dedicated=dedicated)


def out_of(out: Path | None, settings: Settings) -> Path:
    """Return the folder for results; another engine has one of its own.

    A proof and its scores are those of one engine.
    """
    if out is not None:
        return out
    usual_engine = settings.backend == Settings().backend
    return (
        Path("results") if usual_engine else Path("results", settings.backend)
    )


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
