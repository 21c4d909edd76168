"""Accuracy falls to chance after converting a CNN with Flatten and Dense."""

import numpy as np

KERAS = """\
Flattens (rows, columns, channels): channels change fastest."""

PYTORCH = """\
Flattens (channels, rows, columns): columns change fastest."""

FIX = """\
In PyTorch `x.permute(0, 2, 3, 1).flatten(1)`, or reorder the rows of the
Dense kernel that follows."""

GAP = 10.0
CLOSED = {"float32": 3e-5, "float64": 1e-13}


def inputs():
    """Feature maps of a CNN and the kernel of the Dense layer after them."""
    random = np.random.default_rng(0)
    return {
        "features": random.normal(size=(2, 4, 5, 3)),
        "kernel": random.normal(size=(60, 7)),
    }


def keras_default(features, kernel):
    from keras import layers

    flatten, dense = layers.Flatten(), layers.Dense(7, use_bias=False)
    dense.build((None, 60))
    dense.set_weights([kernel])
    return dense(flatten(features))


def torch_default(features, kernel):
    import torch
    from torch import nn

    x = torch.from_numpy(features).permute(0, 3, 1, 2)  # as convolutions give
    dense = nn.Linear(60, 7, bias=False)
    dense.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    return dense(x.flatten(1))


def torch_as_keras(features, kernel):
    import torch
    from torch import nn

    x = torch.from_numpy(features).permute(0, 3, 1, 2)
    dense = nn.Linear(60, 7, bias=False)
    dense.load_state_dict({"weight": torch.from_numpy(kernel.T)})
    return dense(x.permute(0, 2, 3, 1).flatten(1))


def keras_as_torch(features, kernel):
    from keras import layers

    permute, flatten = layers.Permute((3, 1, 2)), layers.Flatten()
    dense = layers.Dense(7, use_bias=False)
    dense.build((None, 60))
    dense.set_weights([kernel])
    return dense(flatten(permute(features)))
