"""A batch in which all targets are ignored has loss nan in PyTorch."""

import numpy as np

KERAS = """\
ignore_class with nothing left: 0, by divide_no_nan
(keras/src/losses/loss.py, apply_mask)."""

PYTORCH = """\
ignore_index with nothing left: 0 / 0 = nan, and so are all weights after the
next step (torch/nn/functional.py, cross_entropy)."""

FIX = """\
reduction="sum" divided by the count, at least 1."""

GAP = float("inf")
CLOSED = {"float32": 1e-6, "float64": 1e-14}


def inputs():
    """A batch as usual, and one of nothing but the ignored class."""
    random = np.random.default_rng(0)
    return {
        "logits": random.normal(size=(2, 6, 4)),
        "labels": np.array([[0, 1, 2, 3, 1, 0], [0, 0, 0, 0, 0, 0]]),
    }


def keras_default(logits, labels):
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=0
    )
    return {
        "some": loss(labels[0], logits[0]),
        "all": loss(labels[1], logits[1]),
    }


def torch_default(logits, labels):
    import torch
    from torch import nn

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    loss = nn.CrossEntropyLoss(ignore_index=0)
    return {
        "some": loss(logits[0], labels[0]),
        "all": loss(logits[1], labels[1]),
    }


def torch_as_keras(logits, labels):
    import torch
    from torch import nn

    logits, labels = torch.from_numpy(logits), torch.from_numpy(labels)
    total = nn.CrossEntropyLoss(ignore_index=0, reduction="sum")

    def loss(logits, labels):
        return total(logits, labels) / (labels != 0).sum().clamp(min=1)

    return {
        "some": loss(logits[0], labels[0]),
        "all": loss(logits[1], labels[1]),
    }


def keras_as_torch(logits, labels):
    import keras
    from keras import ops

    total = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, ignore_class=0, reduction="sum"
    )

    def loss(labels, logits):
        return ops.divide(total(labels, logits), ops.sum(labels != 0))

    return {
        "some": loss(labels[0], logits[0]),
        "all": loss(labels[1], logits[1]),
    }
