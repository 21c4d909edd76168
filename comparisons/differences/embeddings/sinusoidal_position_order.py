"""Sinusoidal positions of a TensorFlow and a PyTorch tutorial differ."""

import numpy as np

KERAS = """\
No layer in Keras itself; TensorFlow's Transformer tutorial puts all sines
before all cosines. keras_hub's SinePositionEncoding interleaves them."""

PYTORCH = """\
No module either; PyTorch's tutorial interleaves them, sines in the even
columns, as the Transformer paper does."""

FIX = """\
Permute the columns. A model trained from scratch does not mind; one with
weights carried over does."""

GAP = 1.0
CLOSED = {"float32": 1e-6, "float64": 1e-13}


def inputs():
    """Ten positions' angles for eight features."""
    rates = 10_000.0 ** (-np.arange(0, 8, 2) / 8)
    return {"angles": np.arange(10)[:, None] * rates}


def keras_default(angles):
    from keras import ops

    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


def torch_default(angles):
    import torch

    angles = torch.from_numpy(angles)
    positions = torch.zeros(10, 8)
    positions[:, 0::2] = torch.sin(angles)
    positions[:, 1::2] = torch.cos(angles)
    return positions


def torch_as_keras(angles):
    import torch

    angles = torch.from_numpy(angles)
    return torch.cat([torch.sin(angles), torch.cos(angles)], dim=-1)


def keras_as_torch(angles):
    from keras import ops

    pairs = ops.stack([ops.sin(angles), ops.cos(angles)], axis=-1)
    return ops.reshape(pairs, (10, 8))
