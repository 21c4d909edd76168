"""The commands for a reader's own files: `prove` and `port`."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from comparisons.common import RequestError
from comparisons.console import console, one_line, progress
from comparisons.options import (
    DataChoice,
    DataOption,
    Half,
    Preset,
    PresetOption,
)
from comparisons.proof.evidence import STEPS
from comparisons.prove import command as proving
from comparisons.prove import port as porting
from comparisons.request import select
from comparisons.sides.process import Settings, both_sides
from comparisons.task import Task

app = typer.Typer()


@app.command()
def prove(
    keras_file: Annotated[Path, typer.Argument(metavar="KERAS_FILE")],
    torch_file: Annotated[Path, typer.Argument(metavar="TORCH_FILE")],
    inputs: Annotated[
        Path, typer.Option(metavar="NPZ", help="Inputs of the Keras model.")
    ],
    targets: Annotated[
        Path | None, typer.Option(metavar="NPZ", help="Its targets.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--map", metavar="TOML", help="Layer names.")
    ] = None,
    save_map: Annotated[
        Path | None,
        typer.Option(metavar="TOML", help="Write the names to a file."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the table of names.")
    ] = False,
    channels_first: Annotated[
        bool,
        typer.Option(
            "--channels-first", help="Give PyTorch channels in second place."
        ),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="RUNG", help="A rung that does not count."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=10_000)] = STEPS,
) -> None:
    """Climb the ladder with two files of your own: see docs/prove.md."""
    asked = proving.ProveRequest(
        keras_file, torch_file, inputs, targets, names, save_map, yes,
        channels_first, tuple(without or ()), steps,
    )  # fmt: skip
    with one_line():
        proven = proving.run(asked, replace(Settings(), device="cpu"))
    if not proven:
        raise typer.Exit(1)


@app.command()
def port(
    source: Annotated[Path, typer.Argument(metavar="SOURCE")],
    out: Annotated[Path, typer.Argument(metavar="OUT")],
    task: Annotated[str, typer.Option(metavar="TASK")],
    to: Annotated[Half, typer.Option(help="The framework of OUT.")],
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
) -> None:
    """Carry trained weights to the other half; compare both predictions."""
    with one_line():
        (chosen,) = one_task_of(task)
        with (
            progress(chosen.stem) as say,
            both_sides(replace(Settings(), device="cpu")) as sides,
        ):
            say(f"carrying {source.name}")
            found = porting.port(
                source, chosen, to.value, out, sides, preset.value, data.value
            )
    for rung in found.rungs:
        console.print(
            f"{rung.name} {rung.dtype}: differs by {rung.max_difference:.0e} "
            f"on held-out data, tolerance {rung.tolerance:.0e}"
        )
    console.print(f"wrote {found.tensors} arrays to {found.path}")


def one_task_of(name: str) -> list[Task]:
    chosen = select([name])
    if len(chosen) != 1:
        raise RequestError(
            f"received --task {name}, which names {len(chosen)} tasks; "
            "expected one; see `python -m comparisons list`"
        )
    return chosen
