"""The rungs that compute: what each compares, and where it begins."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from comparisons.proof.distance import (
    FLOORS,
    TOLERANCES,
    Comparison,
    broken,
    difference,
    rung,
)
from comparisons.proof.evidence import STEPS, Evidence, Failure
from comparisons.proof.settings import counted
from comparisons.results import Lane, Rung
from comparisons.sides.wire import State
from comparisons.task import Task
from comparisons.weights import Layer, torch_to_keras


def forward(
    task: Task, layers: Sequence[Layer], dtype: str, *halves: Evidence
) -> Rung:
    """Compare every named layer on the way, then predictions and scores."""
    keras, torch = halves
    key = f"forward {dtype}"
    ours, theirs, moved = keras[key], torch[key], torch[f"{key}, moved"]
    failed = broken("forward", dtype, ours, theirs, moved)
    if failed:
        return failed
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
        lane="aligned" if theirs["aligned"] else "native",
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
    key = "exhibit float64"
    ours, theirs = keras.get(key), torch.get(key)
    if not ours and not theirs:
        return []
    failed = broken("exhibit", "float64", ours, theirs)
    if failed:
        return [failed]
    compared = Comparison.of(ours or {}, theirs or {}, FLOORS["float64"])
    return [allowed(task, "exhibit", compared, dtype="float64")]


def flat_outputs(
    layers: Sequence[Layer], evidence: Evidence, like: Evidence
) -> dict[str, Any]:
    """Return outputs by layer, a recurrent one's in the shape Keras gives."""
    flat: dict[str, Any] = {}
    outputs = evidence["layers"]
    for layer in layers:
        shape = np.shape(like["layers"].get(layer.name))
        ways = ("", ":last", ":sum", ":last sum")  # of a recurrent layer
        for name in (layer.name + way for way in ways):
            if name in outputs and (
                layer.name not in flat or np.shape(outputs[name]) == shape
            ):
                flat[layer.name] = outputs[name]
    flat["predictions"] = evidence["predictions"]
    return flat | {f"score {k}": v for k, v in evidence["scores"].items()}


def gradients(
    task: Task, layers: Sequence[Layer], dtype: str, *halves: Evidence
) -> Rung:
    """Compare the first step's loss and every weight's gradient."""
    keras, torch = halves
    key = f"training {dtype}"
    evidence = [keras[key], torch[key], torch[f"{key}, moved"]]
    failed = broken("gradients", dtype, *evidence)
    if failed:
        return failed
    seen = evidence[0]["losses"] is not None
    kept = [
        ({"loss": e["losses"][:1]} if seen else {})
        | in_keras(layers, e["gradients"], i > 0)
        for i, e in enumerate(evidence)
    ]
    for name in task.zero_gradient:  # rounding alone; `trained` checks that
        for side in kept:
            side.pop(name, None)
    floor = FLOORS[dtype] * 1e-3  # gradients are that much smaller
    forward = torch[f"forward {dtype}"]
    closed = isinstance(forward, dict) and forward["aligned"]
    return allowed(
        task,
        "gradients",
        Comparison.of(kept[0], kept[1], floor),
        dtype=dtype,
        lane="aligned" if closed else "native",
        noise=Comparison.of(kept[1], kept[2], floor),
    )


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
    ours, moved = keras["training float64"], torch["training float64, moved"]
    aligned = torch["training float64"]
    rungs = []
    seen = isinstance(ours, dict) and ours["losses"] is not None
    parts = [("step", "after_one"), ("trajectory", "final")]
    if full:
        parts[1:] = [("whole run", "final")]
    if full and seen:
        parts.insert(1, ("trajectory", "first_losses"))
    lanes: dict[Lane, Any] = {"aligned": aligned}
    if not full:
        lanes = {"native": torch["native training"], **lanes}
    for lane, theirs in lanes.items():
        failed = broken(parts[-1][0], "float64", ours, theirs, moved)
        if failed:
            rungs.append(failed)
            continue
        undeclared = set(theirs["aligned"]) - set(task.differences)
        for name, part in parts:
            each = lane == "aligned"
            noise = trained(task, layers, (aligned, moved), part, each)
            tolerance = TOLERANCES[name, "float64"]
            if lane == "native" and aligned["aligned"]:
                tolerance = task.native_bounds.get(name, tolerance)
            else:
                tolerance = task.tolerances.get(name, tolerance)
            steps = 0
            if name == "whole run" and seen and chaotic(noise, tolerance):
                steps = steps_together(aligned["losses"], moved["losses"])
            compared = trained(task, layers, (ours, theirs), part, each, steps)
            if undeclared:
                compared = Comparison(
                    (("the row in tasks.py", math.inf),),
                    f"does not name {', '.join(sorted(undeclared))}, which "
                    "the aligned lane had to close",
                )
            climbed = rung(name, compared, tolerance, lane=lane, noise=noise)
            if climbed.passed and lane == "aligned" and name in task.tolerances:
                climbed.detail = (
                    f"{tolerance:g} is enough: {task.tolerances_why}"
                )
            climbed.compared_steps = steps or None
            if climbed.passed and steps:
                climbed.detail = (
                    f"compared for {steps} of {len(ours['losses'])} steps: "
                    "from there on PyTorch, moved by one unit in the last "
                    "place, leaves itself"
                )
            rungs.append(climbed)
    return rungs


