"""The rungs of the proof that two halves are the same model.

Each side gives evidence, on its own and from the same weights and batches;
`judge` compares. Nothing here imports a framework.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from comparisons.evidence import (
    SEEDS,
    Evidence,
    Failure,
    Plan,
    general_weights,
    keras_evidence,
    torch_evidence,
)
from comparisons.results import Lane, Parity, Rung
from comparisons.side import Half, Split, State
from comparisons.statistics import agreement
from comparisons.tasks import Task
from comparisons.weights import (
    Layer,
    LayoutError,
    keras_to_torch,
    torch_to_keras,
)
from comparisons.worker import Side, SideDied

# Relative differences that are rounding and nothing else. Measured: aligned
# float64 training ends 4e-16 to 2e-13 apart, real differences begin at 1e-5.
TOLERANCES = {
    ("forward", "float64"): 1e-10,
    ("gradients", "float64"): 1e-9,
    ("step", "float64"): 1e-9,
    ("trajectory", "float64"): 1e-9,
    ("whole run", "float64"): 1e-9,
    ("forward", "float32"): 1e-5,
    ("gradients", "float32"): 1e-4,
}
# Below this root mean square an array counts as this large: what is compared
# there is rounding noise of the sums it came from, not a value.
FLOORS = {"float64": 1e-6, "float32": 1e-4}


# === Comparing ==============================================================


def difference(a: np.ndarray, b: np.ndarray, floor: float) -> float:
    """Return |a - b| / max(|a|, |b|, floor * sqrt(size)) in Euclidean norm.

    Different shapes and anything not finite are infinitely far apart.
    """
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape or not (
        np.isfinite(a).all() and np.isfinite(b).all()
    ):
        return math.inf
    norms = [float(np.linalg.norm(x)) for x in (a, b, a - b)]
    return norms[2] / max(norms[0], norms[1], floor * math.sqrt(a.size))


@dataclass(frozen=True)
class Comparison:
    """Named differences in the order in which a reader meets the names."""

    items: tuple[tuple[str, float], ...]
    detail: str = ""

    @classmethod
    def of(
        cls, keras: Mapping[str, Any], torch: Mapping[str, Any], floor: float
    ) -> "Comparison":
        items, details = [], []
        for name in [*keras, *(set(torch) - set(keras))]:
            if name not in keras or name not in torch:
                title = "Keras" if name not in keras else "PyTorch"
                items.append((name, math.inf))
                details.append(f"{name}: the {title} half has none")
                continue
            a, b = np.asarray(keras[name]), np.asarray(torch[name])
            items.append((name, difference(a, b, floor)))
            if a.shape != b.shape:
                details.append(f"{name}: Keras {a.shape}, PyTorch {b.shape}")
        return cls(tuple(items), "; ".join(details))

    def worst(self, tolerance: float) -> tuple[str, float]:
        """Return the first that breaks the tolerance, else the largest."""
        for name, value in self.items:
            if not value <= tolerance:
                return name, value
        return max(self.items, key=lambda item: item[1])

    @property
    def largest(self) -> float:
        return max(value for _, value in self.items)


def rung(
    name: str,
    compared: Comparison,
    tolerance: float,
    *,
    dtype: str = "float64",
    lane: Lane = "native",
    noise: Comparison | None = None,
) -> Rung:
    worst, value = compared.worst(tolerance)
    passed = value <= tolerance
    detail = compared.detail
    if not passed and not detail:
        detail = (
            f"{worst} is the first to differ: received {value:.1e}, "
            f"expected at most {tolerance:.0e}"
        )
    return Rung(
        name=name,
        dtype=dtype,
        lane=lane,
        max_difference=compared.largest if passed else value,
        tolerance=tolerance,
        noise_floor=noise.largest if noise else None,
        worst=worst,
        passed=passed,
        detail=detail if not passed else "",
    )


def broken(name: str, dtype: str, *evidence: Any) -> Rung | None:
    """Return a failed rung if a half could not give its evidence."""
    failures = [e.message for e in evidence if isinstance(e, Failure)]
    if not failures:
        return None
    return Rung(
        name=name,
        dtype=dtype,
        lane="native",
        max_difference=math.inf,
        tolerance=0.0,
        worst="the half itself",
        passed=False,
        detail="; ".join(failures),
    )


# === The rungs ==============================================================


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
        lambda: [round_trip(replay, torch["initial 1"])] if replay else [],
    ):
        try:
            rungs += make()
        except LayoutError as error:  # said in full by the settings rung
            failed = broken("settings", "float64", Failure(str(error)))
            assert failed is not None
            rungs[0] = rungs[0] if not rungs[0].passed else failed
    return rungs


def settings(keras: Evidence, torch: Evidence) -> Rung:
    """Compare what can be read off without computing anything."""
    ours, theirs = keras["settings"], torch["settings"]
    failed = broken("settings", "float64", ours, theirs)
    if failed:
        return failed
    received = {
        "trainable parameters": ours["trainable"],
        **{f"optimizer {k}": v for k, v in ours["optimizer"].items()},
        **{f"loss {k}": v for k, v in ours["loss"].items()},
    }
    expected = {
        "trainable parameters": theirs["trainable"],
        **{f"optimizer {k}": v for k, v in theirs["optimizer"].items()},
        **{f"loss {k}": v for k, v in theirs["loss"].items()},
    }
    for when, key in (("training", "training"), ("prediction", "forward")):
        a, b = keras[f"{key} float64"], torch[f"{key} float64"]
        if isinstance(a, dict) and isinstance(b, dict):
            received[f"dropout rates in {when}"] = a["dropouts"]
            expected[f"dropout rates in {when}"] = b["dropouts"]
    unequal = [
        f"{name}: Keras {received.get(name)}, PyTorch {expected.get(name)}"
        for name in {**received, **expected}
        if not alike(received.get(name), expected.get(name))
    ]
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
    except LayoutError as error:
        unequal.append(str(error))
    return Rung(
        name="settings",
        dtype="float64",
        lane="native",
        max_difference=float(len(unequal)),
        tolerance=0.0,
        worst=unequal[0].split(":")[0] if unequal else "",
        passed=not unequal,
        detail="; ".join(unequal),
    )


def alike(a: Any, b: Any) -> bool:
    """Equal, and numbers equal but for the rounding of a float32."""
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
    layers: Sequence[Layer], dtype: str, keras: Evidence, torch: Evidence
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
    return rung(
        "forward",
        Comparison.of(kept[0], kept[1], floor),
        TOLERANCES["forward", dtype],
        dtype=dtype,
        lane="aligned" if theirs["aligned"] else "native",
        noise=Comparison.of(kept[1], kept[2], floor),
    )


def flat_outputs(
    layers: Sequence[Layer], evidence: Evidence, like: Evidence
) -> dict[str, Any]:
    """Return outputs by layer, a recurrent one's in the shape Keras gives."""
    flat: dict[str, Any] = {}
    outputs = evidence["layers"]
    for layer in layers:
        shape = np.shape(like["layers"].get(layer.name))
        for name in (layer.name, f"{layer.name}:last"):
            if name in outputs and (
                layer.name not in flat or np.shape(outputs[name]) == shape
            ):
                flat[layer.name] = outputs[name]
    flat["predictions"] = evidence["predictions"]
    return flat | {f"score {k}": v for k, v in evidence["scores"].items()}


