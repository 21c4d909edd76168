"""Recognises typical mistakes by how two arrays differ.

The arrays are the output of the first layer that differs, or the first
gradient that differs. A symptom names the atlas entries with such a gap.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
CLOSE = 1e-6  # relative: below it, a symptom calls two arrays the same


@dataclass(frozen=True)
class Symptom:
    """What is seen, and the atlas entries that fit it."""

    words: str
    entries: tuple[str, ...]


# By kind of Keras layer: entries about such layers, named in any case.
OF_KIND = {
    "Conv": ("same_padding", "even_kernel_same", "causal_padding"),
    "DepthwiseConv": ("same_padding", "depthwise_kernel_layout"),
    "SeparableConv": ("same_padding", "separable_depthwise_bias"),
    "Transpose": ("same_padding", "transposed_conv_crop"),
    "BatchNormalization": (
        "batch_norm_epsilon", "batch_norm_momentum", "batch_norm_variance",
        "frozen_batch_norm",
    ),
    "LayerNormalization": ("layer_norm_epsilon", "layer_norm_axes"),
    "GroupNormalization": ("group_norm_epsilon",),
    "RMSNormalization": ("rms_norm_epsilon",),
    "Dense": ("flatten_order", "gelu_approximation", "leaky_relu_slope"),
    "MultiHeadAttention": (
        "attention_mask_polarity", "key_padding_polarity",
        "attention_argument_order", "causal_mask_argument",
        "attention_batch_first",
    ),
    "GRU": ("gru_reset_after", "rnn_batch_first", "sequence_masks"),
    "LSTM": ("rnn_batch_first", "sequence_masks", "lstm_two_biases"),
    "Bidirectional": ("bidirectional_last_step", "sequence_masks"),
    "Embedding": ("embedding_padding_row", "negative_embedding_ids"),
}  # fmt: skip
# By kind of Keras layer, "" for any other: what causes a very small gap.
OF_EPSILON = {
    "LayerNormalization": ("layer_norm_epsilon",),
    "GroupNormalization": ("group_norm_epsilon",),
    "RMSNormalization": ("rms_norm_epsilon",),
    "BatchNormalization": ("batch_norm_epsilon",),
    "": (
        "gelu_approximation", "float32_constants", "layer_norm_epsilon",
        "batch_norm_epsilon",
    ),
}  # fmt: skip


def symptoms(keras: Array, torch: Array, kind: str = "") -> list[Symptom]:
    """Return how two arrays differ that should be equal.

    `kind` is the kind of the Keras layer that they come from, or "".
    """
    found = list(seen(keras, torch, kind))
    general = tuple(
        entry
        for word, entries in OF_KIND.items()
        if word in kind
        for entry in entries
    )
    told = {entry for symptom in found for entry in symptom.entries}
    rest = tuple(entry for entry in general if entry not in told)
    if rest:
        found.append(Symptom(f"known differences of {kind} layers", rest))
    return found


def seen(a: Array, b: Array, kind: str) -> Iterator[Symptom]:
    if a.shape != b.shape:
        yield of_shapes(a.shape, b.shape)
        return
    entries: tuple[str, ...]
    if np.isnan(a).any() != np.isnan(b).any():
        entries = ("fully_masked_rows", "norm_gradient_at_zero")
        yield Symptom("only one side is not a number", entries)
        return
    factor = constant_factor(a, b)
    if factor is not None:
        yield of_factor(factor)
        return
    if (axes := swapped_axes(a, b)) is not None:
        words = f"PyTorch's axes {axes[0]} and {axes[1]} are swapped"
        entries = ("dense_kernel_transpose", "conv_kernel_layout",
                   "flatten_order")  # fmt: skip
        yield Symptom(f"{words}: a transposed kernel or picture",
                      entries)  # fmt: skip
        return
    if (moved := shift(a, b)) is not None:
        entries = "same_padding", "transposed_conv_crop", "center_crop_offset"
        yield Symptom(
            f"PyTorch is shifted by {moved[1]:+d} along axis {moved[0]}",
            entries,
        )
        return
    if close(np.sort(a, axis=None), np.sort(b, axis=None)):
        entries = ("flatten_order", "channels_last_concatenate",
                   "gru_gate_order", "sinusoidal_position_order")  # fmt: skip
        yield Symptom("the same numbers in another order", entries)
        return
    yield from of_signs(a, b)
    yield from of_rows(a, b)
    yield from of_size(a, b, kind)


def close(a: Array, b: Array) -> bool:
    scale = max(float(np.abs(a).max(initial=0)), 1e-300)
    return bool(np.abs(a - b).max(initial=0) <= CLOSE * scale)


def of_shapes(a: Sequence[int], b: Sequence[int]) -> Symptom:
    words = f"shapes {tuple(a)} and {tuple(b)}"
    if sorted(a) == sorted(b):
        entries: tuple[str, ...] = (
            "rnn_batch_first", "channels_last_concatenate", "flatten_order",
        )  # fmt: skip
        return Symptom(f"{words}: axes in another order", entries)
    if len(a) == len(b):
        entries = ("same_padding", "even_kernel_same", "max_pool_same",
                   "transposed_conv_valid_length")  # fmt: skip
        return Symptom(f"{words}: a border more or less", entries)
    entries = "rnn_last_output", "global_pool_shape"
    return Symptom(f"{words}: an axis more or less", entries)


def constant_factor(a: Array, b: Array) -> float | None:
    """Return PyTorch over Keras if it is the same everywhere, else None."""
    large = np.abs(a) > 1e-3 * np.abs(a).max(initial=0)
    if not large.any():
        return None
    factor = float(np.median(b[large] / a[large]))
    return factor if factor and close(a * factor, b) else None


def of_factor(factor: float) -> Symptom:
    words = f"a constant factor of {factor:.6g} (PyTorch over Keras)"
    if np.isclose(factor, (2.0, 0.5)).any():
        entries: tuple[str, ...] = "l2_weight_decay", "lstm_two_biases"
    elif factor < 0:
        entries = ("cosine_similarity_sign",)
    elif np.isclose(factor, np.round(factor)) or np.isclose(
        1 / factor, np.round(1 / factor)
    ):
        words += ": a sum on one side and a mean on the other"
        entries = ("sample_weight_mean", "kl_divergence_mean",
                   "gradient_accumulation_mean",
                   "activity_regularizer_mean")  # fmt: skip
    else:
        entries = ("unscaled_attention_layer", "class_weight_mean",
                   "huber_and_smooth_l1")  # fmt: skip
    return Symptom(words, entries)


def swapped_axes(a: Array, b: Array) -> tuple[int, int] | None:
    for one, other in itertools.combinations(range(a.ndim), 2):
        turned = np.swapaxes(b, one, other)
        if turned.shape == a.shape and close(a, turned):
            return one, other
    return None


def shift(a: Array, b: Array) -> tuple[int, int] | None:
    """Return the axis and the cells by which PyTorch's array is shifted.

    None if it is not. The first axis (samples) and the last one (channels)
    are not tried, and cells at the border may differ.
    """
    for axis in range(1, a.ndim - 1):
        size = a.shape[axis]
        for cells in (-2, -1, 1, 2):
            if size <= 2 * abs(cells) + 1:
                continue
            rolled = np.roll(b, -cells, axis)
            inside = range(abs(cells), size - abs(cells))
            if close(a.take(inside, axis), rolled.take(inside, axis)):
                return axis, cells
    return None


def of_signs(a: Array, b: Array) -> Iterator[Symptom]:
    """Find a difference that only negative values have."""
    negative = a < 0
    if not negative.any() or negative.all():
        return
    if close(a[~negative], np.maximum(b, 0)[~negative]):
        entries = ("leaky_relu_slope", "prelu_start", "gelu_approximation")
        yield Symptom(
            "equal where positive, unequal where negative: another activation "
            "or slope",
            entries,
        )


def of_rows(a: Array, b: Array) -> Iterator[Symptom]:
    """Find a difference that only some samples or time steps have."""
    if a.ndim < 2:
        return
    last = tuple(range(2, a.ndim))
    scale = max(float(np.abs(a).max()), 1e-300)
    same = np.abs(a - b).max(axis=last) <= CLOSE * scale
    if same.any() and not same.all():
        share = f"{1 - same.mean():.0%}"
        entries = ("sequence_masks", "masked_sequence_output",
                   "left_padding_state", "fully_masked_rows",
                   "same_padding")  # fmt: skip
        yield Symptom(
            f"unequal at {share} of the positions of the first two axes: a "
            "mask or a border",
            entries,
        )


def of_size(a: Array, b: Array, kind: str) -> Iterator[Symptom]:
    """Find another scale in each channel, or a gap as small as an epsilon."""
    gap = float(np.linalg.norm(a - b)) / max(float(np.linalg.norm(a)), 1e-300)
    if a.ndim >= 2 and a[..., 0].size > 2:
        axes = tuple(range(a.ndim - 1))
        around: list[Array] = [x - x.mean(axis=axes) for x in (a, b)]
        square = np.sum(around[0] ** 2, axis=axes)
        scale = np.sum(around[0] * around[1], axis=axes) / np.maximum(
            square, 1e-300
        )
        if close(around[0] * scale, around[1]) and "Norm" in kind:
            entries = ("batch_norm_epsilon", "batch_norm_momentum",
                       "batch_norm_variance",
                       "normalize_by_variance")  # fmt: skip
            yield Symptom(
                f"each channel is scaled differently, {scale.min():.4g} to "
                f"{scale.max():.4g}: other statistics or another epsilon",
                entries,
            )
            return
    if gap < 1e-2:
        yield Symptom(
            f"a gap of {gap:.0e}, as from another epsilon, an approximation "
            "or a constant in float32",
            OF_EPSILON.get(kind, OF_EPSILON[""]),
        )
