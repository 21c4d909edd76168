"""Average pooling is darker at the edges in PyTorch."""

import numpy as np

KERAS = """\
AveragePooling2D(padding="same") divides by the number of real cells
(keras/src/backend/tensorflow/nn.py, average_pool)."""

PYTORCH = """\
count_include_pad=True: padding counts as zeros
(torch/nn/modules/pooling.py, AvgPool2d)."""

FIX = """\
count_include_pad=False, where padding is the same on both sides; in Keras
ZeroPadding2D and no padding."""

GAP = 0.5
CLOSED = {"float32": 5e-6, "float64": 1e-14}


def inputs():
    """Odd sizes, for which Keras too pads both sides."""
    return {"x": np.random.default_rng(0).normal(size=(2, 9, 9, 3))}


def keras_default(x):
    from keras import layers

    return layers.AveragePooling2D(3, strides=2, padding="same")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.avg_pool2d(x, 3, stride=2, padding=1).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    y = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
    return y.permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.AveragePooling2D(3, strides=2)(layers.ZeroPadding2D(1)(x))
