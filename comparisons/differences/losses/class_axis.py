"""Cross entropy finds the classes in axis 1 in PyTorch, not in the last."""

import numpy as np

KERAS = """\
The last axis, for sequences and images too
(keras/src/backend/tensorflow/nn.py, sparse_categorical_crossentropy)."""

PYTORCH = """\
Axis 1: (batch, classes, time) or (batch, classes, height, width)
(torch/nn/functional.py, cross_entropy)."""

FIX = """\
logits.movedim(-1, 1), or flatten all axes but the last. Mostly the shapes
do not fit and PyTorch says so; with as many steps as classes it cannot."""

GAP = 0.5
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    """Sequences of five steps, and five classes."""
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(scale=2, size=(4, 5, 5)),
        "labels": random.integers(5, size=(4, 5)),
    }


def keras_default(logits, labels):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    return F.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(logits).movedim(-1, 1)
    return F.cross_entropy(logits, torch.from_numpy(labels))


def keras_as_torch(logits, labels):
    import keras
    from keras import ops

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(labels, ops.moveaxis(logits, 1, -1))
