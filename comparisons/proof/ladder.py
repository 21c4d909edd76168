"""The proof that two halves are the same model.

Each side gives evidence, on its own and from the same weights and batches;
`judge` compares it, rung by rung. Nothing here imports a framework.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from comparisons.common import HalfFailed
from comparisons.proof.distance import Broken, agreement, broken
from comparisons.proof.evidence import (
    BATCH,
    FEW,
    STEPS,
    Evidence,
    Failure,
    Plan,
    Question,
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
from comparisons.sides.process import Speaker
from comparisons.sides.wire import (
    Description,
    Half,
    Outputs,
    Recording,
    Split,
    State,
)
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
    halves = keras, torch
    layers = keras.layers()
    makers: list[Callable[[], list[Rung]]] = [
        lambda: [settings(*halves)],
        lambda: [initialisation(layers, *halves)],
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
        makers += [lambda: [round_trip(replay, torch.initial()[0])]]
    if isinstance(keras.settings(), Failure):
        del makers[1:]  # nothing is known of its layers
    rungs: list[Rung] = []
    for make in makers:
        try:
            rungs += make()
        except Broken as error:
            rungs.append(error.rung)
        except LayoutError as error:  # said in full by the settings rung
            if rungs[0].passed:
                rungs[0] = broken("settings", "float64", str(error))
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
    keras: Speaker,
    torch: Speaker,
    task: Task,
    config: Any,
    train: Split,
    test: Split,
    steps: int | Literal["full"] = STEPS,
    shuffling: bool = True,
) -> Gathered:
    """Let both halves do their part of every rung, from the same weights.

    Without `shuffling` they are not asked whether they shuffle.
    """
    keras.doing = torch.doing = "climbing the ladder"
    config = proven(task, config, steps)
    plan = planned(task, config, train, steps)
    asked = torch.submit("describe", task.torch, config, "float64")
    described: Description = keras.call(
        "describe", task.keras, config, "float64"
    )
    layers = described.layers
    weights = general_weights(
        keras.call("initial", task.keras, config, "float64", 0),
        task.pretrained,
    )
    theirs_described = outcome(torch, asked)
    moved = carried(layers, weights, theirs_described)
    work = Work(task, config, train, test, plan, shuffling)
    waiting = [
        collect(keras, task.keras, work.keras_requests(weights)),
        collect(torch, task.torch, work.torch_requests(moved)),
    ]
    ours, theirs = (
        wait().replaced({Question("settings"): told})
        for wait, told in zip(
            waiting, (described, theirs_described), strict=True
        )
    )
    drawn = theirs.initial()[0]
    replay = replayed(keras, task.keras, config, layers, drawn)
    return Gathered(ours, theirs, replay, plan, steps == "full")


def climb(
    keras: Speaker,
    torch: Speaker,
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
        ends = ours.training("float64"), theirs.training("float64")
        answers = [
            run.predictions
            for run in ends
            if isinstance(run, Recording) and run.predictions is not None
        ]
        if len(answers) == 2:
            share = agreement(task.answer, *answers)
    closed: set[str] = set()
    for answer in theirs.answers.values():
        if isinstance(answer, Outputs | Recording):
            closed.update(answer.aligned)
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


def carried(
    layers: Sequence[Layer],
    weights: State,
    described: Description | Failure,
) -> State:
    """Return PyTorch's weights, even for a half that has no place for some.

    Such a half is told so by the settings rung.
    """
    if isinstance(described, Failure):
        return keras_to_torch(layers, weights)
    try:
        return keras_to_torch(layers, weights, described.shapes)
    except LayoutError:
        return keras_to_torch(layers, weights)


def replayed(
    keras: Speaker,
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
