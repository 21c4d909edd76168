"""Records what a Keras half's model and training do.

Twin: torch/recorder.py.
"""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import keras.src.backend
import numpy as np
from keras import ops
from keras.layers import RNN

from comparisons.sides.keras.backends import eagerly, notes, weights_of
from comparisons.sides.replacing import replaced
from comparisons.sides.wire import OPTIMIZER_SETTINGS, State, by_name
from comparisons.weights import RAW, RULES, Layer, variable_name

LOSSES = {
    "SparseCategoricalCrossentropy": "cross entropy",
    "CategoricalCrossentropy": "cross entropy",
    "BinaryCrossentropy": "binary cross entropy",
    "MeanSquaredError": "mean squared error",
    "MeanAbsoluteError": "mean absolute error",
    "Huber": "huber",
}
REDUCTIONS = {"sum_over_batch_size": "mean", "sum": "sum", "none": "none"}


def leaves(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted name and layer of each layer that owns weights, once.

    A layer inside a block of the half's own gets the block's name as a prefix,
    as in PyTorch: `encoder.attention`.
    """
    seen: set[int] = set()
    for layer in model._flatten_layers(include_self=False, recursive=False):
        if not layer.weights or id(layer) in seen:
            continue
        seen.add(id(layer))
        name = prefix + layer.name
        if kind_of(layer) in RULES:
            yield name, layer
        else:
            yield from leaves(layer, f"{name}.")


def kind_of(layer: Any) -> str:
    kind = type(layer).__name__
    if kind == "Bidirectional":
        kind += f"({type(layer.forward_layer).__name__})"
    return kind


def layers_of(model: Any) -> list[Layer]:
    """Return the layers that hold weights, as weights.py describes them."""
    found: dict[str, Layer] = {}
    kinds = {} if isinstance(model, dict) else dict(leaves(model))
    for path, variable in named_weights(model).items():
        owner, name = path.split("/", 1)
        kind = kind_of(kinds[owner]) if owner in kinds else RAW
        layer = found.setdefault(owner, Layer(owner, kind, {}))
        layer.shapes[name] = tuple(variable.shape)
    return list(found.values())


def is_recurrent(model: Any) -> bool:
    """Return whether a layer loops over time steps."""
    layers = [] if isinstance(model, dict) else model._flatten_layers()
    return any(isinstance(layer, RNN) for layer in layers)


def named_weights(model: Any) -> dict[str, Any]:
    """Return every weight by `layer/variable`, as weights.py names it.

    A model may be a plain dict of variables, named `layer.variable`.

    Raises:
        ValueError: a weight belongs to a layer that weights.py does not know.
    """
    if isinstance(model, dict):
        return {"/".join(n.rsplit(".", 1)): v for n, v in model.items()}
    found = {
        f"{name}/{variable_name(weight.path, layer.name)}": weight
        for name, layer in leaves(model)
        for weight in layer.weights
    }
    known = {id(weight) for weight in found.values()}
    for weight in model.weights:
        if id(weight) not in known:
            raise ValueError(
                f"{weight.path} belongs to no layer of {model.name} that "
                "weights.py knows; expected layers from keras.layers"
            )
    return found


def trainable_weights(model: Any) -> dict[str, Any]:
    return {n: w for n, w in named_weights(model).items() if w.trainable}


def state_of(model: Any) -> State:
    return {name: np.array(w) for name, w in named_weights(model).items()}


def describe_optimizer(optimizer: Any) -> dict[str, Any]:
    """Return an optimizer's settings; for a dict, prefixed by the name."""
    if isinstance(optimizer, dict):
        return by_name(describe_optimizer, optimizer)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        return {
            "name": optimizer.name,
            "learning_rate": optimizer.learning_rate,
        }
    config = optimizer.get_config()
    kind = type(optimizer).__name__
    decay = config.get("weight_decay") or 0.0
    return {
        "name": "Adam" if kind == "AdamW" else kind,
        "learning_rate": float(ops.convert_to_numpy(optimizer.learning_rate)),
        "weight_decay": f"{decay:g} decoupled" if decay else "none",
        **{name: config[name] for name in OPTIMIZER_SETTINGS if name in config},
    }


def describe_decay(model: Any, optimizer: Any) -> dict[str, float]:
    """Return the factor with which a penalty adds each weight to its gradient.

    The gradient of `l2 * w**2` is `2 * l2 * w`.

    Raises:
        ValueError: a weight has a penalty other than L2.
    """
    found = {}
    for name, weight in trainable_weights(model).items():
        regularizer = getattr(weight, "regularizer", None)
        if regularizer is not None:
            config = regularizer.get_config()
            if config.keys() - {"l2", "l1"} or config.get("l1"):
                raise ValueError(f"{name} has a penalty other than L2")
            found[name] = 2 * float(config["l2"])
    return found


def describe_loss(loss: Any) -> dict[str, Any]:
    """Return a loss' settings; for a dict, prefixed by the name."""
    if isinstance(loss, dict):
        return by_name(describe_loss, loss)
    name = LOSSES.get(type(loss).__name__, "its own")
    if name == "its own":
        return {"name": name}
    config = loss.get_config()
    return {
        "name": name,
        "logits": config.get("from_logits", True),
        "reduction": REDUCTIONS.get(config["reduction"], config["reduction"]),
        "label_smoothing": config.get("label_smoothing") or 0.0,
    }


@contextmanager
def recorded_outputs(model: Any, outputs: State) -> Iterator[None]:
    """Record the output of each layer with weights inside the block."""
    named = {} if isinstance(model, dict) else dict(leaves(model))
    with ExitStack() as stack:
        stack.enter_context(eagerly())
        for name, layer in named.items():
            fused = hasattr(layer, "activation") and not hasattr(layer, "cell")
            method = "activation" if fused else "call"
            original = getattr(layer, method)

            def record(
                *args: Any,
                _name: str = name,
                _fused: bool = fused,
                _original: Any = original,
                **kwargs: Any,
            ) -> Any:
                result = _original(*args, **kwargs)
                outputs[_name] = ops.convert_to_numpy(
                    args[0] if _fused else result
                )
                return result

            # Bypasses Keras' attribute tracking.
            object.__setattr__(layer, method, record)
            stack.callback(object.__setattr__, layer, method, original)
        yield


@contextmanager
def dropout_off() -> Iterator[list[str]]:
    """Replace dropout by the identity; yield the rates it is called with.

    The frameworks' dropout draws different random numbers. But where it is
    applied, and with which rate, can be compared.
    """
    rates: list[str] = []

    def identity(
        inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None
    ) -> Any:
        what = "values" if noise_shape is None else "values in blocks"
        rates.append(f"{rate:g} of {math.prod(inputs.shape[1:])} {what}")
        return inputs

    with (
        replaced(keras.src.backend.random, dropout=identity),
        # A recurrent layer draws its masks in advance, also for predictions,
        # which do not use them. Without this call, its cell draws a mask when
        # it uses one.
        replaced(RNN, _maybe_config_dropout_masks=lambda *_: None),
    ):
        yield rates


class Recorder:
    """Records a training in `Notes`, which also work inside a graph."""

    def __init__(self, model: Any, steps: int) -> None:
        self.model, self.notes = model, notes()
        self.weights = named_weights(model)
        self.names = {id(weight): n for n, weight in self.weights.items()}
        self.traced = 0  # in graph mode, Python runs only while tracing
        self.sees_losses = self.hears_losses = False
        # A faulty loop may take more steps than planned.
        room, blank = 2 * steps + 64, self.notes.blank
        self.losses, self.heard = blank(room), blank(room)
        self.gradients = {
            name: blank(weight.shape)
            for name, weight in trainable_weights(model).items()
        }
        self.after_one = {n: blank(w.shape) for n, w in self.weights.items()}
        if isinstance(model, dict):
            return  # its `train_step` is a function, see `watch_step`
        train_step, compute_loss = model.train_step, model.compute_loss

        def recording_loss(*args: Any, **kwargs: Any) -> Any:
            loss = compute_loss(*args, **kwargs)
            if kwargs.get("training", True):
                self.keep_loss(loss)
            return loss

        def heard_step(*args: Any, **kwargs: Any) -> Any:
            self.listen(model.metrics)  # `compile` may have added some
            return train_step(*args, **kwargs)

        own = type(model).train_step is not keras.Model.train_step
        step = self.watch_step(heard_step if own else train_step)
        object.__setattr__(model, "train_step", step)
        object.__setattr__(model, "compute_loss", recording_loss)

    def listen(self, metrics: list[Any]) -> None:
        """Record what a custom training step passes to its `Mean` metrics.

        These are its losses; the values of one step are added up.
        """
        for metric in metrics if not self.hears_losses else ():
            if type(metric) is keras.metrics.Mean:
                self.hear(metric)

    def hear(self, metric: Any) -> None:
        update = metric.update_state

        def recording_update(value: Any, *args: Any, **kwargs: Any) -> Any:
            self.hears_losses = True
            self.notes.put(self.heard, value, add=True)
            return update(value, *args, **kwargs)

        object.__setattr__(metric, "update_state", recording_update)

    def watch_step(self, train_step: Any, keep_loss: bool = False) -> Any:
        """Count steps; keep the weights after the first step.

        They are read just before the second step.
        """

        def recording_step(*args: Any, **kwargs: Any) -> Any:
            self.traced += 1
            before = weights_of(self.model, self.weights, args)
            self.notes.keep(self.after_one, before, at=1)
            result = train_step(*args, **kwargs)
            if keep_loss:
                self.keep_loss(result)
            self.notes.count()
            return result

        return recording_step

    def keep_loss(self, loss: Any) -> None:
        self.sees_losses = True
        self.notes.put(self.losses, loss)

    def told(self, taken: int) -> np.ndarray | None:
        """Return the losses of `taken` steps; None if none were observed."""
        if not (self.sees_losses or self.hears_losses):
            return None
        return np.array(self.losses if self.sees_losses else self.heard)[:taken]

    def watch(self, optimizer: Any) -> Any:
        """Record gradients after Keras has clipped them, before the update."""
        if isinstance(optimizer, dict):
            return {name: self.watch(one) for name, one in optimizer.items()}
        native = isinstance(optimizer, keras.optimizers.Optimizer)
        method = "_backend_update_step" if native else "apply"
        update = getattr(optimizer, method)

        def recording_update(gradients: Any, *args: Any, **kwargs: Any) -> Any:
            variables = args[0] if native else optimizer.variables
            dense = {
                self.names[id(variable)]: ops.convert_to_tensor(g, sparse=False)
                for g, variable in zip(gradients, variables, strict=True)
            }
            self.notes.keep(self.gradients, dense, at=0)
            return update(gradients, *args, **kwargs)

        object.__setattr__(optimizer, method, recording_update)
        return optimizer
