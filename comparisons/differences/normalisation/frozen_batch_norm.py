"""A frozen BatchNorm still changes in PyTorch."""

import numpy as np

KERAS = """\
`layer.trainable = False` freezes scale and shift, and lets the layer work in
inference mode, even in `fit`
(keras/src/layers/normalization/batch_normalization.py, call)."""

PYTORCH = """\
`requires_grad_(False)` freezes weight and bias alone: in training mode the
layer still normalises by the batch and moves its running statistics."""

FIX = """\
Also call `eval()` on what is frozen, after every `model.train()`, which
would undo it."""

GAP = 1.0
CLOSED = {"float32": 1e-5, "float64": 1e-14}


def inputs():
    """One batch, far from the statistics that a new layer holds."""
    random = np.random.default_rng(0)
    return {"x": random.normal(loc=3.0, scale=2.0, size=(8, 4))}


def keras_default(x):
    from keras import layers

    norm = layers.BatchNormalization()
    norm.trainable = False
    output = norm(x, training=True)
    return {"output": output, "mean": norm.moving_mean}


def torch_default(x):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(4, eps=1e-3, momentum=0.01)
    norm.requires_grad_(False)
    norm.train()
    output = norm(torch.from_numpy(x))
    return {"output": output, "mean": norm.running_mean}


def torch_as_keras(x):
    import torch
    from torch import nn

    norm = nn.BatchNorm1d(4, eps=1e-3, momentum=0.01)
    norm.requires_grad_(False)
    norm.train()
    norm.eval()  # after train(), which would undo it
    output = norm(torch.from_numpy(x))
    return {"output": output, "mean": norm.running_mean}


def keras_as_torch(x):
    from keras import layers

    norm = layers.BatchNormalization()
    norm.build(x.shape)
    # The weights are frozen, not the layer: its statistics keep moving.
    norm.gamma.trainable = norm.beta.trainable = False
    output = norm(x, training=True)
    return {"output": output, "mean": norm.moving_mean}
