"""nn.Dropout1d on (batch, steps, channels) drops steps, not channels."""

import numpy as np

KERAS = """\
SpatialDropout1D drops whole channels, the last axis
(keras/src/layers/regularization/spatial_dropout.py)."""

PYTORCH = """\
nn.Dropout1d, like 2d and 3d, drops what axis 1 counts: its inputs are
(batch, channels, steps) (torch/nn/functional.py, dropout1d)."""

FIX = """\
Move the channels to axis 1 around it; in Keras give Dropout a noise_shape
that is 1 along the channels."""

GAP = 0.9
# The share of channels that all of six steps keep or all lose: it tells its
# own by 0.004 among 2,000 samples.
CLOSED = {"float32": 0.03, "float64": 0.03}


def inputs():
    return {"x": np.ones((2000, 6, 8))}


def keras_default(x):
    from keras import layers, ops

    y = layers.SpatialDropout1D(0.5)(x, training=True)
    return ops.mean(ops.cast(ops.all(y == y[:, :1], axis=1), "float32"))


def torch_default(x):
    import torch
    from torch import nn

    y = nn.Dropout1d(0.5)(torch.from_numpy(x))
    return (y == y[:, :1]).all(1).float().mean()


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x)
    y = nn.Dropout1d(0.5)(x.transpose(1, 2)).transpose(1, 2)
    return (y == y[:, :1]).all(1).float().mean()


def keras_as_torch(x):
    from keras import layers, ops

    dropout = layers.Dropout(0.5, noise_shape=(None, None, 1))
    y = dropout(x, training=True)
    return ops.mean(ops.cast(ops.all(y == y[:, :1], axis=1), "float32"))
