"""What can be seen of a Keras half at work; twin: torch_recorder.py."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import keras
import keras.src.backend
import numpy as np
from keras import ops

from comparisons.side import State
from comparisons.weights import variable_name

LOSSES = {
    "SparseCategoricalCrossentropy": "cross entropy",
    "CategoricalCrossentropy": "cross entropy",
    "BinaryCrossentropy": "binary cross entropy",
    "MeanSquaredError": "mean squared error",
    "MeanAbsoluteError": "mean absolute error",
    "Huber": "huber",
}
REDUCTIONS = {"sum_over_batch_size": "mean", "sum": "sum", "none": "none"}


def state_of(model: Any) -> State:
    return {path_of(model, w): np.array(w) for w in model.weights}


def path_of(model: Any, variable: Any) -> str:
    """Return `layer/variable`, as weights.py names it."""
    owner = owner_of(model, variable)
    return f"{owner.name}/{variable_name(variable.path, owner.name)}"


def owner_of(model: Any, variable: Any) -> Any:
    for layer in model.layers:
        if any(variable is weight for weight in layer.weights):
            return layer
    raise ValueError(f"{variable.path} belongs to no layer of {model.name}")


def describe_optimizer(optimizer: Any) -> dict[str, Any]:
    config = optimizer.get_config()
    kind = type(optimizer).__name__
    decay = config.get("weight_decay") or 0.0
    return {
        "name": "Adam" if kind == "AdamW" else kind,
        "learning_rate": float(ops.convert_to_numpy(optimizer.learning_rate)),
        "weight_decay": f"{decay:g} decoupled" if decay else "none",
        **{
            name: config[name]
            for name in ("rho", "momentum", "epsilon", "centered", "nesterov")
            + ("beta_1", "beta_2", "amsgrad")
            if name in config
        },
    }


def describe_loss(loss: Any) -> dict[str, Any]:
    config = loss.get_config()
    return {
        "name": LOSSES.get(type(loss).__name__, "its own"),
        "logits": config.get("from_logits", True),
        "reduction": REDUCTIONS.get(config["reduction"], config["reduction"]),
        "label_smoothing": config.get("label_smoothing") or 0.0,
    }


@contextmanager
def recorded_outputs(model: Any, outputs: State) -> Iterator[None]:
    """Write down what each layer with weights gives while the block runs."""
    with ExitStack() as stack:
        for layer in model.layers:
            if not layer.weights:
                continue
            fused = hasattr(layer, "activation") and not hasattr(layer, "cell")
            method = "activation" if fused else "call"
            original = getattr(layer, method)

            def record(
                *args: Any,
                _name: str = layer.name,
                _fused: bool = fused,
                _original: Any = original,
                **kwargs: Any,
            ) -> Any:
                result = _original(*args, **kwargs)
                outputs[_name] = ops.convert_to_numpy(
                    args[0] if _fused else result
                )
                return result

            # Past Keras' attribute tracking, and back again.
            object.__setattr__(layer, method, record)
            stack.callback(object.__setattr__, layer, method, original)
        yield


@contextmanager
def dropout_off() -> Iterator[list[str]]:
    """Replace dropout by the identity; yield the rates it is asked for.

    Dropout cannot share its random numbers between frameworks, but where it
    is applied and at which rate can be compared.
    """
    rates: list[str] = []

    def identity(
        inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None
    ) -> Any:
        what = "values" if noise_shape is None else "values in blocks"
        rates.append(f"{rate:g} of {math.prod(inputs.shape[1:])} {what}")
        return inputs

    with mock.patch.object(keras.src.backend.random, "dropout", identity):
        yield rates


class Recorder:
    """Writes a training run down in variables, which a graph can do too."""

    def __init__(self, model: Any, steps: int) -> None:
        def blank(shape: Any) -> Any:
            return keras.Variable(np.zeros(shape), trainable=False)

        self.model = model
        self.traced = 0  # in graph mode Python sees a step only then
        self.step = keras.Variable(0, dtype="int32", trainable=False)
        # A faulty loop may take more steps than planned: leave it room.
        self.losses = blank(2 * steps + 64)
        self.gradients = {
            v.path: blank(v.shape) for v in model.trainable_weights
        }
        self.after_one = {v.path: blank(v.shape) for v in model.weights}
        self.names = {v.path: path_of(model, v) for v in model.weights}
        train_step, compute_loss = model.train_step, model.compute_loss

        def recording_step(*args: Any, **kwargs: Any) -> Any:
            self.traced += 1
            for variable in model.weights:
                self.keep(self.after_one[variable.path], variable, at=1)
            result = train_step(*args, **kwargs)
            self.step.assign(self.step + 1)
            return result

        def recording_loss(*args: Any, **kwargs: Any) -> Any:
            loss = compute_loss(*args, **kwargs)
            if kwargs.get("training", True):
                index = ops.reshape(self.step, (1, 1))
                value = ops.reshape(ops.cast(loss, self.losses.dtype), (1,))
                self.losses.assign(
                    ops.scatter_update(self.losses, index, value)
                )
            return loss

        object.__setattr__(model, "train_step", recording_step)
        object.__setattr__(model, "compute_loss", recording_loss)

    def watch(self, optimizer: Any) -> Any:
        """Record gradients where Keras has clipped them, before the update."""
        update = optimizer._backend_update_step

        def recording_update(
            gradients: Any, variables: Any, *args: Any, **kwargs: Any
        ) -> Any:
            for gradient, variable in zip(gradients, variables, strict=True):
                dense = ops.convert_to_tensor(gradient, sparse=False)
                self.keep(self.gradients[variable.path], dense, at=0)
            return update(gradients, variables, *args, **kwargs)

        object.__setattr__(optimizer, "_backend_update_step", recording_update)
        return optimizer

    def keep(self, store: Any, value: Any, at: int) -> None:
        store.assign(ops.where(ops.equal(self.step, at), value, store))

    def read(self, stores: dict[str, Any]) -> State:
        return {self.names[path]: np.array(v) for path, v in stores.items()}
