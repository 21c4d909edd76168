"""The rungs that compute: what each compares, and where it begins."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from comparisons.proof.distance import (
    FLOORS,
    TOLERANCES,
    Broken,
    Comparison,
    difference,
    rung,
    whole,
)
from comparisons.proof.evidence import STEPS, Evidence, Failure
from comparisons.proof.settings import counted
from comparisons.results import Lane, Rung
from comparisons.sides.wire import Outputs, Recording, State
from comparisons.task import Task
from comparisons.weights import Layer, torch_to_keras


def forward(
    task: Task,
    layers: Sequence[Layer],
    dtype: str,
    keras: Evidence,
    torch: Evidence,
) -> Rung:
    """Compare every named layer on the way, then predictions and scores."""
    ours, theirs, moved = whole(
        "forward",
        dtype,
        keras.forward(dtype),
        torch.forward(dtype),
        torch.forward(dtype, moved=True),
    )
    kept = [
        flat_outputs(layers, evidence, ours)
        for evidence in (ours, theirs, moved)
    ]
    floor = FLOORS[dtype]
    return allowed(
        task,
        "forward",
        Comparison.of(kept[0], kept[1], floor),
        dtype=dtype,
        lane="aligned" if theirs.aligned else "native",
        noise=Comparison.of(kept[1], kept[2], floor),
    )


def allowed(
    task: Task, name: str, compared: Comparison, dtype: str, **rest: Any
) -> Rung:
    """Return a rung with the tolerance of the table or of the task's row."""
    key = name if dtype == "float64" else f"{name} {dtype}"
    tolerance = task.tolerances.get(key, TOLERANCES[name, dtype])
    climbed = rung(name, compared, tolerance, dtype=dtype, **rest)
    if climbed.passed and key in task.tolerances:
        climbed.detail = f"{tolerance:g} is enough: {task.tolerances_why}"
    return climbed


def exhibit(task: Task, keras: Evidence, torch: Evidence) -> list[Rung]:
    """Compare what both halves show of the same weights: pictures, texts."""
    shown = keras.exhibit(), torch.exhibit()
    if not any(shown):
        return []
    ours, theirs = whole("exhibit", "float64", *(one or {} for one in shown))
    compared = Comparison.of(ours, theirs, FLOORS["float64"])
    return [allowed(task, "exhibit", compared, dtype="float64")]


def flat_outputs(
    layers: Sequence[Layer], given: Outputs, like: Outputs
) -> dict[str, Any]:
    """Return outputs by layer, a recurrent one's in the shape Keras gives."""
    flat: dict[str, Any] = {}
    outputs = given.layers
    for layer in layers:
        shape = np.shape(like.layers.get(layer.name, 0))
        ways = ("", ":last", ":sum", ":last sum")  # of a recurrent layer
        for name in (layer.name + way for way in ways):
            if name in outputs and (
                layer.name not in flat or np.shape(outputs[name]) == shape
            ):
                flat[layer.name] = outputs[name]
    flat["predictions"] = given.predictions
    return flat | {f"score {k}": v for k, v in given.scores.items()}


def gradients(
    task: Task,
    layers: Sequence[Layer],
    dtype: str,
    keras: Evidence,
    torch: Evidence,
) -> Rung:
    """Compare the first step's loss and every weight's gradient."""
    runs = whole(
        "gradients",
        dtype,
        keras.training(dtype),
        torch.training(dtype),
        torch.training(dtype, moved=True),
    )
    seen = runs[0].losses is not None
    kept: list[dict[str, Any]] = []
    for run in runs:
        losses = {} if run.losses is None else {"loss": run.losses[:1]}
        kept.append((losses if seen else {}) | gradients_of(layers, run))
    for name in task.zero_gradient:  # rounding alone; `trained` checks that
        for side in kept:
            side.pop(name, None)
    floor = FLOORS[dtype] * 1e-3  # gradients are that much smaller
    predicted = torch.forward(dtype)
    closed = isinstance(predicted, Outputs) and predicted.aligned
    return allowed(
        task,
        "gradients",
        Comparison.of(kept[0], kept[1], floor),
        dtype=dtype,
        lane="aligned" if closed else "native",
        noise=Comparison.of(kept[1], kept[2], floor),
    )


def gradients_of(layers: Sequence[Layer], run: Recording) -> dict[str, Any]:
    """Return the first step's gradients by Keras name."""
    return in_keras(layers, run.gradients, run.side == "torch")


def in_keras(
    layers: Sequence[Layer], state: State, convert: bool = True
) -> dict[str, Any]:
    """Return weights or gradients by Keras name; those of neither are out."""
    return torch_to_keras(layers, state, partial=True) if convert else state


def training_rungs(
    task: Task,
    layers: Sequence[Layer],
    keras: Evidence,
    torch: Evidence,
    full: bool,
) -> list[Rung]:
    """Compare weights after one step and losses and weights after many.

    Once with PyTorch's own formulas, which must stay within the task's bound,
    and once with Keras' formulas in their place, which must be equal; a whole
    run only so.
    """
    ours, moved = keras.training("float64"), torch.training("float64", True)
    aligned = torch.training("float64")
    parts = [("step", "after_one"), ("trajectory", "final")]
    if full:
        parts[1:] = [("whole run", "final")]
        if isinstance(ours, Recording) and ours.losses is not None:
            parts.insert(1, ("trajectory", "first_losses"))
    lanes: dict[Lane, Recording | Failure] = {"aligned": aligned}
    if not full:
        lanes = {"native": torch.native(), **lanes}
    rungs = []
    for lane, theirs in lanes.items():
        try:
            runs = Runs(
                *whole(parts[-1][0], "float64", ours, theirs, aligned, moved)
            )
        except Broken as error:
            rungs.append(error.rung)
            continue
        rungs += [
            training_rung(task, layers, lane, name, part, runs)
            for name, part in parts
        ]
    return rungs


