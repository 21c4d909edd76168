"""The ladder for any two files: `python -m comparisons prove`.

What the book's pairs are judged by, a reader's own port is judged by too. A
rung for which a file has no functions is reported as not run.
"""

import ast
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from comparisons.common import HalfFailed, RequestError
from comparisons.differences import names as atlas
from comparisons.proof.evidence import STEPS, Evidence, Question
from comparisons.proof.ladder import Gathered, gather, judged
from comparisons.proof.rungs import flat_outputs, gradients_of
from comparisons.prove.diagnosis import fitting
from comparisons.prove.guests import Guest, GuestConfig
from comparisons.prove.pairing import Pair, Renamed, pairs_of
from comparisons.prove.symptoms import Symptom
from comparisons.results import Parity
from comparisons.sides.process import Side
from comparisons.sides.wire import (
    Description,
    Outputs,
    Recording,
    write_split,
)
from comparisons.task import Half, Task
from comparisons.weights import LayoutError
from shared_data import Arrays

TYPES = "float64", "float32"
TRAINING_RUNGS = "gradients", "step", "trajectory"


@dataclass(frozen=True)
class Strangers(Task):
    """A task of two files from elsewhere."""

    guests: tuple[Guest, Guest] = ()  # type: ignore[assignment]

    @property
    def keras(self) -> Half:
        return self.guests[0]

    @property
    def torch(self) -> Half:
        return self.guests[1]


@dataclass(frozen=True)
class Proof:
    """What the ladder found of two files.

    not_run: why, by rung. diverges: where they part first, and what fits.
    passing: shapes of layers that could not be compared on the way, by name.
    """

    parity: Parity
    not_run: dict[str, str]
    diverges: str
    symptoms: list[Symptom]
    zero_gradient: tuple[str, ...]
    passing: dict[str, str]


def prove(
    files: tuple[Path, Path],
    arrays: Arrays,
    trains: bool,
    sides: tuple[Side, Side],
    pairs: Sequence[Pair],
    folder: Path,
    steps: int = STEPS,
    left_out: Sequence[str] = (),
    channels_first: bool = False,
) -> Proof:
    """Climb the ladder with two files whose layers are paired.

    `arrays` hold at least two samples; `trains` says whether the rungs of
    training can be run, `left_out` which rungs are not to count.
    """
    task = task_of(files, channels_first, trains)
    config = config_of(len(arrays))
    train, test = (
        replace(write_split(arrays, folder, name), samples=len(arrays))
        for name in ("train", "test")
    )
    began = time.monotonic()
    keras, torch = sides
    speaking = Renamed(torch, pairs)
    # The harness' own loop shuffles when it is asked to: nobody asks it.
    tried = all(defines(file, "train") for file in files)
    try:
        gathered = gather(
            keras, speaking, task, config, train, test, steps, tried
        )
    except HalfFailed as error:
        raise RequestError(str(error)) from None
    gathered = of_their_own(gathered)
    gathered, passing = passing_shapes(gathered)
    still = without_gradient(gathered)
    task = replace(task, zero_gradient=still)
    parity = judged(task, gathered)
    parity.seconds = time.monotonic() - began
    parity.rungs = [r for r in parity.rungs if r.name not in left_out]
    parity.passed = all(rung.passed for rung in parity.rungs)
    failed = next((rung for rung in parity.rungs if not rung.passed), None)
    symptoms = fitting(failed, gathered) if failed else []
    why = "the files define no make_loss and make_optimizer, or there are no "
    not_run = dict.fromkeys(left_out, "left out, as asked")
    if not trains:
        not_run |= dict.fromkeys(TRAINING_RUNGS, f"{why}--targets")
    return Proof(
        parity,
        not_run,
        f"{failed.name} {failed.dtype}: {failed.detail}" if failed else "",
        symptoms,
        still,
        passing,
    )


def defines(path: Path, function: str) -> bool:
    """Whether a file defines a function at its top."""
    return any(
        isinstance(node, ast.FunctionDef) and node.name == function
        for node in ast.parse(path.read_text()).body
    )


