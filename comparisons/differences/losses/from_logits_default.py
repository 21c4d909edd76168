"""Keras' cross entropy takes logits for probabilities unless told."""

import numpy as np

KERAS = """\
from_logits=False: a Dense layer's bare outputs are clipped to
[1e-7, 1 - 1e-7], silently (keras/src/losses/losses.py)."""

PYTORCH = """\
F.cross_entropy takes logits (torch/nn/functional.py, cross_entropy)."""

FIX = """\
from_logits=True, in the binary loss too. PyTorch's own way with
probabilities is nll_loss of their log."""

GAP = 5.0
CLOSED = {"float32": 5e-6, "float64": 1e-13}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(scale=2, size=(16, 5)),
        "labels": random.integers(5, size=16),
    }


def keras_default(logits, labels):
    import keras

    return keras.losses.SparseCategoricalCrossentropy()(labels, logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    return F.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    taken = torch.from_numpy(logits).clamp(1e-7, 1 - 1e-7)
    return F.cross_entropy(taken.log(), torch.from_numpy(labels))


def keras_as_torch(logits, labels):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, logits)
