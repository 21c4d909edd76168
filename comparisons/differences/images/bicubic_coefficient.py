"""Bicubic resizing is sharper in PyTorch."""

import numpy as np

KERAS = """\
Keys' cubic with a = -0.5 (tf.image.resize, called in
keras/src/backend/tensorflow/image.py), as in Pillow; beyond the edge nothing
counts."""

PYTORCH = """\
a = -0.75, as in OpenCV, and the edge pixel repeated
(torch/include/ATen/native/UpSample.h); -0.5 only if antialias=True."""

FIX = """\
antialias=True in PyTorch, which for enlarging changes the cubic alone. In
Keras two matrices of weights, one for rows and one for columns."""

GAP = 0.02
# TensorFlow reads the cubic from a table of 1024 steps: 6e-4 are left.
CLOSED = {"float32": 3e-3, "float64": 3e-3}


def inputs():
    return {"x": np.random.default_rng(0).uniform(size=(2, 12, 12, 3))}


def keras_default(x):
    from keras import layers

    return layers.Resizing(19, 19, interpolation="bicubic")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.interpolate(x, (19, 19), mode="bicubic")
    return y.permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.interpolate(x, (19, 19), mode="bicubic", antialias=True)
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    n, m, a = 12, 19, -0.75
    new = (np.arange(m) + 0.5) * n / m - 0.5
    weights = np.zeros((m, n), x.dtype)
    for tap in (-1, 0, 1, 2):
        old = np.floor(new) + tap
        d = abs(new - old)
        near = (a + 2) * d**3 - (a + 3) * d**2 + 1
        far = a * (d**3 - 5 * d**2 + 8 * d - 4)
        # The edge pixel stands for all beyond it.
        index = np.arange(m), old.clip(0, n - 1).astype(int)
        np.add.at(weights, index, np.where(d <= 1, near, far))
    return ops.einsum("yi,bijc,xj->byxc", weights, x, weights)
