"""AvgPool2d(3, 2, padding=1) averages other windows than Keras."""

import numpy as np

KERAS = """\
AveragePooling2D(padding="same") pads by the input's size, the odd cell after,
and counts real cells only (keras/src/backend/tensorflow/nn.py)."""

PYTORCH = """\
padding=1 pads both sides of every size; count_include_pad=False alone leaves
the windows where they are (torch/nn/modules/pooling.py)."""

FIX = """\
An even size, kernel 3 and stride 2: no padding and ceil_mode=True, whose
cells beyond the edge are not counted. In Keras divide two padded averages,
the picture's and that of ones."""

GAP = 0.5
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 8, 8, 3))}


def keras_default(x):
    from keras import layers

    return layers.AveragePooling2D(3, strides=2, padding="same")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
    return y.permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.avg_pool2d(x, 3, stride=2, ceil_mode=True)
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers, ops

    pool = layers.AveragePooling2D(3, strides=2)
    pad = layers.ZeroPadding2D(1)
    return pool(pad(x)) / pool(pad(ops.ones_like(x)))
