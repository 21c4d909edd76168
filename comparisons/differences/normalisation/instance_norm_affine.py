"""InstanceNorm2d has no weights to train."""

import numpy as np

KERAS = """\
GroupNormalization(groups=-1) is instance normalisation, with a gamma and a
beta for each channel
(keras/src/layers/normalization/group_normalization.py)."""

PYTORCH = """\
nn.InstanceNorm2d has affine=False, and eps=1e-5
(torch/nn/modules/instancenorm.py)."""

FIX = """\
PyTorch: affine=True, eps=1e-3. Keras: center=False, scale=False,
epsilon=1e-5."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    x = np.random.default_rng(0).normal(scale=0.05, size=(2, 5, 5, 8))
    return {"x": x}


def keras_default(x):
    from keras import layers

    norm = layers.GroupNormalization(groups=-1)
    return {"output": norm(x), "weights": norm.count_params()}


def torch_default(x):
    import torch
    from torch import nn

    norm = nn.InstanceNorm2d(8)
    y = norm(torch.from_numpy(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    return {"output": y, "weights": sum(w.numel() for w in norm.parameters())}


def torch_as_keras(x):
    import torch
    from torch import nn

    norm = nn.InstanceNorm2d(8, eps=1e-3, affine=True)
    y = norm(torch.from_numpy(x).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    return {"output": y, "weights": sum(w.numel() for w in norm.parameters())}


def keras_as_torch(x):
    from keras import layers

    norm = layers.GroupNormalization(
        groups=-1, epsilon=1e-5, center=False, scale=False
    )
    return {"output": norm(x), "weights": norm.count_params()}
