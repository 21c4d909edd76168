"""reduction="none" gives one loss per sample in Keras, not per element."""

import numpy as np

KERAS = """\
The last axis is averaged before any reduction, in binary cross entropy too
(keras/src/losses/losses.py)."""

PYTORCH = """\
"none" leaves the outputs' shape (torch/nn/functional.py)."""

FIX = """\
.mean(dim=-1) in PyTorch, ops.binary_crossentropy or ops.square in Keras.
Weights per sample need the former, weights per output the latter."""

GAP = float("inf")
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 3)),
        "targets": random.integers(2, size=(8, 3)).astype("float64"),
    }


def keras_default(logits, targets):
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True, reduction="none")
    return loss(targets, logits)


def torch_default(logits, targets):
    import torch
    from torch import nn

    loss = nn.BCEWithLogitsLoss(reduction="none")
    return loss(torch.from_numpy(logits), torch.from_numpy(targets))


def torch_as_keras(logits, targets):
    import torch
    from torch import nn

    loss = nn.BCEWithLogitsLoss(reduction="none")
    losses = loss(torch.from_numpy(logits), torch.from_numpy(targets))
    return losses.mean(dim=-1)


def keras_as_torch(logits, targets):
    from keras import ops

    return ops.binary_crossentropy(targets, logits, from_logits=True)
