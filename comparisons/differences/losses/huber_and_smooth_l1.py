"""Huber(delta) is not SmoothL1Loss(beta), but beta times it."""

import numpy as np

KERAS = """\
Huber(delta=1.0): slope delta beyond delta
(keras/src/losses/losses.py, huber)."""

PYTORCH = """\
smooth_l1_loss(beta=1.0): slope 1 beyond beta, which is Huber / beta;
huber_loss(delta=1.0) is Keras' (torch/nn/functional.py)."""

FIX = """\
F.huber_loss, or beta times smooth_l1_loss. Only at 1 are both equal, and
detection papers use 1/9."""

GAP = 1.0
CLOSED = {"float32": 2e-6, "float64": 1e-14}


def inputs():
    random = np.random.default_rng(0)
    return {
        "outputs": random.normal(scale=2, size=(8, 4)),
        "targets": random.normal(scale=2, size=(8, 4)),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.Huber(delta=2.0)(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.smooth_l1_loss(outputs, targets, beta=2.0)


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.huber_loss(outputs, targets, delta=2.0)


def keras_as_torch(outputs, targets):
    import keras

    return keras.losses.Huber(delta=2.0)(targets, outputs) / 2.0
