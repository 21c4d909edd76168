"""ZeroPad2d pads the sides when Keras pads top and bottom."""

import numpy as np

KERAS = """\
ZeroPadding2D(((top, bottom), (left, right)))
(keras/src/layers/reshaping/zero_padding2d.py)."""

PYTORCH = """\
nn.ZeroPad2d((left, right, top, bottom)), and F.pad likewise: the last axis
comes first (torch/nn/modules/padding.py)."""

FIX = """\
Reorder. Where both sums are the same, no shape tells of the mistake."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(1, 4, 4, 2))}


def keras_default(x):
    from keras import layers

    return layers.ZeroPadding2D(((0, 2), (1, 1)))(x)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.ZeroPad2d((0, 2, 1, 1))(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.ZeroPad2d((1, 1, 0, 2))(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers

    return layers.ZeroPadding2D(((1, 1), (0, 2)))(x)
