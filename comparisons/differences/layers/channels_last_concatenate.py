"""A skip connection joins pictures side by side in PyTorch."""

import numpy as np

KERAS = """\
Concatenate(axis=-1) joins channels, which come last
(keras/src/layers/merging/concatenate.py)."""

PYTORCH = """\
In (N, C, H, W) the last axis is the width: torch.cat((a, b), dim=-1) lays two
pictures side by side, and complains of nothing."""

FIX = """\
dim=1 in PyTorch; axis=-2 joins widths in Keras."""

GAP = float("inf")
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    random = np.random.default_rng(0)
    return {
        "up": random.normal(size=(2, 4, 4, 3)),
        "skip": random.normal(size=(2, 4, 4, 3)),
    }


def keras_default(up, skip):
    from keras import layers

    return layers.Concatenate()([up, skip])


def torch_default(up, skip):
    import torch

    up = torch.from_numpy(up).permute(0, 3, 1, 2)
    skip = torch.from_numpy(skip).permute(0, 3, 1, 2)
    return torch.cat((up, skip), dim=-1).permute(0, 2, 3, 1)


def torch_as_keras(up, skip):
    import torch

    up = torch.from_numpy(up).permute(0, 3, 1, 2)
    skip = torch.from_numpy(skip).permute(0, 3, 1, 2)
    return torch.cat((up, skip), dim=1).permute(0, 2, 3, 1)


def keras_as_torch(up, skip):
    from keras import layers

    return layers.Concatenate(axis=-2)([up, skip])
