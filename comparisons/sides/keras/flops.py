"""Floating-point operations of Keras layers, by hand.

An independent count beside PyTorch's FlopCounterMode: from the shapes that
each layer is given and makes, a multiplication with its addition counting two.
Products of matrices and convolutions alone count, as they do there.
"""

import functools
from contextlib import ExitStack
from math import prod
from typing import Any

from keras import layers

from comparisons.sides.keras.backends import eagerly
from comparisons.sides.replacing import replaced
from shared_data import Arrays


def of_kernel(layer: Any, given: Any, made: Any) -> int:
    """Every weight of the kernel meets every position once."""
    return prod(made.shape[:-1]) * prod(layer.kernel.shape)


def of_transpose(layer: Any, given: Any, made: Any) -> int:
    return prod(given.shape[:-1]) * prod(layer.kernel.shape)


def of_einsum(layer: Any, given: Any, made: Any) -> int:
    """As attention uses it: samples and places first."""
    return prod(given.shape[:2]) * prod(layer.kernel.shape)


def of_separable(layer: Any, given: Any, made: Any) -> int:
    kernels = prod(layer.depthwise_kernel.shape) + prod(
        layer.pointwise_kernel.shape
    )
    return prod(made.shape[:-1]) * kernels


def of_recurrent(layer: Any, given: Any, made: Any) -> int:
    cell = layer.cell
    kernels = prod(cell.kernel.shape) + prod(cell.recurrent_kernel.shape)
    return prod(given.shape[:2]) * kernels


def of_attention(layer: Any, query: Any, value: Any) -> int:
    """Scores and their weighted sum; the projections are layers themselves."""
    heads, size = layer.num_heads, layer.key_dim
    return 2 * query.shape[0] * heads * query.shape[1] * value.shape[1] * size


RULES = {
    layers.Conv1D: of_kernel,
    layers.Conv2D: of_kernel,
    layers.Conv2DTranspose: of_transpose,
    layers.Dense: of_kernel,
    layers.DepthwiseConv2D: of_kernel,
    layers.EinsumDense: of_einsum,
    layers.GRU: of_recurrent,
    layers.LSTM: of_recurrent,
    layers.MultiHeadAttention: of_attention,
    layers.SeparableConv2D: of_separable,
}


def forward_flops(module: Any, model: Any, arrays: Arrays) -> float:
    """Return the operations of the half's prediction of these samples."""
    if isinstance(model, dict):
        weights = [v for v in model.values() if len(v.shape) == 2]
        return 2.0 * len(arrays) * sum(prod(v.shape) for v in weights)
    total: list[int] = []
    with ExitStack() as stack:
        stack.enter_context(eagerly())
        for kind, rule in RULES.items():
            call = counting(kind.call, rule, total)
            stack.enter_context(replaced(kind, call=call))
        module.predict(model, arrays.inputs)
    return 2.0 * sum(total)


def counting(original: Any, rule: Any, total: list[int]) -> Any:
    """Return a layer's call that adds to `total` what it computes."""

    @functools.wraps(original)  # Keras asks a call for its arguments
    def call(layer: Any, given: Any, *args: Any, **kwargs: Any) -> Any:
        made = original(layer, given, *args, **kwargs)
        if rule is of_attention:
            made_of = args[0] if args else kwargs["value"]
            total.append(rule(layer, given, made_of))
        else:
            total.append(rule(layer, given, made))
        return made

    return call
