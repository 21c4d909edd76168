"""F.one_hot gives integers, which cross_entropy then refuses."""

import numpy as np

KERAS = """\
to_categorical and ops.one_hot give floats, and the loss casts its targets
(keras/src/utils/numerical_utils.py, to_categorical)."""

PYTORCH = """\
F.one_hot gives int64; cross_entropy takes targets of the logits' shape only
as floats, RuntimeError (torch/nn/functional.py, cross_entropy)."""

FIX = """\
F.one_hot(labels, classes).to(logits.dtype), or the labels themselves."""

NOT_POSSIBLE = "No Keras code is wanted that refuses what works."

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

    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return loss(keras.utils.to_categorical(labels, 5), logits)


def torch_default(logits, labels):
    import torch
    import torch.nn.functional as F

    targets = F.one_hot(torch.from_numpy(labels), 5)
    return F.cross_entropy(torch.from_numpy(logits), targets)


def torch_as_keras(logits, labels):
    import torch
    import torch.nn.functional as F

    logits = torch.from_numpy(logits)
    targets = F.one_hot(torch.from_numpy(labels), 5).to(logits.dtype)
    return F.cross_entropy(logits, targets)
