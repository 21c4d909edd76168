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
        help="Folder for the results; by default results, and for an engine "
        "that is not TensorFlow results/ENGINE."
    ),
]
OnlyOption = Annotated[
    str | None,
    typer.Option(
        metavar="SECTION,…",
        help="Write only some sections: proof, accuracy, memory, speed.",
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
        help="Race the modes of each half, and check that they agree.",
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        metavar="idioms",
        help="Race each half against the training loop written first.",
    ),
]
ScaleOption = Annotated[
    bool,
    typer.Option(
        "--scale", help="Measure how cost grows with samples and batch."
    ),
]
SecondsOption = Annotated[
    float, typer.Option(min=0.1, help="Seconds for each kind of work.")
]
RepeatsOption = Annotated[
    int,
    typer.Option(min=1, max=100, help="Launches of both processes to measure."),
]
DedicatedOption = Annotated[
    bool | None,
    typer.Option(
        "--dedicated/--shared",
        help="Whether waiting threads spin or sleep. By default they spin if "
        "nobody else uses the machine for one second.",
        show_default=False,
    ),
]
FreshOption = Annotated[
    bool,
    typer.Option("--fresh", help="Prove again what was proven before."),
]
