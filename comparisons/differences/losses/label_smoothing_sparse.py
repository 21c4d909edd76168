"""SparseCategoricalCrossentropy has no label_smoothing in Keras."""

import numpy as np

KERAS = """\
TypeError: only the losses of one-hot targets have the argument
(keras/src/losses/losses.py, SparseCategoricalCrossentropy)."""

PYTORCH = """\
cross_entropy(label_smoothing=) takes labels and one-hot targets alike
(torch/nn/functional.py, cross_entropy)."""

FIX = """\
CategoricalCrossentropy(label_smoothing=) of one-hot targets; it smooths as
PyTorch does."""

NOT_POSSIBLE = "No PyTorch code is wanted that refuses what works."

GAP = float("inf")
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(8, 5)),
        "labels": random.integers(5, size=8),
    }


def keras_default(logits, labels):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, label_smoothing=0.1
    )
    return loss(labels, logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    return F.cross_entropy(logits, labels, label_smoothing=0.1)


def keras_as_torch(logits, labels):
    import keras

    loss = keras.losses.CategoricalCrossentropy(
        from_logits=True, label_smoothing=0.1
    )
    return loss(keras.utils.to_categorical(labels, 5), logits)