def chaotic(noise: Comparison, tolerance: float) -> bool:
    """Whether a half leaves itself: then no other could stay beside it.

    A run that ends in no number is not chaotic, but wrong.
    """
    return tolerance < noise.largest < math.inf


def steps_together(losses: Any, moved: Any) -> int:
    """Return after how many steps a run and the same run, moved, part.

    0 if they never do, or do not tell their losses: then nothing excuses the
    end of the run. Two frameworks round differently in every step, and part
    sooner than a run that was moved once: a thousandth of the tolerance is
    the limit.
    """
    limit = TOLERANCES["whole run", "float64"] / 1000
    if losses is None or moved is None:
        return 0
    for step, (one, other) in enumerate(zip(losses, moved, strict=True)):
        if not difference(one, other, FLOORS["float64"]) <= limit:
            return step
    return 0


def trained(
    task: Task,
    layers: Sequence[Layer],
    runs: tuple[Evidence, Evidence],
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
    seen = all(run["losses"] is not None for run in runs)
    for run in runs:
        of_torch = run["side"] == "torch"
        state = {}
        if part != "first_losses" and not steps:
            state = in_keras(layers, run[part], of_torch)
        still = in_keras(layers, run["gradients"], of_torch)
        # One that is absent is told by the rung of gradients.
        for name in still.keys() & set(task.zero_gradient):
            if np.abs(still[name]).max() > 1e-12:
                return Comparison(
                    ((name, math.inf),), f"{name} has a gradient after all"
                )
        upto = {"after_one": 1, "first_losses": STEPS}.get(part, steps or None)
        losses = run["losses"][:upto] if seen else []
        named = {"mean loss": np.mean(losses)} if seen else {}
        if each_loss:
            named = {f"loss of step {i}": x for i, x in enumerate(losses, 1)}
            if part == "final" and not steps:
                named["losses that train returns"] = run["epoch_losses"]
        weights = {
            n: w for n, w in state.items() if n not in task.zero_gradient
        }
        kept.append(named | weights)
    return Comparison.of(kept[0], kept[1], FLOORS["float64"])


def round_trip(replay: State | Failure, torch: State) -> Rung:
    """Compare the bits of weights before and after their way by Keras."""
    failed = broken("round trip", "float32", replay)
    if failed or isinstance(replay, Failure):
        assert failed is not None
        return failed
    changed = [
        name
        for name in {**torch, **replay}
        if name not in replay
        or name not in torch
        or replay[name].tobytes() != torch[name].tobytes()
    ]
    worst = changed[0] if changed else ""
    detail = f"changed on the way: {', '.join(changed)}" if changed else ""
    return counted("round trip", "float32", len(changed), worst, detail)
