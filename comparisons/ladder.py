"""The proof that two halves are the same model.

Each side gives evidence, on its own and from the same weights and batches;
`judge` compares it, rung by rung. Nothing here imports a framework.
"""

import time
from collections.abc import Sequence
from typing import Any, Literal

from comparisons.comparing import broken
from comparisons.evidence import (
    STEPS,
    Evidence,
    Failure,
    Plan,
    collect,
    general_weights,
    keras_requests,
    torch_requests,
)
from comparisons.results import Parity, Rung
from comparisons.rungs import (
    forward,
    gradients,
    initialisation,
    round_trip,
    settings,
    training_rungs,
)
from comparisons.side import Half, Split, State
from comparisons.statistics import agreement
from comparisons.task import Task
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)
from comparisons.worker import HalfFailed, Side


def judge(
    task: Task,
    keras: Evidence,
    torch: Evidence,
    replay: State | Failure | None = None,
    full: bool = False,
) -> list[Rung]:
    """Compare two halves' evidence, rung by rung.

    `replay` is what Keras gave back for the PyTorch half's own weights;
    without it there is no round trip.
    """
    rungs = [settings(keras, torch)]
    if isinstance(keras["settings"], Failure):
        return rungs
    layers = keras["settings"]["layers"]
    for make in (
        lambda: [initialisation(layers, keras, torch)],
        lambda: [forward(layers, "float64", keras, torch)],
        lambda: [gradients(layers, "float64", keras, torch)],
        lambda: training_rungs(task, layers, keras, torch, full),
        lambda: [forward(layers, "float32", keras, torch)],
        lambda: [gradients(layers, "float32", keras, torch)],
        lambda: (
            [round_trip(replay, torch["initial 1"])]
            if replay is not None
            else []
        ),
    ):
        try:
            rungs += make()
        except LayoutError as error:  # said in full by the settings rung
            failed = broken("settings", "float64", Failure(str(error)))
            assert failed is not None
            rungs[0] = rungs[0] if not rungs[0].passed else failed
    return rungs


def climb(
    keras: Side,
    torch: Side,
    task: Task,
    config: Any,
    train: Split,
    test: Split,
    steps: int | Literal["full"] = STEPS,
) -> Parity:
    """Prove, or refute, that a task's two halves are the same model."""
    began = time.monotonic()
    keras.doing = torch.doing = "climbing the ladder"
    plan = Plan.of(steps, config, train.samples or config.batch_size)
    described = keras.call("describe", task.keras, config, "float64")
    layers = described["layers"]
    weights = general_weights(
        keras.call("initial", task.keras, config, "float64", 0)
    )
    moved = keras_to_torch(layers, weights)
    waiting = [
        collect(side, half, requests(config, begin, train, test, plan))
        for side, half, requests, begin in (
            (keras, task.keras, keras_requests, weights),
            (torch, task.torch, torch_requests, moved),
        )
    ]
    ours, theirs = (wait() for wait in waiting)
    replay = replayed(keras, task.keras, config, layers, theirs["initial 1"])
    rungs = judge(task, ours, theirs, replay, full=steps == "full")
    share = None
    if steps == "full":
        share = agreement(
            task.answer,
            ours["training float64"]["predictions"],
            theirs["training float64"]["predictions"],
        )
    return Parity(
        passed=all(r.passed for r in rungs) and share in (None, 1.0),
        steps=plan.steps,
        rungs=rungs,
        differences=theirs["training float64"]["aligned"],
        answers_agree=share,
        seconds=time.monotonic() - began,
    )


def replayed(
    keras: Side,
    half: Half,
    config: Any,
    layers: Sequence[Layer],
    state: State | Failure,
) -> State | Failure:
    """Send the PyTorch half's own weights through a Keras model and back."""
    try:
        if isinstance(state, Failure):
            return state
        there = torch_to_keras(layers, state)
        back = keras.call("round_trip", half, config, "float32", there)
        return keras_to_torch(layers, back, state)
    except (HalfFailed, LayoutError) as error:
        return Failure(str(error))
