"""The options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Preset(StrEnum):
    quick = "quick"
    book = "book"


class DataChoice(StrEnum):
    bundled = "bundled"
    book = "book"


class Backend(StrEnum):
    tensorflow = "tensorflow"
    torch = "torch"
    jax = "jax"


class Half(StrEnum):
    keras = "keras"
    torch = "torch"


class Device(StrEnum):
    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


Names = Annotated[
    list[str], typer.Argument(metavar="TASK|chapterN|all", show_default=False)
]
PresetOption = Annotated[Preset, typer.Option(help="Budget of a training.")]
DataOption = Annotated[
    DataChoice, typer.Option(help="Data from pip, or the textbook's own.")
]
BackendOption = Annotated[
    Backend, typer.Option(help="Engine of the Keras half.")
]
DeviceOption = Annotated[Device, typer.Option(help="Where both halves run.")]
OutOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder for the results; if not said, results or results/bench, "
        "and in it one for an engine that is not TensorFlow."
    ),
]
StepsOption = Annotated[
    str,
    typer.Option(
        metavar="N|full",
        help="Training steps of the proof; full trains to the end.",
    ),
]
ModesOption = Annotated[
    str | None,
    typer.Option(
        metavar="all|MODE,…",
        help="What each way to run a half buys, and whether it agrees.",
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        metavar="idioms",
        help="Race halves against the loop that is written first.",
    ),
]
ScaleOption = Annotated[
    bool, typer.Option("--scale", help="More samples, larger batches.")
]
SecondsOption = Annotated[
    float, typer.Option(min=0.1, help="Budget of each race.")
]
RepeatsOption = Annotated[
    int,
    typer.Option(
        min=1, max=100, help="Starts of both processes that are measured."
    ),
]
DedicatedOption = Annotated[
    bool | None,
    typer.Option(
        "--dedicated/--shared",
        help="Whether OpenMP's threads may spin while they wait, as nobody "
        "else uses the machine; if not said, a second of it tells.",
        show_default=False,
    ),
]
FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="Prove anew, whatever was proven before."),
]
