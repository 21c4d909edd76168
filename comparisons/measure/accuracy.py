"""Accuracy over seeds: both halves train from the same initial weights."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from comparisons.measure.intervals import beats_baseline, paired_gap
from comparisons.proof.distance import agreement
from comparisons.proof.evidence import one_ulp_away
from comparisons.records import Accuracy
from comparisons.results import AccuracySection
from comparisons.sides.process import Side
from comparisons.sides.wire import Exhibits, Split, State
from comparisons.task import Task
from comparisons.weights import keras_to_torch


def compare_accuracy(
    task: Task,
    seeds: int,
    keras: Side,
    torch: Side,
    config: Any,
    train: Split,
    test: Split,
    baseline: float,
    say: Callable[[str], None],
) -> tuple[Accuracy, Exhibits]:
    """Train both halves once for each of `seeds` seeds; compare their scores.

    Both halves start from the same weights. Where nothing trains, every seed
    but the first moves the weights by one unit in the last place, so that the
    spread of the scores is the effect of rounding. Also returns what the
    halves exhibit of the first seed's models.
    """
    asked = torch.submit("describe", task.torch, config, "float32")
    layers = keras.call("describe", task.keras, config, "float32").layers
    described = torch.result(asked)
    runs = []
    # Before the first training: a later call would have to wait for it.
    drawn: list[State] = [
        keras.call("initial", task.keras, config, "float32", seed)
        for seed in range(seeds)
    ]
    for seed, weights in enumerate(drawn):
        if seed and not task.trains:
            weights = one_ulp_away(weights, seed)
        same: State = keras_to_torch(layers, weights, described.shapes)
        show = seed == 0
        keras.doing = torch.doing = f"training {task.stem} with seed {seed}"
        runs.append(
            (
                keras.submit(
                    "learn",
                    task.keras,
                    config,
                    weights,
                    train,
                    test,
                    seed,
                    show,
                ),  # fmt: skip
                torch.submit(
                    "learn",
                    task.torch,
                    config,
                    same,
                    train,
                    test,
                    seed,
                    show,
                ),  # fmt: skip
            )
        )
    done: dict[Literal["keras", "torch"], list[dict[str, Any]]] = {
        "keras": [],
        "torch": [],
    }
    for seed, (ours, theirs) in enumerate(runs):
        say(f"training with seed {seed + 1} of {seeds}")
        keras.doing = torch.doing = f"training {task.stem} with seed {seed}"
        done["keras"].append(keras.result(ours))
        done["torch"].append(torch.result(theirs))
    scores = {
        name: [float(r["scores"][task.metric]) for r in results]
        for name, results in done.items()
    }
    gap = paired_gap(
        scores["keras"], scores["torch"], task.margin, drawn=task.trains
    )
    shown: Exhibits = {name: runs[0]["exhibit"] for name, runs in done.items()}
    accuracy = Accuracy(
        metric=task.metric,
        unit=task.unit,
        higher_is_better=task.higher_is_better,
        seeds=list(range(seeds)),
        keras=scores["keras"],
        torch=scores["torch"],
        baseline=baseline,
        baseline_name=task.baseline_name,
        beats_baseline=beats_baseline(
            scores["keras"] + scores["torch"],
            baseline,
            task.margin,
            task.higher_is_better,
        ),
        mean_gap=gap.mean,
        ci90=gap.ci90,
        margin=task.margin,
        verdict=gap.verdict,
        agreement=float(
            np.mean(
                [
                    agreement(task.answer, a["predictions"], b["predictions"])
                    for a, b in zip(done["keras"], done["torch"], strict=True)
                ]
            )
        ),
        losses={n: [r["losses"] for r in rs] for n, rs in done.items()},
        seconds={
            n: float(np.median([r["seconds"] for r in rs]))
            for n, rs in done.items()
        },
    )
    return accuracy, shown


def reproduced(
    now: AccuracySection, then: AccuracySection | None
) -> bool | None:
    """Whether an earlier run of the same code gave the same bits.

    None if there is no such run: code, data, versions and machine count.
    """
    same = {"date", "commit"}
    if (
        then is None
        or not now.made_with.digest
        or (now.preset, now.data) != (then.preset, then.data)
        or now.made_with.model_dump(exclude=same)
        != then.made_with.model_dump(exclude=same)
    ):
        return None
    shared = min(len(now.seeds), len(then.seeds))
    return (now.keras[:shared], now.torch[:shared]) == (
        then.keras[:shared],
        then.torch[:shared],
    )
