"""Commands beyond the pairs' own runs: the atlas, a port, a proof of yours."""

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
        Path, typer.Option(metavar="NPZ", help="A batch as Keras takes it.")
    ],
    targets: Annotated[
        Path | None, typer.Option(metavar="NPZ", help="What it should give.")
    ] = None,
    names: Annotated[
        Path | None, typer.Option("--map", metavar="TOML", help="Layer names.")
    ] = None,
    save_map: Annotated[
        Path | None, typer.Option(metavar="TOML", help="Write the names down.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="The table of names is right.")
    ] = False,
    channels_first: Annotated[
        bool,
        typer.Option(
            "--channels-first", help="PyTorch gets channels in second place."
        ),
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(metavar="RUNG", help="A rung that shall not count."),
    ] = None,
    steps: Annotated[int, typer.Option(min=1, max=10_000)] = STEPS,
) -> None:
    """Climb the ladder with two files of your own: see docs/prove.md."""
    asked = proving.Asked(
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
    to: Annotated[Half, typer.Option(help="Whose file OUT is.")],
    preset: PresetOption = Preset.quick,
    data: DataOption = DataChoice.bundled,
) -> None:
    """Carry trained weights of a pair across, and verify the predictions."""
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
            f"{rung.name} {rung.dtype}: {rung.max_difference:.0e} apart on "
            f"held-out data, {rung.tolerance:.0e} allowed"
        )
    console.print(f"wrote {found.tensors} arrays to {found.path}")


def one_task_of(name: str) -> list[Task]:
    chosen = select([name])
    if len(chosen) != 1:
        raise RequestError(
            f"received --task {name}, which is {len(chosen)} tasks; expected "
            "one, as `python -m comparisons list` names them"
        )
    return chosen