def gradients(
    layers: Sequence[Layer], dtype: str, keras: Evidence, torch: Evidence
) -> Rung:
    """Compare the first step's loss and every weight's gradient."""
    key = f"training {dtype}"
    evidence = [keras[key], torch[key], torch[f"{key}, moved"]]
    failed = broken("gradients", dtype, *evidence)
    if failed:
        return failed
    kept = [
        {"loss": e["losses"][:1], **in_keras(layers, e["gradients"], i > 0)}
        for i, e in enumerate(evidence)
    ]
    floor = FLOORS[dtype] * 1e-3  # gradients are that much smaller
    forward = torch[f"forward {dtype}"]
    closed = isinstance(forward, dict) and forward["aligned"]
    return rung(
        "gradients",
        Comparison.of(kept[0], kept[1], floor),
        TOLERANCES["gradients", dtype],
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
    last = "whole run" if full else "trajectory"
    lanes: tuple[tuple[Lane, Any], ...] = (
        ("native", torch["native training"]),
        ("aligned", aligned),
    )
    for lane, theirs in lanes:
        failed = broken(last, "float64", ours, theirs, moved)
        if failed:
            rungs.append(failed)
            continue
        undeclared = set(theirs["aligned"]) - set(task.differences)
        for name, part in (("step", "after_one"), (last, "final")):
            each = lane == "aligned"
            compared = trained(task, layers, (ours, theirs), part, each)
            noise = trained(task, layers, (aligned, moved), part, each)
            tolerance = TOLERANCES[name, "float64"]
            if lane == "native" and aligned["aligned"]:
                tolerance = task.native_bounds.get(name, tolerance)
            if undeclared:
                compared = Comparison(
                    (("the row in tasks.py", math.inf),),
                    f"does not name {', '.join(sorted(undeclared))}, which "
                    "the aligned lane had to close",
                )
            rungs.append(
                rung(name, compared, tolerance, lane=lane, noise=noise)
            )
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
    for run in runs:
        of_torch = run["side"] == "torch"
        state = in_keras(layers, run[part], of_torch)
        still = in_keras(layers, run["gradients"], of_torch)
        for name in task.zero_gradient:
            if np.abs(still[name]).max() > 1e-12:
                return Comparison(
                    ((name, math.inf),), f"{name} has a gradient after all"
                )
        losses = run["losses"][: 1 if part == "after_one" else None]
        named = {"mean loss": np.mean(losses)}
        if each_loss:
            named = {f"loss of step {i}": x for i, x in enumerate(losses, 1)}
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
    return Rung(
        name="round trip",
        dtype="float32",
        lane="native",
        max_difference=float(len(changed)),
        tolerance=0.0,
        worst=changed[0] if changed else "",
        passed=not changed,
        detail=f"changed on the way: {', '.join(changed)}" if changed else "",
    )


# === Climbing ===============================================================


def climb(
    keras: Side,
    torch: Side,
    task: Task,
    config: Any,
    train: Split,
    test: Split,
    steps: int | Literal["full"] = 50,
) -> Parity:
    """Prove, or refute, that a task's two halves are the same model."""
    began = time.monotonic()
    plan = Plan.of(steps, config, train.samples or config.batch_size)
    described = keras.call("describe", task.keras, config, "float64")
    layers = described["layers"]
    weights = general_weights(
        keras.call("initial", task.keras, config, "float64", 0)
    )
    waiting = keras_evidence(
        keras, task.keras, config, weights, train, test, plan
    )
    theirs = torch_evidence(
        torch,
        task.torch,
        config,
        keras_to_torch(layers, weights),
        train,
        test,
        plan,
    )()
    ours = waiting()
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
    except SideDied:
        raise
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")
