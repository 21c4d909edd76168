"""The proof that two halves are the same model.

Each side gives evidence, on its own and from the same weights and batches;
`judge` compares it, rung by rung. Nothing here imports a framework.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from comparisons.common import HalfFailed
from comparisons.proof.distance import agreement, broken
from comparisons.proof.evidence import (
    BATCH,
    FEW,
    STEPS,
    Evidence,
    Failure,
    Plan,
    Work,
    collect,
    general_weights,
    outcome,
)
from comparisons.proof.rungs import (
    exhibit,
    forward,
    gradients,
    round_trip,
    training_rungs,
)
from comparisons.proof.settings import initialisation, settings
from comparisons.results import Parity, Rung
from comparisons.sides.process import Side
from comparisons.sides.wire import Half, Split, State
from comparisons.task import Task
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)


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
    halves = keras, torch
    makers: list[Callable[[], list[Rung]]] = [
        lambda: [initialisation(layers, keras, torch)],
        lambda: [forward(task, layers, "float64", *halves)],
    ]
    if task.trains:
        makers += [
            lambda: [gradients(task, layers, "float64", *halves)],
            lambda: training_rungs(task, layers, *halves, full),
        ]
    makers += [
        lambda: exhibit(task, *halves),
        lambda: [forward(task, layers, "float32", *halves)],
    ]
    if task.trains:
        makers += [lambda: [gradients(task, layers, "float32", *halves)]]
    if replay is not None:
        makers += [lambda: [round_trip(replay, torch["initial 1"])]]
    for make in makers:
        try:
            rungs += make()
        except LayoutError as error:  # said in full by the settings rung
            failed = broken("settings", "float64", Failure(str(error)))
            assert failed is not None
            rungs[0] = rungs[0] if not rungs[0].passed else failed
    return rungs


@dataclass(frozen=True)
class Gathered:
    """What both halves gave, and what Keras gave back for PyTorch's weights."""

    keras: Evidence
    torch: Evidence
    replay: State | Failure
    plan: Plan
    full: bool


def gather(
    keras: Side,
    torch: Side,
    task: Task,
    config: Any,
    train: Split,
    test: Split,
    steps: int | Literal["full"] = STEPS,
) -> Gathered:
    """Let both halves do their part of every rung, from the same weights."""
    keras.doing = torch.doing = "climbing the ladder"
    config = proven(task, config, steps)
    plan = planned(task, config, train, steps)
    asked = torch.submit("describe", task.torch, config, "float64")
    described = keras.call("describe", task.keras, config, "float64")
    layers = described["layers"]
    weights = general_weights(
        keras.call("initial", task.keras, config, "float64", 0),
        task.pretrained,
    )
    theirs_described = outcome(torch, asked)
    moved = carried(layers, weights, theirs_described)
    work = Work(task, config, train, test, plan)
    waiting = [
        collect(keras, task.keras, work.keras_requests(weights)),
        collect(torch, task.torch, work.torch_requests(moved)),
    ]
    ours, theirs = (wait() for wait in waiting)
    ours["settings"], theirs["settings"] = described, theirs_described
    replay = replayed(keras, task.keras, config, layers, theirs["initial 1"])
    return Gathered(ours, theirs, replay, plan, steps == "full")


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
    gathered = gather(keras, torch, task, config, train, test, steps)
    parity = judged(task, gathered)
    parity.seconds = time.monotonic() - began
    return parity


def judged(task: Task, gathered: Gathered) -> Parity:
    """Compare what was gathered, and say whether that is a proof."""
    ours, theirs = gathered.keras, gathered.torch
    rungs = judge(task, ours, theirs, gathered.replay, gathered.full)
    share = None
    if gathered.full and task.trains:
        share = agreement(
            task.answer,
            ours["training float64"]["predictions"],
            theirs["training float64"]["predictions"],
        )
    closed: set[str] = set()
    for evidence in theirs.values():
        if isinstance(evidence, dict):
            closed.update(evidence.get("aligned", []))
    return Parity(
        passed=all(r.passed for r in rungs)
        and (share in (None, 1.0) or any(r.compared_steps for r in rungs)),
        steps=gathered.plan.steps,
        rungs=rungs,
        differences=sorted(closed),
        answers_agree=share,
        seconds=0.0,
    )


def proven(task: Task, config: Any, steps: int | Literal["full"]) -> Any:
    """Return the budget of a proof: smaller batches, but for a whole run."""
    if steps == "full":
        return config
    most = FEW if task.few else BATCH
    return replace(config, batch_size=min(config.batch_size, most))


def planned(
    task: Task, config: Any, train: Split, steps: int | Literal["full"]
) -> Plan:
    """Return what a proof trains: a whole run takes all samples there are."""
    if not task.trains:
        return Plan.none()
    available = train.samples or config.batch_size
    if task.few and steps != "full":
        available = min(task.few, available)
    return Plan.of(steps, config, available)


def carried(layers: Sequence[Layer], weights: State, described: Any) -> State:
    """Return PyTorch's weights, even for a half that has no place for some.

    Such a half is told so by the settings rung.
    """
    if isinstance(described, Failure):
        return keras_to_torch(layers, weights)
    try:
        return keras_to_torch(layers, weights, described["shapes"])
    except LayoutError:
        return keras_to_torch(layers, weights)


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
