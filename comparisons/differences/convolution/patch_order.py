"""A vision transformer's patches are laid out otherwise by F.unfold."""

import numpy as np

KERAS = """\
ops.image.extract_patches: a patch is (rows, columns, channels) in one line
(keras/src/ops/image.py)."""

PYTORCH = """\
F.unfold: a patch is (channels, rows, columns) in one line, and patches are the
last axis (torch/nn/functional.py)."""

FIX = """\
Swap the parts of the line, or permute the first Dense kernel once. A
convolution with stride = kernel has no such line."""

GAP = 1.0
CLOSED = {"float32": 0.0, "float64": 0.0}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(2, 6, 6, 3))}


def keras_default(x):
    from keras import ops

    patches = ops.image.extract_patches(x, 2)
    return ops.reshape(patches, (len(x), 3 * 3, -1))


def torch_default(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    return F.unfold(x, 2, stride=2).transpose(1, 2)


def torch_as_keras(x):
    import torch
    import torch.nn.functional as F

    x = torch.from_numpy(x).permute(0, 3, 1, 2)
    patches = F.unfold(x, 2, stride=2).transpose(1, 2)
    return patches.unflatten(2, (3, 2 * 2)).transpose(2, 3).flatten(2)


def keras_as_torch(x):
    from keras import ops

    patches = ops.image.extract_patches(x, 2)
    patches = ops.reshape(patches, (len(x), 3 * 3, 2 * 2, 3))
    return ops.reshape(ops.swapaxes(patches, 2, 3), (len(x), 3 * 3, -1))
