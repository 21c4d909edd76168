"""BatchNorm1d normalises time steps instead of features."""

import numpy as np

KERAS = """\
BatchNormalization(axis=-1): one mean for each feature, whatever the rank
(keras/src/layers/normalization/batch_normalization.py)."""

PYTORCH = """\
BatchNorm1d takes axis 1 for the features of (batch, features, steps); with as
many steps as features nothing complains (torch/nn/modules/batchnorm.py)."""

FIX = """\
x.transpose(1, 2) before and after; in Keras axis=1 does what PyTorch does."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    """Six steps of six features, each feature around its own mean."""
    x = np.random.default_rng(0).normal(size=(4, 6, 6))
    return {"x": x + np.arange(6)}


def keras_default(x):
    from keras import layers

    return layers.BatchNormalization()(x, training=True)


def torch_default(x):
    import torch
    from torch import nn

    return nn.BatchNorm1d(6, eps=1e-3)(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(6, eps=1e-3)
    return norm(torch.from_numpy(x).transpose(1, 2)).transpose(1, 2)


def keras_as_torch(x):
    from keras import layers

    return layers.BatchNormalization(axis=1)(x, training=True)
