"""Keras' Masking skips a step only where all its features are zero."""

import numpy as np

KERAS = """\
A step is masked where every feature equals mask_value; it is set to 0 too
(keras/src/layers/core/masking.py)."""

PYTORCH = """\
There is no such layer; a mask of one feature, `x[..., 0] != 0`, also skips
steps in which that one happens to be zero."""

FIX = """\
Keep a step where any feature differs: `(x != 0).any(-1)`."""

GAP = 0.1
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """Two sequences: an empty step in one, a single zero in the other."""
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    x[0, 2] = 0
    x[1, 1, 0] = 0
    return {"x": x}


def keras_default(x):
    from keras import layers

    return layers.GlobalAveragePooling1D()(layers.Masking()(x))


def torch_default(x):
    import torch

    x = torch.from_numpy(x)
    mask = x[..., 0] != 0
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def torch_as_keras(x):
    import torch

    x = torch.from_numpy(x)
    mask = (x != 0).any(-1)
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def keras_as_torch(x):
    from keras import layers

    return layers.GlobalAveragePooling1D()(x, mask=x[..., 0] != 0)
