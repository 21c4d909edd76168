"""PixelShuffle takes the channels in another order than depth_to_space."""

import numpy as np

KERAS = """\
ops.depth_to_space: a pixel's place comes first in the channels, then the new
channel: (rows, columns, channel) (keras/src/backend/tensorflow/nn.py)."""

PYTORCH = """\
nn.PixelShuffle: (channel, rows, columns) (torch/nn/modules/pixelshuffle.py).
With a single new channel the two agree."""

FIX = """\
Swap the two halves of the channel axis before, or those of the convolution's
filters once."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    """Three channels for each of 2 x 2 new pixels."""
    return {"x": np.random.default_rng(0).normal(size=(2, 3, 3, 12))}


def keras_default(x):
    from keras import ops

    return ops.depth_to_space(x, 2)


def torch_default(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return nn.PixelShuffle(2)(x).permute(0, 2, 3, 1)


def torch_as_keras(x):
    import torch
    from torch import nn

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    x = x.unflatten(1, (2 * 2, 3)).transpose(1, 2).flatten(1, 2)
    return nn.PixelShuffle(2)(x).permute(0, 2, 3, 1)


def keras_as_torch(x):
    from keras import ops

    shape = ops.shape(x)
    x = ops.reshape(x, (*shape[:3], 3, 2 * 2))
    x = ops.reshape(ops.swapaxes(x, -1, -2), shape)
    return ops.depth_to_space(x, 2)
