"""RMSNorm of small activations is weaker in Keras: epsilon."""

import numpy as np

KERAS = """\
By default epsilon=1e-6
(keras/src/layers/normalization/rms_normalization.py)."""

PYTORCH = """\
eps=None, which is the input type's own: 1.2e-7 in float32, 2e-16 in float64,
8e-3 in bfloat16 (torch/nn/modules/normalization.py, RMSNorm)."""

FIX = """\
Set one of them, lest PyTorch's changes with the type."""

GAP = 0.3
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    return {"x": np.random.default_rng(0).normal(scale=1e-3, size=(8, 16))}


def keras_default(x):
    from keras import layers

    return layers.RMSNormalization()(x)


def torch_default(x):
    import torch
    from torch import nn

    return nn.RMSNorm(16)(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    from torch import nn

    return nn.RMSNorm(16, eps=1e-6)(torch.from_numpy(x))


def keras_as_torch(x):
    from keras import layers

    epsilon = float(np.finfo(x.dtype).eps)
    return layers.RMSNormalization(epsilon=epsilon)(x)
