"""LayerNorm differs a little, and more where activations are small."""

import numpy as np

KERAS = """\
By default epsilon=1e-3
(keras/src/layers/normalization/layer_normalization.py)."""

PYTORCH = """\
eps=1e-5 (torch/nn/modules/normalization.py, LayerNorm). Transformers from
elsewhere have 1e-12 or 1e-6: look at their configuration."""

FIX = """\
Set one of them. With deviation 1 the outputs differ by 2e-3, with 0.01 by
more than 1."""

GAP = 0.1
CLOSED = {"float32": 1e-5, "float64": 1e-13}


def inputs():
    return {"x": np.random.default_rng(0).normal(scale=0.05, size=(8, 16))}


def keras_default(x):
    from keras import layers

    return layers.LayerNormalization()(x)


def torch_default(x):
    import torch
    from torch import nn

    return nn.LayerNorm(16)(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    from torch import nn

    return nn.LayerNorm(16, eps=1e-3)(torch.from_numpy(x))


def keras_as_torch(x):
    from keras import layers

    return layers.LayerNormalization(epsilon=1e-5)(x)
