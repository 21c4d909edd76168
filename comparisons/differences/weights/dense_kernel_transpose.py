"""A Dense layer copied into nn.Linear gives other outputs."""

import numpy as np

KERAS = """\
The kernel is (inputs, units) and the layer x @ kernel + bias
(keras/src/layers/core/dense.py, build and call)."""

PYTORCH = """\
The weight is (out_features, in_features), the layer x @ weight.T + bias
(torch/nn/modules/linear.py, Linear)."""

FIX = """\
Transpose. Where a layer has as many outputs as inputs, nothing else tells
that it was forgotten."""

GAP = 5.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    """A square kernel, in Keras' layout."""
    random = np.random.default_rng(0)
    return {
        "x": random.normal(size=(4, 6)),
        "kernel": random.normal(size=(6, 6)),
        "bias": random.normal(size=(6,)),
    }


def keras_default(x, kernel, bias):
    from keras import layers

    dense = layers.Dense(6)
    dense.build(x.shape)
    dense.set_weights([kernel, bias])
    return dense(x)


def torch_default(x, kernel, bias):
    import torch
    from torch import nn

    dense = nn.Linear(6, 6)
    dense.load_state_dict(
        {"weight": torch.from_numpy(kernel), "bias": torch.from_numpy(bias)}
    )
    return dense(torch.from_numpy(x))


def torch_as_keras(x, kernel, bias):
    import torch
    from torch import nn

    dense = nn.Linear(6, 6)
    dense.load_state_dict(
        {"weight": torch.from_numpy(kernel.T), "bias": torch.from_numpy(bias)}
    )
    return dense(torch.from_numpy(x))


def keras_as_torch(x, kernel, bias):
    from keras import layers

    dense = layers.Dense(6)
    dense.build(x.shape)
    dense.set_weights([kernel.T, bias])
    return dense(x)
