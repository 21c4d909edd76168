"""A feature that never changes turns into nan in PyTorch."""

import numpy as np

KERAS = """\
Normalization divides by no less than 1e-7: a constant column becomes 0
(keras/src/layers/preprocessing/normalization.py, call)."""

PYTORCH = """\
(x - mean) / std is 0 / 0, not a number; the first loss is nan."""

FIX = """\
std.clamp(min=1e-7) in PyTorch. A new value in such a column becomes huge on
both sides: leaving the column out is better."""

GAP = float("inf")
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    """The second column is 3 all along."""
    x = np.random.default_rng(0).normal(size=(8, 2))
    return {"x": x * [1.0, 0.0] + [0.0, 3.0]}


def keras_default(x):
    from keras import layers

    scale = layers.Normalization()
    scale.adapt(x)
    return scale(x)


def torch_default(x):
    import torch

    x = torch.from_numpy(x)
    return (x - x.mean(0)) / x.std(0, correction=0)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x)
    deviation = x.std(0, correction=0).clamp(min=1e-7)
    return (x - x.mean(0)) / deviation


def keras_as_torch(x):
    from keras import ops

    return (x - ops.mean(x, axis=0)) / ops.std(x, axis=0)
