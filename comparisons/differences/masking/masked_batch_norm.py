"""Padded steps are part of the batch for PyTorch's BatchNorm."""

import numpy as np

KERAS = """\
A mask, which Embedding and Masking hand on unasked, takes padded steps out of
mean and variance
(keras/src/layers/normalization/batch_normalization.py, _moments)."""

PYTORCH = """\
Knows no mask: padding moves the statistics
(torch/nn/modules/batchnorm.py)."""

FIX = """\
PyTorch: normalise x[mask] only, a batch of single steps. Keras: give mask=None,
or put the layer before the mask arises."""

GAP = 0.3
# Keras divides by the number of steps + 1e-7.
CLOSED = {"float32": 1e-5, "float64": 1e-7}


def inputs():
    """Two sequences of which three and five steps are real."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(loc=1.0, size=(2, 6, 3)),
        "mask": np.arange(6) < np.array([[3], [5]]),
    }


def keras_default(x, mask):
    from keras import layers, ops

    x = ops.where(mask[:, :, None], x, 0.0)
    y = layers.BatchNormalization()(x, training=True, mask=mask)
    return ops.convert_to_numpy(y)[mask]


def torch_default(x, mask):
    import torch
    from torch import nn

    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    x = x.masked_fill(~mask[:, :, None], 0.0)
    norm = nn.BatchNorm1d(3, eps=1e-3, momentum=0.01)
    y = norm(x.transpose(1, 2)).transpose(1, 2)
    return y[mask]


def torch_as_keras(x, mask):
    import torch
    from torch import nn

    x, mask = torch.from_numpy(x), torch.from_numpy(mask)
    norm = nn.BatchNorm1d(3, eps=1e-3, momentum=0.01)
    y = torch.zeros_like(x)
    y[mask] = norm(x[mask])
    return y[mask]


def keras_as_torch(x, mask):
    from keras import layers, ops

    x = ops.where(mask[:, :, None], x, 0.0)
    y = layers.BatchNormalization()(x, training=True, mask=None)
    return ops.convert_to_numpy(y)[mask]
