"""The rungs that are read off the halves before anything is computed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from comparisons.proof.distance import Comparison, rung, whole
from comparisons.proof.evidence import About, Evidence, Question
from comparisons.results import Rung
from comparisons.sides.wire import Outputs, Recording
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)

ANSWERED = Outputs, Recording
# Where rates of dropout are asked for.
WITH_DROPOUT: dict[str, About] = {
    "training": "training",
    "prediction": "forward",
}


def settings(keras: Evidence, torch: Evidence) -> Rung:
    """Compare what can be read off without computing anything."""
    ours, theirs = whole(
        "settings", "float64", keras.settings(), torch.settings()
    )
    received, expected = (
        {
            "trainable parameters": one.trainable,
            **{f"optimizer {k}": v for k, v in one.optimizer.items()},
            **{f"loss {k}": v for k, v in one.loss.items()},
        }
        for one in (ours, theirs)
    )
    for when, about in WITH_DROPOUT.items():
        a, b = (e.answers.get(Question(about)) for e in (keras, torch))
        if isinstance(a, ANSWERED) and isinstance(b, ANSWERED):
            received[f"dropout rates in {when}"] = a.dropouts
            expected[f"dropout rates in {when}"] = b.dropouts
    both = shuffles(keras), shuffles(torch)
    if None not in both:
        received["shuffles when asked to"] = both[0]
        expected["shuffles when asked to"] = both[1]
    unequal = []
    try:
        blank = {
            f"{layer.name}/{name}": np.zeros(shape)
            for layer in ours.layers
            for name, shape in layer.shapes.items()
        }
        keras_to_torch(ours.layers, blank, theirs.shapes)
        torch_to_keras(
            ours.layers,
            {name: np.zeros(s) for name, s in theirs.shapes.items()},
        )
        received["trained weights"] = ours.trained
        expected["trained weights"] = trained_weights(
            ours.layers, theirs.shapes, theirs.trained
        )
        received["decay"] = ours.decay
        expected["decay"] = decay_of(ours.layers, theirs.shapes, theirs.decay)
    except LayoutError as error:
        unequal.append(str(error))
    unequal[:0] = [
        f"{name}: Keras {received.get(name)}, PyTorch {expected.get(name)}"
        for name in {**received, **expected}
        if not alike(received.get(name), expected.get(name))
    ]
    detail = "; ".join(unequal)
    worst = unequal[0].split(":")[0] if unequal else ""
    return counted("settings", "float64", len(unequal), worst, detail)


def counted(name: str, dtype: str, count: int, worst: str, detail: str) -> Rung:
    """Return a rung that holds when nothing is unequal."""
    return Rung(
        name=name,
        dtype=dtype,
        lane="native",
        max_difference=float(count),
        tolerance=0.0,
        worst=worst,
        passed=not count,
        detail=detail,
    )


def trained_weights(
    layers: Sequence[Layer], shapes: Mapping[str, Any], names: Sequence[str]
) -> list[str]:
    """Return the Keras names of PyTorch weights."""
    blank = {name: np.zeros(shapes[name]) for name in names}
    return sorted(torch_to_keras(layers, blank, partial=True))


def decay_of(
    layers: Sequence[Layer],
    shapes: Mapping[str, Any],
    factors: Mapping[str, float],
) -> dict[str, float]:
    """Return factors by Keras name for factors by PyTorch name."""
    full = {n: np.full(shapes[n], factor) for n, factor in factors.items()}
    moved = torch_to_keras(layers, full, partial=True)
    return {name: float(array.flat[0]) for name, array in moved.items()}


def shuffles(evidence: Evidence) -> bool | None:
    """Whether the first of two batches is another one when shuffled.

    None where the half was not asked, or failed.
    """
    training = evidence.trial("straight") or evidence.trial("training")
    shuffled = evidence.trial("shuffled")
    if not (
        isinstance(training, Recording) and isinstance(shuffled, Recording)
    ):
        return None
    first, unmoved = losses_of(shuffled)[:1], losses_of(training)[:1]
    # Within one batch another order is another rounding. Where no step was
    # taken there is none, and NumPy finds no number that is apart.
    return not np.allclose(first, unmoved, rtol=1e-6, atol=0)


def losses_of(run: Recording) -> np.ndarray:
    """Return each step's loss, or each epoch's where steps cannot be seen."""
    return run.epoch_losses if run.losses is None else run.losses


def alike(a: Any, b: Any) -> bool:
    """Equal, and numbers equal but for the rounding of a float32."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[k], b[k]) for k in a)
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=1e-6)
    return bool(a == b)


def initialisation(
    layers: Sequence[Layer], keras: Evidence, torch: Evidence
) -> Rung:
    """Compare the distributions that the halves draw their weights from.

    Weights that are the same for every seed must be equal; of all others the
    two samples must pass a Kolmogorov-Smirnov test at 1e-6. The difference
    is given as a share of that test's critical value.
    """
    drawn = keras.initial()
    states = whole("initialisation", "float32", *drawn, *torch.initial())
    ours = states[: len(drawn)]
    theirs = [torch_to_keras(layers, state) for state in states[len(drawn) :]]
    items = []
    for name in ours[0]:
        a = np.stack([state[name] for state in ours])
        b = np.stack([state[name] for state in theirs])
        fixed = [bool((x == x[:1]).all()) for x in (a, b)]
        if any(fixed):
            value = 0.0 if all(fixed) and np.array_equal(a, b) else math.inf
        else:
            a, b = (thin(x.ravel()) for x in (a, b))
            statistic = float(stats.ks_2samp(a, b, method="asymp").statistic)
            reach = math.sqrt(-math.log(1e-6 / 2) / 2)
            value = statistic / (reach * math.sqrt(1 / a.size + 1 / b.size))
        items.append((name, value))
    return rung(
        "initialisation", Comparison(tuple(items)), 1.0, dtype="float32"
    )


def thin(values: np.ndarray, most: int = 20_000) -> np.ndarray:
    return values[:: max(1, len(values) // most)]
