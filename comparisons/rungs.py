"""The rungs of the ladder: what each compares, and where it begins."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from comparisons.comparing import FLOORS, TOLERANCES, Comparison, broken, rung
from comparisons.evidence import (
    SEEDS,
    STEPS,
    Evidence,
    Failure,
)
from comparisons.results import Lane, Rung
from comparisons.side import State
from comparisons.task import Task
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)


def settings(keras: Evidence, torch: Evidence) -> Rung:
    """Compare what can be read off without computing anything."""
    ours, theirs = keras["settings"], torch["settings"]
    failed = broken("settings", "float64", ours, theirs)
    if failed:
        return failed
    received = {
        "trainable parameters": ours["trainable"],
        **{f"optimizer {k}": v for k, v in ours.get("optimizer", {}).items()},
        **{f"loss {k}": v for k, v in ours.get("loss", {}).items()},
    }
    expected = {
        "trainable parameters": theirs["trainable"],
        **{f"optimizer {k}": v for k, v in theirs.get("optimizer", {}).items()},
        **{f"loss {k}": v for k, v in theirs.get("loss", {}).items()},
    }
    for when, key in (("training", "training"), ("prediction", "forward")):
        a, b = (side.get(f"{key} float64") for side in (keras, torch))
        if isinstance(a, dict) and isinstance(b, dict):
            received[f"dropout rates in {when}"] = a["dropouts"]
            expected[f"dropout rates in {when}"] = b["dropouts"]
    both = shuffles(keras), shuffles(torch)
    if None not in both:
        received["shuffles when asked to"] = both[0]
        expected["shuffles when asked to"] = both[1]
    unequal = []
    try:
        blank = {
            f"{layer.name}/{name}": np.zeros(shape)
            for layer in ours["layers"]
            for name, shape in layer.shapes.items()
        }
        keras_to_torch(ours["layers"], blank, theirs["shapes"])
        torch_to_keras(
            ours["layers"],
            {name: np.zeros(s) for name, s in theirs["shapes"].items()},
        )
        received["trained weights"] = ours["trained"]
        expected["trained weights"] = trained_weights(
            ours["layers"], theirs["shapes"], theirs["trained"]
        )
        received["decay"] = ours.get("decay", {})
        expected["decay"] = decay_of(
            ours["layers"], theirs["shapes"], theirs.get("decay", {})
        )
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
    """Whether the first of two batches is another one when shuffled."""
    keys = "shuffled float32", "training float32"
    runs = [e for e in map(evidence.get, keys) if isinstance(e, dict)]
    if len(runs) < 2:
        return None
    first, straight = (losses_of(run)[:1] for run in runs)
    # Within one batch another order is another rounding.
    return not np.allclose(first, straight, rtol=1e-5, atol=0)


def losses_of(run: Evidence) -> Any:
    """Return each step's loss, or each epoch's where steps cannot be seen."""
    return run["epoch_losses"] if run["losses"] is None else run["losses"]


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
    ours = [keras[f"initial {seed}"] for seed in SEEDS]
    theirs = [torch[f"initial {seed}"] for seed in SEEDS]
    failed = broken("initialisation", "float32", *ours, *theirs)
    if failed:
        return failed
    theirs = [torch_to_keras(layers, state) for state in theirs]
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


def forward(
    task: Task,
    layers: Sequence[Layer],
    dtype: str,
    keras: Evidence,
    torch: Evidence,
) -> Rung:
    """Compare every named layer on the way, then predictions and scores."""
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
    evidence = [keras.get(key), torch.get(key), torch.get(f"{key}, moved")]
    if not any(evidence):
        return []
    failed = broken("exhibit", "float64", *evidence)
    if failed:
        return [failed]
    ours, theirs, moved = (e or {} for e in evidence)
    floor = FLOORS["float64"]
    return [
        allowed(
            task,
            "exhibit",
            Comparison.of(ours, theirs, floor),
            dtype="float64",
            noise=Comparison.of(theirs, moved, floor),
        )
    ]


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
    task: Task,
    layers: Sequence[Layer],
    dtype: str,
    keras: Evidence,
    torch: Evidence,
) -> Rung:
    """Compare the first step's loss and every weight's gradient."""
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
    and once with Keras' formulas in their place, which must be equal.
    """
    ours, moved = keras["training float64"], torch["training float64, moved"]
    aligned = torch["training float64"]
    rungs = []
    parts = [("step", "after_one"), ("trajectory", "final")]
    if full:
        parts[1:] = [("trajectory", "first_losses"), ("whole run", "final")]
    lanes: tuple[tuple[Lane, Any], ...] = (
        ("native", torch["native training"]),
        ("aligned", aligned),
    )
    for lane, theirs in lanes:
        failed = broken(parts[-1][0], "float64", ours, theirs, moved)
        if failed:
            rungs.append(failed)
            continue
        undeclared = set(theirs["aligned"]) - set(task.differences)
        for name, part in parts:
            each = lane == "aligned"
            compared = trained(task, layers, (ours, theirs), part, each)
            noise = trained(task, layers, (aligned, moved), part, each)
            tolerance = TOLERANCES[name, "float64"]
            if lane == "native" and aligned["aligned"]:
                tolerance = task.native_bounds.get(name, tolerance)
            else:
                tolerance = task.tolerances.get(name, tolerance)
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
            rungs.append(climbed)
    return rungs


def trained(
    task: Task,
    layers: Sequence[Layer],
    runs: tuple[Evidence, Evidence],
    part: str,
    each_loss: bool,
) -> Comparison:
    """Compare two training runs: losses, then weights, both in Keras' names.

    `each_loss` compares the loss of every step; without it their mean, since
    unequal formulas soon meet each batch at another moment.
    """
    kept: list[dict[str, Any]] = []
    seen = all(run["losses"] is not None for run in runs)
    for run in runs:
        of_torch = run["side"] == "torch"
        state = {}
        if part != "first_losses":
            state = in_keras(layers, run[part], of_torch)
        still = in_keras(layers, run["gradients"], of_torch)
        for name in task.zero_gradient:
            if np.abs(still[name]).max() > 1e-12:
                return Comparison(
                    ((name, math.inf),), f"{name} has a gradient after all"
                )
        upto = {"after_one": 1, "first_losses": STEPS}.get(part)
        losses = run["losses"][:upto] if seen else []
        named = {"mean loss": np.mean(losses)} if seen else {}
        if each_loss:
            named = {f"loss of step {i}": x for i, x in enumerate(losses, 1)}
            if part == "final":
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
