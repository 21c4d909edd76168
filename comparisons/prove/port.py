"""Carries trained weights from one half of a pair to the other.

Command: `python -m comparisons port`. The half's own code builds the model,
and the file gives only weights: no code or model from a .keras file is run.
Predictions on real data then show whether both halves are the same model.
"""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from comparisons.common import HalfFailed, Name, RequestError
from comparisons.proof.distance import Broken
from comparisons.proof.evidence import (
    HELD_OUT,
    Evidence,
    Failure,
    Question,
    one_ulp_away,
)
from comparisons.proof.rungs import forward
from comparisons.request import Request, loaded
from comparisons.results import Rung
from comparisons.sides.process import Side
from comparisons.sides.wire import Split, State
from comparisons.task import Task
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)

SUFFIXES: dict[Name, tuple[str, ...]] = {
    "keras": (".keras", ".weights.h5"),
    "torch": (".safetensors",),
}


@dataclass(frozen=True)
class Ported:
    """What was written, and how much both halves' predictions differ."""

    path: Path
    tensors: int
    rungs: list[Rung]


def port(
    source: Path,
    task: Task,
    to: Name,
    out: Path,
    sides: tuple[Side, Side],
    preset: Literal["quick", "book"] = "quick",
    data: Literal["bundled", "book"] = "bundled",
) -> Ported:
    """Read weights of one framework, verify them, write them for the other.

    One of `source` and `out` is a `.keras` or `.weights.h5` file of the Keras
    half, the other one a `.safetensors` file of the PyTorch half's
    `state_dict()`. `out` is written only if both halves predict the same.

    Raises:
        RequestError: a file has another suffix, is missing or unreadable, or
            does not fit the task; `out` cannot be written; or the predictions
            differ.
    """
    of: Name = "keras" if to == "torch" else "torch"
    for path, name in ((source, of), (out, to)):
        if not path.name.endswith(SUFFIXES[name]):
            raise RequestError(
                f"received {path} and --to {to}; expected a file of "
                f"{' or '.join(SUFFIXES[name])} in its place"
            )
    if not source.is_file():
        raise RequestError(f"received {source}; expected a file that exists")
    if not out.absolute().parent.is_dir():
        raise RequestError(
            f"received {out}, whose folder does not exist; expected a folder "
            f"that exists; create it: mkdir -p {out.absolute().parent}"
        )
    keras, torch = sides
    keras.doing = torch.doing = f"carrying {source.name}"
    config = task.config(preset)
    try:
        layers = keras.call("describe", task.keras, config, "float32").layers
        shapes = torch.call("describe", task.torch, config, "float32").shapes
        if of == "keras":
            ours = keras.call("read_weights", task.keras, config, str(source))
            theirs = keras_to_torch(layers, ours, shapes)
        else:
            theirs = torch.call("read_weights", task.torch, config, str(source))
            ours = torch_to_keras(layers, theirs)
            # Keras has one bias: PyTorch's second one is added to it.
            theirs = keras_to_torch(layers, ours, shapes)
        with loaded(task, Request(preset, data), config) as (_, test, _):
            held_out = replace(test, samples=task.few or HELD_OUT)
            rungs = verified(task, layers, config, held_out, ours, theirs,
                             sides)  # fmt: skip
        failed = [rung.detail for rung in rungs if not rung.passed]
        if failed:
            raise RequestError(
                f"received {source}, with which the halves of {task.stem} "
                f"predict differently ({failed[0]}); expected equal "
                "predictions; nothing was written; run "
                f"`python -m comparisons verify {task.stem}`"
            )
    except (HalfFailed, LayoutError) as error:
        raise RequestError(
            f"received {source}, which does not fit {task.stem} with --preset "
            f"{preset}: {error}"
        ) from None
    side, half, weights = keras, task.keras, ours
    if to == "torch":
        side, half, weights = torch, task.torch, theirs
    suffix = next(s for s in SUFFIXES[to] if out.name.endswith(s))
    temporary = out.with_name(f".{out.name}.{os.getpid()}{suffix}")
    try:
        side.call("write_weights", half, config, weights, str(temporary))
        temporary.replace(out)
    except HalfFailed as error:
        raise RequestError(
            f"received {out} for {task.stem}, which could not be written: "
            f"{error}"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)
    return Ported(out, len(weights), rungs)


def verified(
    task: Task,
    layers: list[Layer],
    config: Any,
    test: Split,
    ours: State,
    theirs: State,
    sides: tuple[Side, Side],
) -> list[Rung]:
    """Run the forward rungs on held-out data with the trained weights.

    In float64 and float32: all layers and the predictions.
    """
    rungs = []
    for dtype in ("float64", "float32"):
        states = {
            "keras": {name: w.astype(dtype) for name, w in ours.items()},
            "torch": {name: w.astype(dtype) for name, w in theirs.items()},
        }
        aligned = dtype == "float64"
        asked = [
            (side, side.submit("forward", half, config, dtype, state, test,
                               aligned))
            for side, half, state in (
                (sides[0], task.keras, states["keras"]),
                (sides[1], task.torch, states["torch"]),
                (sides[1], task.torch, one_ulp_away(states["torch"])),
            )
        ]  # fmt: skip
        found = []
        for side, future in asked:
            try:
                found.append(side.result(future))
            except HalfFailed as error:
                found.append(Failure(str(error)))
        plain = Question("forward", dtype)
        moved = Question("forward", dtype, moved=True)
        keras = Evidence({plain: found[0]})
        torch = Evidence({plain: found[1], moved: found[2]})
        try:
            rungs.append(forward(task, layers, dtype, keras, torch))
        except Broken as error:
            rungs.append(error.rung)
    return rungs
