"""Keras' formulas in PyTorch: the aligned lane. Runs on the PyTorch side.

Some differences between the libraries cannot be removed by arguments. The
halves keep their native classes. For the proof the harness replaces these by
the formulas in this module, built from the native object's own settings: a
wrong learning rate stays wrong. The formulas follow Keras 3.15.1
(keras/src/optimizers, keras/src/layers/normalization).

Two differences are TensorFlow's and are closed only if the Keras half runs on
it. TensorFlow rounds Python constants to float32 even in a float64 graph
(`float32_constants`), and it does not merge the gradients of repeated ids
(`embedding_gradients`).
"""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import Optimizer

from comparisons.sides.replacing import replaced

# Whether the Keras half runs on TensorFlow; process.py tells both sides.
ON_TENSORFLOW = os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"


def float32(constant: float) -> float:
    """Round a constant as TensorFlow does when it puts one into a graph."""
    return float(np.float32(constant)) if ON_TENSORFLOW else constant


# === Optimizers =============================================================


class KerasOptimizer(Optimizer):
    """Applies Keras' update rules to another optimizer's parameter groups.

    `rule(parameter, gradient, group, state)` changes the parameter in place;
    `group["steps"]` counts the updates, from 1.
    """

    def __init__(self, native: Optimizer, rule: Callable[..., None]) -> None:
        self.rule = rule
        super().__init__(native.param_groups, native.defaults)

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            group["steps"] = group.get("steps", 0) + 1
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                gradient = parameter.grad
                decay = group.get("weight_decay", 0.0)
                if decay and group.get("decoupled_weight_decay"):
                    parameter.sub_(parameter * float32(decay) * group["lr"])
                elif decay:  # like Keras' L2 penalty, a constant in the graph
                    gradient = gradient + float32(decay) * parameter
                self.rule(parameter, gradient, group, state)


def slot(state: dict[str, Any], name: str, parameter: Any) -> Any:
    if name not in state:
        state[name] = torch.zeros_like(parameter)
    return state[name]


def square(parameter: Any, gradient: Any) -> Any:
    """Return the squared gradient; an embedding's squares are per lookup."""
    unmerged = getattr(parameter, "unmerged_square", None)
    if unmerged is None:
        return gradient * gradient
    parameter.unmerged_square = None
    return unmerged


def rmsprop(parameter: Any, gradient: Any, group: Any, state: Any) -> None:
    """Keras' RMSprop: epsilon is inside the root (rmsprop.py, update_step)."""
    rho = group["alpha"]
    velocity = slot(state, "velocity", parameter)
    velocity.mul_(rho).add_(square(parameter, gradient) * (1 - rho))
    denominator = velocity
    if group["centered"]:
        average = slot(state, "average", parameter)
        average.mul_(rho).add_(gradient * (1 - rho))
        denominator = denominator - average**2
    update = group["lr"] * gradient / (denominator + group["eps"]).sqrt()
    if group["momentum"]:
        momentum = slot(state, "momentum", parameter)
        update = momentum.mul_(group["momentum"]).add_(update)
    parameter.sub_(update)


def adam(parameter: Any, gradient: Any, group: Any, state: Any) -> None:
    """Keras' Adam and AdamW: "epsilon hat", added before the bias correction.

    Kingma and Ba 2015, the remark below algorithm 1 (adam.py, update_step).
    """
    beta_1, beta_2 = group["betas"]
    kind = np.float64 if parameter.dtype == torch.float64 else np.float32
    steps = kind(group["steps"])
    rate = kind(group["lr"]) * np.sqrt(1 - kind(float32(beta_2)) ** steps)
    rate = float(rate / (1 - kind(float32(beta_1)) ** steps))
    mean = slot(state, "mean", parameter)
    mean.add_((gradient - mean) * (1 - beta_1))
    variance = slot(state, "variance", parameter)
    variance.add_((square(parameter, gradient) - variance) * (1 - beta_2))
    if group["amsgrad"]:
        largest = slot(state, "largest", parameter)
        variance = torch.maximum(largest, variance, out=largest)
    parameter.sub_((mean * rate) / (variance.sqrt() + group["eps"]))


def sgd(parameter: Any, gradient: Any, group: Any, state: Any) -> None:
    """Keras' SGD: the velocity contains the learning rate (sgd.py)."""
    rate = group["lr"]
    if not group["momentum"]:
        parameter.sub_(gradient * rate)
        return
    momentum = float32(group["momentum"])
    velocity = slot(state, "velocity", parameter)
    velocity.mul_(momentum).sub_(gradient * rate)
    if group["nesterov"]:
        parameter.add_(velocity * momentum - gradient * rate)
    else:
        parameter.add_(velocity)


RULES: dict[type[Optimizer], tuple[Callable[..., None], str]] = {
    torch.optim.RMSprop: (rmsprop, "rmsprop_epsilon"),
    torch.optim.Adam: (adam, "adam_epsilon"),
    torch.optim.AdamW: (adam, "adam_epsilon"),
    torch.optim.SGD: (sgd, "sgd_velocity"),
}


def align_optimizer(native: Optimizer) -> tuple[Optimizer, list[str]]:
    """Return the optimizer with Keras' formula and the atlas entry it closes.

    An optimizer without a rule in `RULES` is returned unchanged.
    """
    rule, name = RULES.get(type(native), (None, ""))
    if rule is None:
        return native, []
    return KerasOptimizer(native, rule), [name]


# === Layers and functions ===================================================


