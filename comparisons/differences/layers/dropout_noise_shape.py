"""Dropout with one mask for all steps: noise_shape has no PyTorch argument."""

import numpy as np

KERAS = """\
Dropout(rate, noise_shape) draws a mask of that shape and broadcasts it; None
stands for the input's own size (keras/src/layers/regularization/dropout.py)."""

PYTORCH = """\
nn.Dropout draws every value for itself (torch/nn/modules/dropout.py)."""

FIX = """\
Multiply by the dropout of ones of the mask's shape."""

GAP = 0.9
# The share of features that all of six steps keep or all lose: it tells its
# own by 0.001 among 16,000.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    return {"x": np.ones((2000, 6, 8))}


def keras_default(x):
    from keras import layers, ops

    y = layers.Dropout(0.5, noise_shape=(None, 1, None))(x, training=True)
    return ops.mean(ops.cast(ops.all(y == y[:, :1], axis=1), "float32"))


def torch_default(x):
    import torch
    from torch import nn

    y = nn.Dropout(0.5)(torch.from_numpy(x))
    return (y == y[:, :1]).all(1).float().mean()


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x)
    y = x * F.dropout(torch.ones_like(x[:, :1]), 0.5, training=True)
    return (y == y[:, :1]).all(1).float().mean()


def keras_as_torch(x):
    from keras import layers, ops

    y = layers.Dropout(0.5)(x, training=True)
    return ops.mean(ops.cast(ops.all(y == y[:, :1], axis=1), "float32"))
