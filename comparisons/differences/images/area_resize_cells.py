"""Area resizing differs where the sizes do not divide."""

import numpy as np

KERAS = """\
interpolation="area" weighs a cell by the part of it that is covered
(tf.image.resize, called in keras/src/backend/tensorflow/image.py)."""

PYTORCH = """\
mode="area" is adaptive average pooling: every cell that is touched counts in
full (torch/nn/functional.py, interpolate)."""

FIX = """\
PyTorch: two matrices of shares, one for rows and one for columns. Keras:
AdaptiveAveragePooling2D. Where the sizes divide they agree."""

GAP = 0.1
# TensorFlow resizes in float32, in float64 too: resize_in_float32.
CLOSED = {"float32": 5e-6, "float64": 5e-6}


def inputs():
    return {"x": np.random.default_rng(0).uniform(size=(2, 16, 16, 3))}


def keras_default(x):
    from keras import ops

    return ops.image.resize(x, (7, 7), interpolation="area")


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.interpolate(x, (7, 7), mode="area").permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    edges = torch.arange(7 + 1) * 16 / 7
    cells = torch.arange(16)
    last = torch.minimum(edges[1:, None], cells + 1)
    first = torch.maximum(edges[:-1, None], cells)
    shares = (last - first).clamp(min=0) * 7 / 16
    return (shares @ x @ shares.T).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.AdaptiveAveragePooling2D((7, 7))(x)
