"""PyTorch's binary cross entropy refuses labels that are integers."""

import numpy as np

KERAS = """\
Casts the targets to the outputs' type
(keras/src/losses/losses.py, binary_crossentropy)."""

PYTORCH = """\
RuntimeError: the target must be of the output's type
(torch/nn/functional.py, binary_cross_entropy_with_logits)."""

FIX = """\
labels.to(logits.dtype): floats here, int64 for cross_entropy."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 1)),
        "labels": random.integers(2, size=(8, 1)),
    }


def keras_default(logits, labels):
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss(labels, logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    return F.binary_cross_entropy_with_logits(logits, labels)


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    labels = labels.to(logits.dtype)
    return F.binary_cross_entropy_with_logits(logits, labels)
