"""Climbs the ladder with any two files: `python -m comparisons prove`.

A reader's own port is judged by the same rungs as the book's pairs. A rung
whose functions a file does not define is reported as not run.
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
from comparisons.prove.pairing import LayerPair, Renamed, pairs_of
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
    """A task whose halves are a reader's own two files."""

    guests: tuple[Guest, Guest] = ()  # type: ignore[assignment]

    @property
    def keras(self) -> Half:
        return self.guests[0]

    @property
    def torch(self) -> Half:
        return self.guests[1]


@dataclass(frozen=True)
class FileProof:
    """What the ladder found in two files.

    Attributes:
        parity: every rung that ran.
        not_run: the reason, by the name of the rung.
        diverges: the first difference; empty if there is none.
        symptoms: what that difference looks like.
        zero_gradient: weights that no gradient reaches.
        passing: both shapes of layers that could not be compared, by name.
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
    pairs: Sequence[LayerPair],
    folder: Path,
    steps: int = STEPS,
    left_out: Sequence[str] = (),
    channels_first: bool = False,
) -> FileProof:
    """Climb the ladder with two files whose layers are paired.

    Args:
        files: the Keras file and the PyTorch file.
        arrays: at least two samples.
        trains: whether the training rungs can run.
        sides: the Keras side and the PyTorch side.
        pairs: of layers and modules.
        folder: where the arrays are written for both sides.
        steps: of the trajectory rung.
        left_out: names of rungs that do not count.
        channels_first: whether PyTorch gets the last axis in second place.

    Raises:
        RequestError: a file's own code fails.
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
    # The harness' own loop obeys `shuffle`: it need not be asked.
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
    return FileProof(
        parity,
        not_run,
        f"{failed.name} {failed.dtype}: {failed.detail}" if failed else "",
        symptoms,
        still,
        passing,
    )


def defines(path: Path, function: str) -> bool:
    """Whether a file defines a function at its top level."""
    return any(
        isinstance(node, ast.FunctionDef) and node.name == function
        for node in ast.parse(path.read_text()).body
    )


def passing_shapes(gathered: Gathered) -> tuple[Gathered, dict[str, str]]:
    """Remove layers whose outputs have unequal shapes from the evidence.

    One half may crop inside a layer and the other one after it. If both
    predictions have the same shape, an error still shows in a later layer.
    Returns what is left, and both shapes by the layer's name.
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
    """Judge a self-written loss by its values alone: it has no known name."""
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
    """Return the row of the table of tasks that the ladder needs.

    The native lane is reported and has no bound: how far it may drift is known
    only for the book's tasks.
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
    """Return settings whose batches hold half of the samples."""
    return GuestConfig(batch_size=max(1, samples // 2))


def described(
    files: tuple[Path, Path],
    sides: tuple[Side, Side],
    samples: int,
    channels_first: bool = False,
) -> tuple[Description, Description]:
    """Build both models; return what each side says of its own.

    Raises:
        RequestError: a file cannot be imported, or its model cannot be built.
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
) -> list[LayerPair]:
    return pairs_of(ours.layers, theirs.shapes, theirs.classes, given)


def without_gradient(gathered: Gathered) -> tuple[str, ...]:
    """Return weights whose gradient is nothing but rounding on both sides.

    An example is a bias before BatchNorm. The optimizer divides such noise by
    its own size, so that the weights drift apart.
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
