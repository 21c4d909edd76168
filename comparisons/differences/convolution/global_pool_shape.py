"""AdaptiveAvgPool2d(1) keeps two axes that Keras drops."""

import numpy as np

KERAS = """\
GlobalAveragePooling2D(keepdims=False) returns (batch, channels)
(keras/src/layers/pooling/global_average_pooling2d.py)."""

PYTORCH = """\
nn.AdaptiveAvgPool2d(1) returns (batch, channels, 1, 1)
(torch/nn/modules/pooling.py)."""

FIX = """\
x.mean((2, 3)), or flatten(1) after it; keepdims=True in Keras. A loss that
broadcasts would hide the two axes."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-15}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 6, 6, 3))}


def keras_default(x):
    from keras import layers

    return layers.GlobalAveragePooling2D()(x)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.AdaptiveAvgPool2d(1)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return x.mean((2, 3))


def keras_as_torch(x):
    from keras import layers

    return layers.GlobalAveragePooling2D(keepdims=True)(x)
