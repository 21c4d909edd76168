"""F.interpolate by a factor is not the same as to that size."""

import numpy as np

KERAS = """\
Resizing takes a size, and pixels lie size / new size apart
(keras/src/backend/tensorflow/image.py, resize)."""

PYTORCH = """\
scale_factor=1.5 makes 7 of 5 pixels, which still lie 1 / 1.5 apart: the last
half pixel is cut off (torch/nn/functional.py, interpolate)."""

FIX = """\
Give size=, or recompute_scale_factor=True. In Keras two matrices of weights,
one for rows and one for columns."""

GAP = 0.05
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 5e-6, "float64": 5e-6}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 5, 5, 3))}


def keras_default(x):
    from keras import layers

    return layers.Resizing(7, 7)(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.interpolate(x, scale_factor=1.5, mode="bilinear")
    return y.permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.interpolate(x, size=(7, 7), mode="bilinear")
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    old = np.arange(5)
    new = ((np.arange(7) + 0.5) / 1.5 - 0.5).clip(0, 5 - 1)
    weights = np.maximum(0, 1 - abs(new[:, None] - old)).astype(x.dtype)
    return ops.einsum("yi,bijc,xj->byxc", weights, x, weights)