@contextmanager
def keras_formulas(model: nn.Module, wanted: bool) -> Iterator[list[str]]:
    """Use Keras' formulas in `model`; yield the atlas entries that it needed.

    Does nothing unless `wanted`.
    """
    used: list[str] = []
    if not wanted:
        yield used
        return
    rounding = (
        (F, "gelu", keras_gelu),
        (F, "leaky_relu", keras_leaky_relu),
        (F, "scaled_dot_product_attention", keras_attention),
        (F, "math", keras_math),
    )
    with ExitStack() as stack:
        # The compiled fast path of attention computes its own scale.
        fast = torch.backends.mha.get_fastpath_enabled()
        stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        torch.backends.mha.set_fastpath_enabled(False)
        for owner, name, make in (
            *(rounding if ON_TENSORFLOW else ()),
            (nn.utils, "clip_grad_norm_", keras_clip_grad_norm),
        ):
            function = make(getattr(owner, name), used)
            stack.enter_context(replaced(owner, **{name: function}))
        for module in [] if isinstance(model, dict) else model.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                stack.callback(use_biased_variance(module, used))
            elif not ON_TENSORFLOW:
                continue
            elif type(module).__name__ == "Rescaling":
                stack.callback(round_scale(module, used))
            elif isinstance(module, nn.Embedding):
                stack.callback(keep_unmerged_squares(module, used))
        yield used


def note(used: list[str], name: str) -> None:
    if name not in used:
        used.append(name)


def keras_gelu(native: Any, used: list[str]) -> Any:
    """GELU with 1/sqrt(2) rounded to float32."""

    def gelu(input: Any, approximate: str = "none") -> Any:
        if approximate != "none" or input.dtype != torch.float64:
            return native(input, approximate=approximate)
        note(used, "float32_constants")
        return 0.5 * input * torch.erfc(-input * float32(math.sqrt(0.5)))

    return gelu


def keras_leaky_relu(native: Any, used: list[str]) -> Any:
    def leaky_relu(
        input: Any, negative_slope: float = 0.01, inplace: bool = False
    ) -> Any:
        if input.dtype == torch.float64:
            note(used, "float32_constants")
            negative_slope = float32(negative_slope)
        return native(input, negative_slope, inplace)

    return leaky_relu


def keras_attention(native: Any, used: list[str]) -> Any:
    """Attention with its scale 1/sqrt(d) rounded to float32."""

    def attention(query: Any, *args: Any, scale: Any = None, **kw: Any) -> Any:
        if query.dtype == torch.float64:
            note(used, "float32_constants")
            scale = float32(scale or 1 / math.sqrt(query.shape[-1]))
        return native(query, *args, scale=scale, **kw)

    return attention


def keras_math(native: Any, used: list[str]) -> Any:
    """The `math` that gives a scale to attention that returns weights."""

    def sqrt(value: float) -> float:
        root = float(native.sqrt(value))
        if torch.get_default_dtype() == torch.float64:
            note(used, "float32_constants")
            return float32(root)
        return root

    return SimpleNamespace(**{**vars(native), "sqrt": sqrt})


def keras_clip_grad_norm(native: Any, used: list[str]) -> Any:
    """Global norm clipping without the 1e-6 that PyTorch adds to the norm."""

    def clip(parameters: Any, max_norm: float, *args: Any, **kw: Any) -> Any:
        note(used, "clip_norm_epsilon")
        gradients = [p.grad for p in parameters if p.grad is not None]
        norm = torch.sqrt(torch.stack([(g * g).sum() for g in gradients]).sum())
        limit = torch.tensor(1.0 / max_norm, dtype=norm.dtype)
        factor = max_norm * torch.minimum(1.0 / norm, limit)
        for gradient in gradients:
            gradient.mul_(factor)
        return norm

    return clip


def use_biased_variance(layer: Any, used: list[str]) -> Callable[[], None]:
    """Store the biased running variance, as Keras does: divided by N."""

    def forward(input: Any) -> Any:
        if layer.training and layer.track_running_stats:
            note(used, "batch_norm_variance")
            axes = [axis for axis in range(input.ndim) if axis != 1]
            kept = layer.running_var.clone()
            output = native(input)
            share = layer.momentum
            biased = input.detach().var(axes, unbiased=False)
            # A new tensor: the backward pass still uses the old one.
            layer.running_var = (1 - share) * kept + share * biased
            return output
        return native(input)

    native = layer.forward
    layer.forward = forward
    return lambda: delattr(layer, "forward")


def round_scale(layer: Any, used: list[str]) -> Callable[[], None]:
    """Round a Rescaling's factor to float32, as Keras' Rescaling does."""
    if torch.get_default_dtype() != torch.float64:
        return lambda: None
    kept = layer.scale
    layer.scale = float32(kept)
    if layer.scale != kept:
        note(used, "float32_constants")
    return lambda: setattr(layer, "scale", kept)


def keep_unmerged_squares(layer: Any, used: list[str]) -> Callable[[], None]:
    """Square each lookup's gradient before repeated ids are merged.

    TensorFlow's embedding gradients hold one row per lookup. Keras' Adam and
    RMSprop square each row separately.
    """

    def hook(module: Any, args: Any, output: Any) -> None:
        if not output.requires_grad:
            return
        weight, ids = module.weight, args[0].reshape(-1)

        def keep(gradient: Any) -> None:
            note(used, "embedding_gradients")
            rows = gradient.reshape(-1, gradient.shape[-1]).detach()
            kept = getattr(weight, "unmerged_square", None)
            kept = torch.zeros_like(weight) if kept is None else kept
            weight.unmerged_square = kept.index_add(0, ids, rows * rows)

        output.register_hook(keep)

    return layer.register_forward_hook(hook).remove