def passing_shapes(gathered: Gathered) -> tuple[Gathered, dict[str, str]]:
    """Leave out layers that give other shapes, where all ends in the same.

    One half may crop in the layer and the other after it. What differs in the
    end is then told by a layer that can be compared. Returns what is left to
    compare, and both shapes by layer.
    """
    found: dict[str, str] = {}
    layers = gathered.keras.layers()
    for dtype in TYPES:
        runs = [e.forward(dtype) for e in (gathered.keras, gathered.torch)]
        given = [run for run in runs if isinstance(run, Outputs)]
        if len(given) < len(runs):
            return gathered, {}
        if len({np.shape(run.predictions) for run in given}) > 1:
            return gathered, {}
        ours, theirs = (flat_outputs(layers, run, given[0]) for run in given)
        for name in ours.keys() & theirs.keys() - {"predictions"}:
            shapes = np.shape(ours[name]), np.shape(theirs[name])
            if shapes[0] != shapes[1]:
                found[name] = f"{shapes[0]} and {shapes[1]}"
    keras, torch = (
        without(evidence, found)
        for evidence in (gathered.keras, gathered.torch)
    )
    return replace(gathered, keras=keras, torch=torch), found


def without(evidence: Evidence, names: Collection[str]) -> Evidence:
    """Return evidence without the outputs of some layers."""
    return evidence.replaced(
        {
            question: replace(
                answer,
                layers={
                    name: output
                    for name, output in answer.layers.items()
                    if name not in names
                },
            )
            for question, answer in evidence.answers.items()
            if isinstance(answer, Outputs)
        }
    )


def of_their_own(gathered: Gathered) -> Gathered:
    """Judge a loss of one's own by its values: it has no name in common."""
    both = [e.settings() for e in (gathered.keras, gathered.torch)]
    told = [one for one in both if isinstance(one, Description)]
    if len(told) < 2 or all(d.loss.get("name") != "its own" for d in told):
        return gathered
    keras, torch = (
        evidence.replaced({Question("settings"): replace(one, loss={})})
        for evidence, one in zip(
            (gathered.keras, gathered.torch), told, strict=True
        )
    )
    return replace(gathered, keras=keras, torch=torch)


def task_of(
    files: tuple[Path, Path], channels_first: bool, trains: bool
) -> Strangers:
    """Return the row that the ladder needs, with no bound to be excused by.

    PyTorch's own formulas are reported and not bounded: how far they lead is
    known of the book's tasks alone.
    """
    keras, torch = files
    return Strangers(
        stem="chapter0_guests",
        section="–",
        title=f"{keras.name} and {torch.name}",
        metric="none",
        margin=0.0,
        margin_why="nothing is trained to an end",
        answer="class",
        baseline_name="none",
        differences=tuple(atlas()),
        native_bounds={"step": np.inf, "trajectory": np.inf},
        trains=trains,
        guests=(
            Guest(keras.stem, keras.resolve(), "keras"),
            Guest(torch.stem, torch.resolve(), "torch", channels_first),
        ),
    )


def config_of(samples: int) -> GuestConfig:
    """Two batches an epoch, the second of which is not whole."""
    return GuestConfig(batch_size=max(1, samples // 2))


def described(
    files: tuple[Path, Path],
    sides: tuple[Side, Side],
    samples: int,
    channels_first: bool = False,
) -> tuple[Description, Description]:
    """Build both models; return what each side says of its own.

    Raises:
        RequestError: a file cannot be imported, or its model not be built.
    """
    task = task_of(files, channels_first, trains=False)
    asked = [
        side.submit("describe", half, config_of(samples), "float64")
        for side, half in zip(sides, task.guests, strict=True)
    ]
    try:
        found = [s.result(a) for s, a in zip(sides, asked, strict=True)]
    except HalfFailed as error:
        raise RequestError(str(error)) from None
    return found[0], found[1]


def paired(
    ours: Description, theirs: Description, given: Mapping[str, str]
) -> list[Pair]:
    return pairs_of(ours.layers, theirs.shapes, theirs.classes, given)


def without_gradient(gathered: Gathered) -> tuple[str, ...]:
    """Return weights whose gradient is rounding on both sides.

    Such as a bias before BatchNorm: the optimizer divides that noise by its
    own size, and the weights drift apart.
    """
    runs = [e.trial("training") for e in (gathered.keras, gathered.torch)]
    taken = [run for run in runs if isinstance(run, Recording)]
    if len(taken) < 2:
        return ()
    layers = gathered.keras.layers()
    try:
        ours, theirs = (gradients_of(layers, run) for run in taken)
    except LayoutError:
        return ()  # the settings rung says why
    return tuple(
        name
        for name in ours
        if name in theirs
        and max(np.abs(ours[name]).max(), np.abs(theirs[name]).max()) <= 1e-12
    )
