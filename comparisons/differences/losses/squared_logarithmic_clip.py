"""MSLE takes negative outputs for zeros, in Keras without a gradient."""

import numpy as np

KERAS = """\
Targets and outputs are raised to 1e-7 before log(1 + x)
(keras/src/losses/losses.py, mean_squared_logarithmic_error)."""

PYTORCH = """\
No such loss; mse_loss of log1p counts outputs down to -1, and is nan
below."""

FIX = """\
clamp(min=1e-7) first; or a model whose outputs cannot be negative, such as
one that ends in a softplus."""

GAP = 0.1
CLOSED = {"float32": 2e-6, "float64": 1e-13}


def inputs():
    """Amounts close to zero, and outputs that are too low, some below it."""
    random = np.random.default_rng(0)
    targets = random.exponential(0.5, size=(8, 3))
    outputs = targets + random.uniform(-0.95, 0, size=(8, 3))
    return {"outputs": outputs, "targets": targets}


def keras_default(outputs, targets):
    import keras

    return keras.losses.MeanSquaredLogarithmicError()(targets, outputs)


def torch_default(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs, targets = torch.from_numpy(outputs), torch.from_numpy(targets)
    return F.mse_loss(outputs.log1p(), targets.log1p())


def torch_as_keras(outputs, targets):
    import torch
    import torch.nn.functional as F

    outputs = torch.from_numpy(outputs).clamp(min=1e-7)
    targets = torch.from_numpy(targets).clamp(min=1e-7)
    return F.mse_loss(outputs.log1p(), targets.log1p())


def keras_as_torch(outputs, targets):
    import keras
    from keras import ops

    loss = keras.losses.MeanSquaredError()
    return loss(ops.log1p(targets), ops.log1p(outputs))
