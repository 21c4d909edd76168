"""GaussianDropout does not exist in PyTorch, and Dropout is no stand-in."""

import numpy as np

KERAS = """\
GaussianDropout(rate) multiplies by normal noise of mean 1 and standard
deviation sqrt(rate / (1 - rate)); nothing becomes zero
(keras/src/layers/regularization/gaussian_dropout.py)."""

PYTORCH = """\
Has nn.Dropout, whose noise spreads as far, but is 0 or 1 / (1 - p)
(torch/nn/modules/dropout.py)."""

FIX = """\
x * (1 + sqrt(p / (1 - p)) * torch.randn_like(x)) while training.
GaussianNoise is x + stddev * torch.randn_like(x)."""

GAP = 0.2
# Of 100,000 draws the spread tells its own by 0.003, the shares by 0.002.
CLOSED = {"float32": 0.02, "float64": 0.02}


def inputs():
    return {"x": np.ones(100_000)}


def keras_default(x):
    from keras import layers, ops

    y = ops.convert_to_numpy(layers.GaussianDropout(0.3)(x, training=True))
    return {"std": y.std(), "zero": (y == 0).mean(), "below": (y < 0).mean()}


def torch_default(x):
    import torch
    from torch import nn

    y = nn.Dropout(0.3)(torch.from_numpy(x)).numpy()
    return {"std": y.std(), "zero": (y == 0).mean(), "below": (y < 0).mean()}


def torch_as_keras(x):
    import torch

    x, p = torch.from_numpy(x), 0.3
    y = (x * (1 + (p / (1 - p)) ** 0.5 * torch.randn_like(x))).numpy()
    return {"std": y.std(), "zero": (y == 0).mean(), "below": (y < 0).mean()}


def keras_as_torch(x):
    from keras import layers, ops

    y = ops.convert_to_numpy(layers.Dropout(0.3)(x, training=True))
    return {"std": y.std(), "zero": (y == 0).mean(), "below": (y < 0).mean()}
