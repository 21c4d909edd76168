"""Keras' percentage error is in percent, and guarded against zeros."""

import numpy as np

KERAS = """\
MeanAbsolutePercentageError is 100 * |(y - p) / max(|y|, 1e-7)|
(keras/src/losses/losses.py, mean_absolute_percentage_error)."""

PYTORCH = """\
No such loss; what people write is a share of 1, infinite where y is 0."""

FIX = """\
100 times the share, with the target's size clamped at 1e-7."""

GAP = 25.0
CLOSED = {"float32": 1e-4, "float64": 1e-12}


def inputs():
    random = np.random.default_rng(0)
    targets = random.uniform(1, 5, size=(8, 3))
    outputs = targets + random.normal(size=(8, 3))
    return {"outputs": outputs, "targets": targets}


def keras_default(outputs, targets):
    import keras

    return keras.losses.MeanAbsolutePercentageError()(targets, outputs)


def torch_default(outputs, targets):
    import torch

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return ((outputs - targets) / targets).abs().mean()


def torch_as_keras(outputs, targets):
    import torch

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    sizes = targets.abs().clamp(min=1e-7)
    return 100 * ((outputs - targets) / sizes).abs().mean()


def keras_as_torch(outputs, targets):
    import keras

    loss = keras.losses.MeanAbsolutePercentageError()
    return loss(targets, outputs) / 100