@dataclass(frozen=True)
class Runs:
    """The trainings that one lane compares.

    ours, theirs: Keras' and PyTorch's. aligned, moved: PyTorch's with Keras'
    formulas, and the same with weights that were moved: the noise floor.
    """

    ours: Recording
    theirs: Recording
    aligned: Recording
    moved: Recording


def training_rung(
    task: Task,
    layers: Sequence[Layer],
    lane: Lane,
    name: str,
    part: str,
    runs: Runs,
) -> Rung:
    """Compare one part of the trainings of a lane."""
    each = lane == "aligned"
    noise = trained(task, layers, (runs.aligned, runs.moved), part, each)
    tolerance = TOLERANCES[name, "float64"]
    if lane == "native" and runs.aligned.aligned:
        tolerance = task.native_bounds.get(name, tolerance)
    else:
        tolerance = task.tolerances.get(name, tolerance)
    steps = 0
    if name == "whole run" and chaotic(noise, tolerance):
        steps = steps_together(runs.ours, runs.aligned, runs.moved)
    both = runs.ours, runs.theirs
    compared = trained(task, layers, both, part, each, steps)
    undeclared = set(runs.theirs.aligned) - set(task.differences)
    if undeclared:
        compared = Comparison(
            (("the row in tasks.py", math.inf),),
            f"does not name {', '.join(sorted(undeclared))}, which "
            "the aligned lane had to close",
        )
    climbed = rung(name, compared, tolerance, lane=lane, noise=noise)
    if climbed.passed and lane == "aligned" and name in task.tolerances:
        climbed.detail = f"{tolerance:g} is enough: {task.tolerances_why}"
    climbed.compared_steps = steps or None
    if climbed.passed and steps and runs.ours.losses is not None:
        climbed.detail = (
            f"compared for {steps} of {len(runs.ours.losses)} steps: "
            "from there on PyTorch, moved by one unit in the last "
            "place, leaves itself"
        )
    return climbed


def chaotic(noise: Comparison, tolerance: float) -> bool:
    """Whether a half leaves itself: then no other could stay beside it.

    A run that ends in no number is not chaotic, but wrong.
    """
    return tolerance < noise.largest < math.inf


def steps_together(
    ours: Recording, aligned: Recording, moved: Recording
) -> int:
    """Return after how many steps a run and the same run, moved, part.

    0 if they never do, or if a half does not tell its losses: then nothing
    excuses the end of the run. Two frameworks round differently in every
    step, and part sooner than a run that was moved once: a thousandth of the
    tolerance is the limit.
    """
    one_run, other_run = aligned.losses, moved.losses
    if ours.losses is None or one_run is None or other_run is None:
        return 0
    limit = TOLERANCES["whole run", "float64"] / 1000
    pairs = zip(one_run, other_run, strict=True)
    for step, (one, other) in enumerate(pairs):
        if not difference(one, other, FLOORS["float64"]) <= limit:
            return step
    return 0


def trained(
    task: Task,
    layers: Sequence[Layer],
    runs: tuple[Recording, Recording],
    part: str,
    each_loss: bool,
    steps: int = 0,
) -> Comparison:
    """Compare two training runs: losses, then weights, both in Keras' names.

    `each_loss` compares the loss of every step; without it their mean, since
    unequal formulas soon meet each batch at another moment. Of a run that can
    be compared for so many `steps` alone, only their losses are.
    """
    kept: list[dict[str, Any]] = []
    seen = all(run.losses is not None for run in runs)
    for run in runs:
        state: dict[str, Any] = {}
        if part != "first_losses" and not steps:
            weights = run.after_one if part == "after_one" else run.final
            state = in_keras(layers, weights, run.side == "torch")
        still = gradients_of(layers, run)
        # One that is absent is told by the rung of gradients.
        for name in still.keys() & set(task.zero_gradient):
            if np.abs(still[name]).max() > 1e-12:
                return Comparison(
                    ((name, math.inf),), f"{name} has a gradient after all"
                )
        upto = {"after_one": 1, "first_losses": STEPS}.get(part, steps or None)
        losses = np.zeros(0)
        named: dict[str, Any] = {}
        if seen and run.losses is not None:
            losses = run.losses[:upto]
            named = {"mean loss": np.mean(losses)}
        if each_loss:
            named = {f"loss of step {i}": x for i, x in enumerate(losses, 1)}
            if part == "final" and not steps:
                named["losses that train returns"] = run.epoch_losses
        judged = {n: w for n, w in state.items() if n not in task.zero_gradient}
        kept.append(named | judged)
    return Comparison.of(kept[0], kept[1], FLOORS["float64"])


def round_trip(replay: State | Failure, drawn: State | Failure) -> Rung:
    """Compare the bits of weights before and after their way by Keras."""
    (back,) = whole("round trip", "float32", replay)
    (torch,) = whole("round trip", "float32", drawn)
    changed = [
        name
        for name in {**torch, **back}
        if name not in back
        or name not in torch
        or back[name].tobytes() != torch[name].tobytes()
    ]
    worst = changed[0] if changed else ""
    detail = f"changed on the way: {', '.join(changed)}" if changed else ""
    return counted("round trip", "float32", len(changed), worst, detail)
