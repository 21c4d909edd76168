"""MaxPool2d(3, 2, padding=1) looks at other windows than Keras."""

import numpy as np

KERAS = """\
MaxPooling2D(padding="same") pads by the input's size, with minus infinity and
the odd cell after (keras/src/backend/tensorflow/nn.py, max_pool)."""

PYTORCH = """\
padding=1 pads both sides of every size (torch/nn/modules/pooling.py)."""

FIX = """\
F.pad(x, (0, 1, 0, 1), value=-inf), then no padding, for an even size; with
zeros, negative maps would go wrong. In Keras pad by ops.pad likewise."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Negative values, so that padding with zeros would show."""
    random = np.random.default_rng(0)
    return {"x": random.normal(loc=-3.0, size=(2, 8, 8, 3))}


def keras_default(x):
    from keras import layers

    return layers.MaxPooling2D(3, strides=2, padding="same")(x)


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.max_pool2d(x, 3, stride=2, padding=1).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    x = F.pad(x, (0, 1, 0, 1), value=float("-inf"))
    return F.max_pool2d(x, 3, stride=2).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import layers, ops

    sides = ((0, 0), (1, 1), (1, 1), (0, 0))
    x = ops.pad(x, sides, constant_values=float("-inf"))
    return layers.MaxPooling2D(3, strides=2)(x)
