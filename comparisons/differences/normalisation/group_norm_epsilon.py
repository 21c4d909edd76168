"""GroupNorm gives other numbers in Keras: epsilon and groups."""

import numpy as np

KERAS = """\
The defaults are GroupNormalization(groups=32, epsilon=1e-3)
(keras/src/layers/normalization/group_normalization.py)."""

PYTORCH = """\
nn.GroupNorm asks for the number of groups; eps=1e-5
(torch/nn/modules/normalization.py)."""

FIX = """\
Set groups and epsilon on both sides; groups are runs of neighbouring channels
in both."""

GAP = 0.2
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    x = np.random.default_rng(0).normal(scale=0.05, size=(2, 5, 5, 8))
    return {"x": x}


def keras_default(x):
    from keras import layers

    return layers.GroupNormalization(groups=4)(x)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.GroupNorm(4, 8)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.GroupNorm(4, 8, eps=1e-3)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.GroupNormalization(groups=4, epsilon=1e-5)(x)
