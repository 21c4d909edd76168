"""nn.Softmax() without a dim does not take the last axis."""

import numpy as np

KERAS = """\
axis=-1, in the layer, the activation and keras.ops alike
(keras/src/layers/activations/softmax.py)."""

PYTORCH = """\
dim=None picks 0 for tensors of 1 or 3 axes and 1 for others, with a warning
(torch/nn/functional.py, _get_softmax_dim)."""

FIX = """\
Always give dim: dim=-1 where classes come last, dim=1 for images."""

GAP = 0.4
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    return {"x": np.random.default_rng(0).normal(size=(4, 3, 6))}


def keras_default(x):
    from keras import layers

    return layers.Softmax()(x)


def torch_default(x):
    import torch
    from torch import nn

    return nn.Softmax()(torch.from_numpy(x))


def torch_as_keras(x):
    import torch
    from torch import nn

    return nn.Softmax(dim=-1)(torch.from_numpy(x))


def keras_as_torch(x):
    from keras import layers

    return layers.Softmax(axis=0)(x)
