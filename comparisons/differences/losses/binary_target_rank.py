"""PyTorch's binary losses refuse targets (N,) for outputs (N, 1)."""

import numpy as np

KERAS = """\
Gives the targets their missing axis
(keras/src/losses/loss.py, squeeze_or_expand_to_same_rank)."""

PYTORCH = """\
ValueError: target and input must have the same size
(torch/nn/functional.py, binary_cross_entropy_with_logits)."""

FIX = """\
targets[:, None], or logits.squeeze(-1)."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 1)),
        "targets": random.integers(2, size=8).astype("float64"),
    }


def keras_default(logits, targets):
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss(targets, logits)


def torch_default(logits, targets):
    import torch
    import torch.nn.functional as F

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return F.binary_cross_entropy_with_logits(logits, targets)


def torch_as_keras(logits, targets):
    import torch
    import torch.nn.functional as F

    logits, targets = torch.from_numpy(logits), torch.from_numpy(targets)
    return F.binary_cross_entropy_with_logits(logits, targets[:, None])
