"""log(cosh(error)) written out is infinite for large errors."""

import numpy as np

KERAS = """\
LogCosh is error + softplus(-2 * error) - log(2), which cannot overflow
(keras/src/losses/losses.py, log_cosh)."""

PYTORCH = """\
No such loss; torch.log(torch.cosh(error)) is infinite from 90 on in float32,
from 711 on in float64."""

FIX = """\
Keras' formula. SmoothL1Loss is close, but for another kink."""

GAP = float("inf")
# In float64 Keras has log(2) as a float32 on TensorFlow.
CLOSED = {"float32": 5e-5, "float64": 2e-8}


def inputs():
    """Errors in a unit such as metres, where 200 are nothing special."""
    return {
        "outputs": np.array([[1.5], [200.0], [-100.0], [0.25]]),
        "targets": np.array([[1.0], [0.0], [20.0], [0.5]]),
    }


def keras_default(outputs, targets):
    import keras

    return keras.losses.LogCosh()(targets, outputs)


def torch_default(outputs, targets):
    import torch

    errors = torch.from_numpy(outputs) - torch.from_numpy(targets)
    return errors.cosh().log().mean()


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    errors = torch.from_numpy(outputs) - torch.from_numpy(targets)
    return (errors + F.softplus(-2 * errors) - np.log(2)).mean()


def keras_as_torch(outputs, targets):
    from keras import ops

    return ops.mean(ops.log(ops.cosh(outputs - targets)))
